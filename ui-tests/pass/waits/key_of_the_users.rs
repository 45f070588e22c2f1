//! A key is any type that can be hashed, compared and printed.

use gen::{yield_, Callback, Key, Wait};

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Name(&'static str);

#[gen::coroutine]
fn body<Q: Key + Clone>(key: Q) -> gen::Result<u32> {
    let done = yield_!(Callback::<u32>::new(key.clone()))?;
    done.call(1);
    yield_!(Wait::<u32>::new(key))
}

fn main() {
    assert_eq!(gen::run_sync(body(Name("one"))).unwrap(), 1);
}
