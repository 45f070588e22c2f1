use gen::yield_;

#[gen::coroutine]
fn fetch() -> gen::Result<u32> {
    Ok(1)
}

#[gen::coroutine]
fn body() -> gen::Result<Vec<u32>> {
    yield_!(vec![fetch, fetch])
    //~^ gen: a list or `Option` of `fn() -> impl gen::Coroutine + Future<Output = Result<u32, gen::Error>> {fetch}` cannot be yielded, because `fn() -> impl gen::Coroutine + Future<Output = Result<u32, gen::Error>> {fetch}` cannot
    //~| note: each element must be a future, or a list, map or tuple of yieldables
    //~| note: call a function, open a `Result` with `?`, collect an iterator, pin a `Box` or a reference
}

fn main() {}
