//@ rustc: the impl has to say `#[gen::coroutine]` instead of `async`

trait Fetch {
    #[gen::coroutine]
    fn fetch(&self) -> gen::Result<u32>;
}

impl Fetch for () {
    async fn fetch(&self) -> gen::Result<u32> {
    //~^ rustc: the trait bound `impl Future<Output = Result<u32, gen::Error>>: gen::Coroutine` is not satisfied
        Ok(1)
    }
}

fn main() {}
