//! A value that is dropped before the yield need not be `Send`.

use std::rc::Rc;

use gen::yield_;

#[gen::coroutine(send)]
fn body() -> gen::Result<u32> {
    let n = {
        let shared = Rc::new(6);
        *shared
    };
    yield_!(gen::moment())?;
    Ok(n)
}

fn main() {
    assert_eq!(gen::run_sync(body()).unwrap(), 6);
}
