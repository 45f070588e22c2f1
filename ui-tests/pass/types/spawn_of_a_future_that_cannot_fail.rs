//! `gen::ok` makes a future that can fail, for functions that accept only those.
//! `gen::multi(..).join()` makes a future of a list.

use gen::yield_;

#[gen::coroutine]
fn one() -> gen::Result<u32> {
    Ok(1)
}

#[gen::coroutine]
fn body() -> gen::Result<u32> {
    let list: Vec<u32> = yield_!(gen::spawn_local(gen::multi(vec![one(), one()]).join()))?;
    Ok(list.len() as u32 + yield_!(gen::spawn_local(gen::ok(async { 5 })))?)
}

fn main() {
    assert_eq!(gen::run_sync(body()).unwrap(), 7);
}
