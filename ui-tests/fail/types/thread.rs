use gen::yield_;

#[gen::coroutine]
fn body() -> gen::Result {
    yield_!(std::thread::spawn(|| 42))?;
    //~^ gen: a thread cannot be yielded: to wait for its end would block this thread
    //~| note: make a `gen::promise()`, set it when the thread ends, and yield its future
    Ok(())
}

fn main() {}
