//! Follows the help for an `impl` block: the attribute on each method.

use std::future::ready;

use gen::yield_;

struct Counter(u32);

impl Counter {
    #[gen::coroutine]
    fn add(&mut self, n: u32) -> gen::Result<u32> {
        self.0 += yield_!(ready(n))?;
        Ok(self.0)
    }

    #[gen::coroutine]
    fn end(self) -> u32 {
        self.0
    }
}

fn main() {
    let mut counter = Counter(1);
    assert_eq!(gen::run_sync(counter.add(5)).unwrap(), 6);
    assert_eq!(gen::block_on(counter.end()), 6);
}
