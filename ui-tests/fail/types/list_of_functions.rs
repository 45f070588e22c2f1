use gen::yield_;

#[gen::coroutine]
fn fetch() -> gen::Result<u32> {
    Ok(1)
}

#[gen::coroutine]
fn body() -> gen::Result<Vec<u32>> {
    yield_!(vec![fetch, fetch])
    //~^ gen: a list or `Option` of `fn() -> impl gen::Coroutine + Future<Output = Result<u32, gen::Error>> {fetch}` cannot be yielded, since `fn() -> impl gen::Coroutine + Future<Output = Result<u32, gen::Error>> {fetch}` cannot
    //~| note: each of its members is a future, or a list, map or tuple of yieldables
    //~| note: so a function in it is called, a `Result` opened with `?`, an iterator collected, a `Box` or reference pinned
}

fn main() {}
