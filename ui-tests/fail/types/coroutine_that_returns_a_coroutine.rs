//@ rustc: the attribute makes the coroutine, and what is written is what it resolves to: `-> gen::Result<u32>`

use gen::yield_;

#[gen::coroutine]
fn body() -> impl gen::Coroutine<Output = gen::Result<u32>> {
//~^ rustc: the trait bound `Result<{integer}, gen::Error>: gen::Coroutine` is not satisfied
    yield_!(gen::moment()).and(gen::Result::Ok(1))
}

fn main() {}
