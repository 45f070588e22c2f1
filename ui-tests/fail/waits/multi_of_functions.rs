use gen::yield_;

async fn fetch() -> u32 {
    1
}

#[gen::coroutine]
fn body() -> gen::Result<Vec<u32>> {
    yield_!(gen::multi(vec![fetch, fetch]))
    //~^ gen: `Vec<fn() -> impl Future<Output = u32> {fetch}>` is no list or map of what can be yielded
    //~| note: `gen::multi`, `gen::limit` and `gen::first_of` wait for the members of a list or map; each is a future, or a list, map or tuple of yieldables
    //~| note: an iterator is collected first: `gen::multi(iterator.collect::<Vec<_>>())`; a function in a list is called, a `Result` opened with `?`
}

fn main() {}
