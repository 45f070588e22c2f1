//! The option `send` in a trait declares that the coroutines of all implementations are `Send`.

use gen::yield_;

trait Fetch {
    #[gen::coroutine(send)]
    fn fetch(&self) -> gen::Result<u32>;
}

struct One;

impl Fetch for One {
    #[gen::coroutine(send)]
    fn fetch(&self) -> gen::Result<u32> {
        yield_!(gen::moment())?;
        Ok(1)
    }
}

#[gen::coroutine]
fn twice<F: Fetch + Sync>(from: &'static F) -> gen::Result<u32> {
    Ok(2 * yield_!(from.fetch())?)
}

#[gen::coroutine]
fn start<F: Fetch + Sync>(from: &'static F) -> gen::Result<u32> {
    yield_!(gen::spawn(twice(from)))
}

fn main() {
    assert_eq!(gen::run_sync(start(&One)).unwrap(), 2);
}
