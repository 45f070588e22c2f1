use gen::yield_;

#[gen::coroutine]
fn body() -> gen::Result {
    yield_!(std::future::ready(1), std::future::ready(2))?;
    //~^ gen: `yield_!` takes one expression
    //~| help: several are a tuple, which is resolved in parallel: `yield_!((a, b))`
    Ok(())
}

fn main() {}
