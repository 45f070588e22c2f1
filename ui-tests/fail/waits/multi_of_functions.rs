use gen::yield_;

async fn fetch() -> u32 {
    1
}

#[gen::coroutine]
fn body() -> gen::Result<Vec<u32>> {
    yield_!(gen::multi(vec![fetch, fetch]))
    //~^ gen: `Vec<fn() -> impl Future<Output = u32> {fetch}>` is not a list or map of yieldables
    //~| note: `gen::multi`, `gen::limit` and `gen::first_of` wait for the elements of a list or map; each must be a future, or a list, map or tuple of yieldables
    //~| note: collect an iterator: `gen::multi(iterator.collect::<Vec<_>>())`; call a function in a list, open a `Result` with `?`
}

fn main() {}
