//! A future may give a `Result` in a `Result`, as a `tokio::spawn` of a coroutine does. A block
//! with a yield opens both, also in a list.

use std::future::{ready, Ready};

use gen::yield_;

fn joined(n: u8) -> Ready<Result<gen::Result<u8>, std::fmt::Error>> {
    ready(Ok(if n > 0 { Ok(n) } else { Err(gen::Error::new("nothing")) }))
}

#[gen::coroutine]
fn body() -> gen::Result<u8> {
    let alone = yield_!(joined(1))??;
    let (first, _) = yield_!((joined(2), gen::moment()))?;
    let opened = yield_!([3, 4].map(|n| async move { yield_!(joined(n))? }))?;
    let error = yield_!([5, 0].map(|n| async move { yield_!(joined(n))? })).unwrap_err();
    assert_eq!(error.to_string(), "nothing");
    let outer_opened = yield_!([6, 0].map(joined))?;
    assert!(matches!(outer_opened, [Ok(6), Err(_)]));
    Ok(alone + first? + opened[0] + opened[1])
}

fn main() {
    assert_eq!(gen::run_sync(body()).unwrap(), 10);
}
