use gen::yield_;

#[gen::coroutine]
fn body() -> gen::Result<(usize, u32)> {
    yield_!(gen::first_ok([1, 2]))
    //~^ gen: `[{integer}; 2]` is not a list or map of yieldables
    //~| note: `gen::multi`, `gen::limit` and `gen::first_of` wait for the elements of a list or map; each must be a future, or a list, map or tuple of yieldables
    //~| note: collect an iterator: `gen::multi(iterator.collect::<Vec<_>>())`; call a function in a list, open a `Result` with `?`
}

fn main() {}
