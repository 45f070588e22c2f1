trait Fetch {
    #[gen::coroutine]
    fn fetch(&self) -> gen::Result<u32>;
}

impl Fetch for () {
    fn fetch(&self) -> gen::Result<u32> {
    //~^ gen: `Result<u32, gen::Error>` is no coroutine
    //~| note: what a function with `#[gen::coroutine]` returns is one; its own `-> ..` says what that resolves to, not `impl Coroutine`
    //~| note: a method of a trait has the attribute there and in each `impl`, with the same options, and is no `async fn`
        Ok(1)
    }
}

fn main() {}
