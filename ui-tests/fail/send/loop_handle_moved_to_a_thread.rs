//@ rustc: a handle stays on the thread of its loop; send `io_loop.remote()` to another thread

fn main() {
    let io_loop = gen::IoLoop::new();
    let handle = io_loop.handle();
    std::thread::spawn(move || handle.stop());
    //~^ rustc: `Rc<[..]>` cannot be sent between threads safely
}
