use gen::yield_;

fn connect(port: u16) -> Result<std::future::Ready<u32>, std::num::ParseIntError> {
    Ok(std::future::ready(u32::from(port)))
}

#[gen::coroutine]
fn body() -> gen::Result<u32> {
    yield_!(connect(80))
    //~^ gen: a `Result` cannot be yielded: it may be an error, with nothing to wait for
    //~| note: put a `?` inside, and yield what it holds: `yield_!(make()?)`
}

fn main() {}
