#[gen::coroutine]
fn body() -> gen::Result {
    r#yield!(gen::moment())
    //~^ gen: the macro is called `yield_!`: `yield` is a keyword of Rust's
    //~| help: write `yield_!(..)`
}

fn main() {}
