use gen::yield_;

#[gen::coroutine]
fn body() -> gen::Result<u32> {
    yield_!(gen::spawn(|| async { Ok::<_, gen::Error>(1) }))
    //~^ rustc: `[..]` is not a future
}

fn main() {}
