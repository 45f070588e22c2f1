trait Fetch {
    #[gen::coroutine]
    fn fetch(&self) -> gen::Result<u32>;
}

impl Fetch for () {
    async fn fetch(&self) -> gen::Result<u32> {
    //~^ gen: `impl Future<Output = Result<u32, gen::Error>>` is not a coroutine
    //~| note: a call of a function with `#[gen::coroutine]` returns a coroutine: after `->` the function declares the type of its result, not `impl Coroutine`
    //~| note: a method of a trait has the attribute in the trait and in each `impl`, with the same options, and is not an `async fn`
        Ok(1)
    }
}

fn main() {}
