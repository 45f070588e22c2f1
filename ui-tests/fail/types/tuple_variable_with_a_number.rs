use gen::yield_;

#[gen::coroutine]
fn body() -> gen::Result {
    let pair = (std::future::ready(1), 2);
    yield_!(pair)?;
    //~^ gen: `(std::future::Ready<{integer}>, {integer})` cannot be yielded, because not all of its elements can
    //~| note: write the tuple out in the `yield_!`, where each element is checked by itself: `yield_!((a, b))`
    Ok(())
}

fn main() {}
