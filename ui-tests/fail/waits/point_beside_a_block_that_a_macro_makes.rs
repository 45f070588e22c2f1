//@ rustc: a yield point needs the keys of its call, which move into the block; write the block yourself, or make its body a coroutine

use gen::{yield_, Callback};

macro_rules! moved_block {
    ($($t:tt)*) => { async move { $($t)* } };
}

#[gen::coroutine]
fn body() -> gen::Result {
    let block = moved_block!(yield_!(std::future::ready(1)));
    let done = yield_!(Callback::<u32>::new("key"))?;
    //~^ rustc: borrow of moved value: `__frame`
    done.call(1);
    yield_!(block).map(drop)
}

fn main() {}
