use gen::yield_;

#[gen::coroutine]
fn body() -> gen::Result {
    yield_!([0..3, 3..6])?;
    //~^ gen: a list or `Option` of `std::ops::Range<{integer}>` cannot be yielded, because `std::ops::Range<{integer}>` cannot
    //~| note: each element must be a future, or a list, map or tuple of yieldables
    //~| note: call a function, open a `Result` with `?`, collect an iterator, pin a `Box` or a reference
    Ok(())
}

fn main() {}
