use gen::yield_;

#[gen::coroutine]
fn body() -> gen::Result {
    yield_!([0..3, 3..6])?;
    //~^ gen: a list or `Option` of `std::ops::Range<{integer}>` cannot be yielded, since `std::ops::Range<{integer}>` cannot
    //~| note: each of its members is a future, or a list, map or tuple of yieldables
    //~| note: so a function in it is called, a `Result` opened with `?`, an iterator collected, a `Box` or reference pinned
    Ok(())
}

fn main() {}
