//! A task owns its data, or is started in a scope.

use std::sync::Arc;

use gen::yield_;

struct Client(u32);

impl Client {
    #[gen::coroutine]
    fn fetch(self: Arc<Self>) -> gen::Result<u32> {
        Ok(self.0)
    }

    #[gen::coroutine]
    fn start(self: Arc<Self>) -> gen::Result<u32> {
        yield_!(gen::spawn(self.fetch()))
    }
}

fn main() {
    assert_eq!(gen::run_sync(Arc::new(Client(3)).start()).unwrap(), 3);
}
