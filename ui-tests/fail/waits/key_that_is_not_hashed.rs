use gen::{yield_, Wait};

#[derive(Debug, PartialEq, Eq)]
struct Key;

#[gen::coroutine]
fn body() -> gen::Result<u32> {
    yield_!(Wait::<u32>::new(Key))
    //~^ gen: `Key` cannot be a key
    //~| note: a key is hashed, compared and printed: `#[derive(Debug, PartialEq, Eq, Hash)]`
    //~| note: it is `Send`, `Sync` and `'static` too, because it is kept until its value is taken, and errors name it
}

fn main() {}
