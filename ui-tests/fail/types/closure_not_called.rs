use gen::yield_;

#[gen::coroutine]
fn body() -> gen::Result {
    yield_!(|| std::future::ready(1))?;
    //~^ gen: a function cannot be yielded, only its result
    //~| note: call it: `yield_!(function(..))`
    Ok(())
}

fn main() {}
