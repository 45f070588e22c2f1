use gen::yield_;

#[gen::coroutine]
fn body() -> gen::Result {
    yield_!(std::future::ready(1 +))?;
    //~^ rustc: expected expression, found `)`
    Ok(())
}

fn main() {}
