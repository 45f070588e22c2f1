//! With `raw` a `Result` is handed over unchanged.

use std::future::ready;

use gen::yield_;

struct Fault(u32);

#[gen::coroutine]
fn body() -> gen::Result<u32> {
    yield_!(gen::raw(ready(Err::<u32, Fault>(Fault(6)))))?.or_else(|Fault(n)| Ok(n))
}

fn main() {
    assert_eq!(gen::run_sync(body()).unwrap(), 6);
}
