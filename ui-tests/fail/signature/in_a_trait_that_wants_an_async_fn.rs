//@ rustc: the trait's method needs `#[gen::coroutine]` too

trait Fetch {
    fn fetch(&self) -> gen::Result<u32>;
}

struct Client;

impl Fetch for Client {
    #[gen::coroutine]
    fn fetch(&self) -> gen::Result<u32> {
    //~^ rustc: method `fetch` has an incompatible type for trait
        Ok(1)
    }
}

fn main() {}
