//! Follows the advice of `fail/waits/point_beside_a_block_that_a_macro_makes.rs`.

use gen::{yield_, Callback, Wait};

macro_rules! moved_block {
    ($($t:tt)*) => { async move { $($t)* } };
}

#[gen::coroutine]
fn one() -> gen::Result<u32> {
    yield_!(std::future::ready(1))
}

#[gen::coroutine]
fn body() -> gen::Result<u32> {
    let of_the_attribute = async move { yield_!(std::future::ready(1)) };
    let of_a_macro = moved_block!(one().await);
    let done = yield_!(Callback::<u32>::new("key"))?;
    done.call(1);
    Ok(yield_!(Wait::<u32>::new("key"))? + yield_!(of_the_attribute)? + yield_!(of_a_macro)?)
}

fn main() {
    assert_eq!(gen::run_sync(body()).unwrap(), 3);
}
