//! The futures are moved out of a list that was borrowed.

use std::future::{ready, Ready};
use std::mem::take;

use gen::yield_;

#[gen::coroutine]
fn body(
    all: &mut Vec<Ready<u32>>,
    some: &mut Vec<Ready<u32>>,
    one: &mut Option<Ready<u32>>,
) -> gen::Result<u32> {
    let mut sum: u32 = yield_!(take(all))?.iter().sum();
    sum += yield_!(some.drain(1..).collect::<Vec<_>>())?.iter().sum::<u32>();
    sum += yield_!(one.take())?.unwrap_or(0);
    Ok(sum)
}

fn main() {
    let (mut all, mut some) = (vec![ready(1), ready(2)], vec![ready(4), ready(8)]);
    assert_eq!(gen::run_sync(body(&mut all, &mut some, &mut Some(ready(16)))).unwrap(), 27);
    assert_eq!((all.len(), some.len()), (0, 1));
}
