use gen::yield_;

#[gen::coroutine]
fn body() -> gen::Result {
    yield_!(std::thread::spawn(|| 42))?;
    //~^ gen: a thread cannot be yielded: to wait for its end would block this one
    //~| note: let it set a `gen::promise()` when it ends, and yield the future of that
    Ok(())
}

fn main() {}
