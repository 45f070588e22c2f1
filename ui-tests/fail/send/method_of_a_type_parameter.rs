//@ rustc: rustc does not know that the coroutines of all implementations are `Send`: write `#[gen::coroutine(send)]` in the trait

use gen::yield_;

trait Fetch {
    #[gen::coroutine]
    fn fetch(&self) -> gen::Result<u32>;
}

#[gen::coroutine]
fn twice<F: Fetch + Sync>(from: &'static F) -> gen::Result<u32> {
    Ok(2 * yield_!(from.fetch())?)
}

fn start<F: Fetch + Sync>(from: &'static F) {
    drop(gen::spawn(twice(from)));
    //~^ rustc: future cannot be sent between threads safely
}

fn main() {}
