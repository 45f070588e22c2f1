#[gen::coroutine]
fn body() -> gen::Result {
    r#yield!(gen::moment())
    //~^ gen: the macro is called `yield_!`: `yield` is a keyword of Rust
    //~| help: write `yield_!(..)`
}

fn main() {}
