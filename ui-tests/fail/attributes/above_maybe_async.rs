//@ attribute: the attribute is the mistake

use gen::yield_;

#[gen::coroutine]
#[maybe_async::maybe_async]
//~^ gen: `#[maybe_async]` and a coroutine do not go together: it rewrites what is `async` in a function, and a coroutine is that only when it has been made
//~| help: remove it; a function that is to exist without `async` too is written twice
fn fetch() -> gen::Result<u32> {
    yield_!(std::future::ready(1))
}

fn main() {
    let _ = fetch();
}
