use gen::{yield_, Context as _};

#[gen::coroutine]
fn fetch() -> gen::Result<u32> {
    let page = yield_!(async { 1 }).context("the first page")?;
    Ok(page)
}

fn main() {
    assert_eq!(gen::run_sync(fetch()).unwrap(), 1);
}
