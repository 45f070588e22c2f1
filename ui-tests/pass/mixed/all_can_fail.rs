//! With `gen::ok` all elements of a tuple can fail, so the yield opens each `Result`, wherever the
//! tuple is.

use std::collections::BTreeMap;
use std::time::Duration;

use gen::yield_;

#[gen::coroutine]
fn save(disk_is_full: bool) -> gen::Result<u8> {
    if disk_is_full {
        return Err(gen::Error::new("the disk is full"));
    }
    Ok(1)
}

#[gen::coroutine]
fn body(disk_is_full: bool) -> gen::Result<u8> {
    let pair = || (save(disk_is_full), gen::ok(async { 2 }));
    let mut sum = 0;
    for (a, b) in yield_!(vec![pair(), pair()])? {
        sum += a + b;
    }
    for (a, b) in yield_!(BTreeMap::from([("key", pair())]))?.into_values() {
        sum += a + b;
    }
    for (a, b) in yield_!(gen::limit(1, (0..1).map(|_| pair())))? {
        sum += a + b;
    }
    let (_, (a, b)) = yield_!(gen::first_of([pair()]))?;
    sum += a + b;
    let (a, b) = yield_!(gen::with_timeout(Duration::from_secs(1), pair()))?;
    sum += a + b;
    let (a, b) = yield_!(gen::shield(pair()))?;
    sum += a + b;
    let (a, b) = yield_!(gen::multi(pair()).fail_fast())?;
    sum += a + b;
    let ((a, b), c) = yield_!((pair(), async { 4 }))?;
    Ok(sum + a + b + c)
}

fn main() {
    assert_eq!(gen::run_sync(body(false)).unwrap(), 9 * 3 + 4);
    assert_eq!(gen::run_sync(body(true)).unwrap_err().to_string(), "the disk is full");
}
