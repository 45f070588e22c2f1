use gen::yield_;

#[gen::coroutine]
fn body() -> gen::Result<Vec<u8>> {
    yield_!(gen::limit(2, vec![1_u8]))
    //~^ gen: `Vec<u8>` is not a list or map of yieldables
    //~| note: `gen::multi`, `gen::limit` and `gen::first_of` wait for the elements of a list or map
    //~| note: collect an iterator: `gen::multi(iterator.collect::<Vec<_>>())`
}

fn main() {}
