use gen::yield_;

fn connect(port: u16) -> Result<std::future::Ready<u32>, std::num::ParseIntError> {
    Ok(std::future::ready(u32::from(port)))
}

#[gen::coroutine]
fn body() -> gen::Result<u32> {
    yield_!(connect(80))
    //~^ gen: a `Result` cannot be yielded: if it is an error, there is nothing to wait for
    //~| note: write a `?` inside, to yield the value in it: `yield_!(make()?)`
}

fn main() {}
