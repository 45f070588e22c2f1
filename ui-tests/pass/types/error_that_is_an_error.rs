//! Follows the note for an error.

use std::future::ready;

use gen::yield_;

#[derive(Debug)]
struct Fault;

impl std::fmt::Display for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a fault")
    }
}

impl std::error::Error for Fault {}

#[gen::coroutine]
fn body() -> gen::Result<u32> {
    Ok(yield_!(ready(Ok::<_, Fault>(6)))?)
}

fn main() {
    assert_eq!(gen::run_sync(body()).unwrap(), 6);
}
