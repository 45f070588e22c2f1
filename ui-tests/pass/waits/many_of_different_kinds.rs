//! `gen::multi` takes one container. `gen::limit` takes the number first. `gen::boxed` makes one
//! type of different futures.

use gen::yield_;

#[gen::coroutine]
fn one() -> gen::Result<u32> {
    Ok(1)
}

#[gen::coroutine]
fn another() -> gen::Result<u32> {
    Ok(2)
}

#[gen::coroutine]
fn body() -> gen::Result<u32> {
    let (a, b) = yield_!(gen::multi((one(), another())))?;
    let list = yield_!(vec![gen::boxed(one()), gen::boxed(another())])?;
    let limited = yield_!(gen::limit(8, vec![one()]))?;
    let (_, first) = yield_!(gen::first_of([gen::boxed(one()), gen::boxed(another())]))?;
    Ok(a + b + list[0] + list[1] + limited[0] + first)
}

fn main() {
    assert_eq!(gen::run_sync(body()).unwrap(), 8);
}
