use gen::yield_;

#[gen::coroutine]
fn body() -> gen::Result<Vec<u8>> {
    yield_!(gen::limit(2, vec![1_u8]))
    //~^ gen: `Vec<u8>` is no list or map of what can be yielded
    //~| note: `gen::multi`, `gen::limit` and `gen::first_of` wait for the members of a list or map
    //~| note: an iterator is collected first: `gen::multi(iterator.collect::<Vec<_>>())`
}

fn main() {}
