//! The `remote()` of a loop may go to another thread.

fn main() {
    let io_loop = gen::IoLoop::new();
    let remote = io_loop.remote();
    std::thread::spawn(move || remote.stop()).join().unwrap();
    io_loop.start();
}
