//@ rustc: the impl has to say `#[gen::coroutine]` too

trait Fetch {
    #[gen::coroutine]
    fn fetch(&self) -> gen::Result<u32>;
}

impl Fetch for () {
    fn fetch(&self) -> gen::Result<u32> {
    //~^ rustc: the trait bound `Result<u32, gen::Error>: gen::Coroutine` is not satisfied
        Ok(1)
    }
}

fn main() {}
