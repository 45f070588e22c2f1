//@ rustc: a handle stays on the thread of its loop; what may go to another one is `io_loop.remote()`

fn main() {
    let io_loop = gen::IoLoop::new();
    let handle = io_loop.handle();
    std::thread::spawn(move || handle.stop());
    //~^ rustc: `Rc<[..]>` cannot be sent between threads safely
}
