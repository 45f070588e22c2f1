//! The end of an `async` block names its error type.

use gen::yield_;

#[gen::coroutine]
fn body() -> gen::Result<u32> {
    let one = yield_!(async {
        let n: u32 = "1".parse()?;
        Ok::<_, gen::Error>(n)
    })?;
    Ok(one + yield_!(gen::spawn_local(async { Ok::<_, gen::Error>(1) }))?)
}

fn main() {
    assert_eq!(gen::run_sync(body()).unwrap(), 2);
}
