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
    //~^ gen: `#[async_trait]` has made a boxed future of this `async fn`, which cannot be a coroutine as well
    //~| help: remove `async`: `#[async_trait]` leaves a `fn` alone; for `dyn Trait` write `#[gen::coroutine(dyn)]`, in the trait too
        yield_!(std::future::ready(1))
    }
}

fn main() {}
