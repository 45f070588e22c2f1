use gen::{yield_, Forget};

#[gen::coroutine]
fn body<Q>(key: Q) -> gen::Result {
    yield_!(Forget::new(key))
    //~^ gen: `Q` cannot be a key
    //~| note: a key is hashed, compared and printed: `#[derive(Debug, PartialEq, Eq, Hash)]`
    //~| note: it is `Send`, `Sync` and `'static` too, because it is kept until its value is taken, and errors name it
}

fn main() {}
