use gen::yield_;

#[gen::coroutine]
fn body() -> gen::Result<u32> {
    yield_!(gen::first_of([1, 2]))
    //~^ gen: `[{integer}; 2]` is no list or map of what can be yielded
    //~| note: `gen::multi`, `gen::limit` and `gen::first_of` wait for the members of a list or map; each is a future, or a list, map or tuple of yieldables
    //~| note: an iterator is collected first: `gen::multi(iterator.collect::<Vec<_>>())`; a function in a list is called, a `Result` opened with `?`
}

fn main() {}
