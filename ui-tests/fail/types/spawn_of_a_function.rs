use gen::yield_;

#[gen::coroutine]
fn fetch() -> gen::Result<u32> {
    Ok(1)
}

#[gen::coroutine]
fn body() -> gen::Result<u32> {
    yield_!(gen::spawn(fetch))
    //~^ rustc: `fn() -> impl gen::Coroutine + Future<Output = Result<u32, gen::Error>> {fetch}` is not a future
}

fn main() {}
