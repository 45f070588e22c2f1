//! The items of a stream are yielded one after the other.

use std::future::ready;

use gen::{yield_, WaitIterator};

#[gen::coroutine]
fn body() -> gen::Result<u32> {
    let mut waits = WaitIterator::new([ready("1".parse::<u32>()), ready("2".parse())]);
    let mut sum = 0;
    while !waits.done() {
        sum += yield_!(waits.next())?;
    }
    Ok(sum)
}

fn main() {
    assert_eq!(gen::run_sync(body()).unwrap(), 3);
}
