//! A macro that is defined in the body may contain a yield.

use std::future::ready;

use gen::yield_;

#[gen::coroutine]
fn body() -> gen::Result<u32> {
    macro_rules! twice {
        ($e:expr) => {
            yield_!($e)? + yield_!($e)?
        };
    }
    Ok(twice!(ready(3)))
}

fn main() {
    assert_eq!(gen::run_sync(body()).unwrap(), 6);
}
