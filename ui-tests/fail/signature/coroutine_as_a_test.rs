//@ attribute: it is the mistake

use gen::yield_;

#[gen::coroutine]
#[test]
//~^ rustc: a coroutine cannot be a `#[test]`: nobody runs what it returns
fn sleeps() -> gen::Result {
    yield_!(gen::moment())
}

fn main() {}
