//! The arguments of a macro may contain yields.

use std::future::ready;

use gen::yield_;

#[gen::coroutine]
fn body() -> gen::Result<u32> {
    let text = format!("{}{}", yield_!(ready(4))?, yield_!(ready(2))?);
    assert_eq!(text, "42");
    let list = vec![yield_!(ready(1))?, yield_!(ready(5))?];
    assert!(matches!(yield_!(ready(1)), Ok(1)));
    Ok(list.into_iter().sum())
}

fn main() {
    assert_eq!(gen::run_sync(body()).unwrap(), 6);
}
