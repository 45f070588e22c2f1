//! Follows the note for a type of the user's: it implements `IntoFuture`.

use std::future::ready;

use gen::yield_;

struct Query(u32);

impl std::future::IntoFuture for Query {
    type Output = u32;
    type IntoFuture = std::future::Ready<u32>;

    fn into_future(self) -> Self::IntoFuture {
        ready(self.0)
    }
}

#[gen::coroutine]
fn body() -> gen::Result<u32> {
    yield_!(Query(6))
}

fn main() {
    assert_eq!(gen::run_sync(body()).unwrap(), 6);
}
