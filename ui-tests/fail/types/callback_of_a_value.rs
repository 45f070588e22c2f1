// The loop ignores the result of a callback, unless it is an error.
fn schedules(io_loop: &gen::IoLoop) {
    io_loop.add_callback(|| 42);
    //~^ gen: a callback cannot return `{integer}`
    //~| note: a callback returns `()`, or a `Result<(), E>` with an error that can be thrown
}

fn main() {}
