use gen::yield_;

#[gen::coroutine]
fn body() -> u32 {
    yield_!(std::future::ready(1))?
    //~^ rustc: the `?` operator can only be used in an async block that returns `Result` or `Option` (or another type that implements `FromResidual`)
}

fn main() {}
