// What a callback returns would be lost, unless it is a failure.
fn schedules(io_loop: &gen::IoLoop) {
    io_loop.add_callback(|| 42);
}

fn main() {}
