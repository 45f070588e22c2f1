use gen::yield_;

#[gen::coroutine]
fn body() -> gen::Result {
    let pair = (std::future::ready(1), 2);
    yield_!(pair)?;
    //~^ gen: `(std::future::Ready<{integer}>, {integer})` cannot be yielded, since not all of its elements can
    //~| note: written out in the `yield_!`, each element is looked at by itself: `yield_!((a, b))`
    Ok(())
}

fn main() {}
