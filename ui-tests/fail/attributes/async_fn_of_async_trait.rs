use gen::yield_;

#[async_trait::async_trait]
trait Fetch {
    async fn fetch(&self) -> gen::Result<u32>;
}

struct Client;

#[async_trait::async_trait]
impl Fetch for Client {
    #[gen::coroutine]
    async fn fetch(&self) -> gen::Result<u32> {
    //~^ gen: `#[async_trait]` has already made this `async fn` return a boxed future, so it cannot be a coroutine
    //~| help: remove `async`: `#[async_trait]` does not change a plain `fn`; for `dyn Trait` write `#[gen::coroutine(dyn)]`, also in the trait
        yield_!(std::future::ready(1))
    }
}

fn main() {}
