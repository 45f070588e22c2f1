use std::future::ready;

use gen::yield_;

struct NotAnError;

#[gen::coroutine]
fn body() -> gen::Result<Vec<u8>> {
    yield_!(gen::limit(2, vec![ready(Err::<u8, _>(NotAnError))]))
}

fn main() {}
