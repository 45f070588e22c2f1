use gen::yield_;

#[gen::coroutine]
fn body() -> gen::Result {
    yield_!(std::future::ready(1), std::future::ready(2))?;
    //~^ gen: `yield_!` takes one expression
    //~| help: to wait for several at once, yield a tuple: `yield_!((a, b))`
    Ok(())
}

fn main() {}
