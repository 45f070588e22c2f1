use gen::{yield_, WaitAll};

#[gen::coroutine]
fn body() -> gen::Result<Vec<u32>> {
    yield_!(WaitAll::<u32>::new([1.0, 2.0]))
    //~^ gen: `{float}` cannot be a key
    //~| note: a key is hashed, compared and printed: `#[derive(Debug, PartialEq, Eq, Hash)]`
    //~| note: it is `Send`, `Sync` and `'static` too, because it is kept until its value is taken, and errors name it
}

fn main() {}
