//! `gen::raw` hands each `Result` over unchanged, around the whole tuple or around one element.

use gen::yield_;

#[gen::coroutine]
fn save() -> gen::Result {
    Err(gen::Error::new("the disk is full"))
}

#[gen::coroutine]
fn body() -> gen::Result<usize> {
    let whole: Vec<(gen::Result, u8)> = yield_!(gen::raw(vec![(save(), async { 1 })]))?;
    let beside_what_cannot_fail: Vec<(gen::Result, u8)> = yield_!(vec![(gen::raw(save()), async { 2 })])?;
    let beside_what_can: Vec<(gen::Result, u8)> = yield_!(vec![(gen::raw(save()), gen::ok(async { 3 }))])?;
    let all = whole.iter().chain(&beside_what_cannot_fail).chain(&beside_what_can);
    Ok(all.filter(|(saved, _)| saved.is_err()).count())
}

fn main() {
    assert_eq!(gen::run_sync(body()).unwrap(), 3);
}
