//! What cannot fail is made what can, for functions that take only that; a list is a future by the `join` of `gen::multi`.

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
