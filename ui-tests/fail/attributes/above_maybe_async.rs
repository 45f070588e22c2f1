//@ attribute: the attribute is the mistake

use gen::yield_;

#[gen::coroutine]
#[maybe_async::maybe_async]
//~^ gen: `#[maybe_async]` and a coroutine cannot be combined: the attribute adds or removes `async`, and a coroutine is written without it
//~| help: remove it; if you also need a function that blocks, write that one separately
fn fetch() -> gen::Result<u32> {
    yield_!(std::future::ready(1))
}

fn main() {
    let _ = fetch();
}
