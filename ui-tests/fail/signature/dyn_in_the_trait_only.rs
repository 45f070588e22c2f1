//@ rustc: the trait and each impl need the option `dyn`, which names the lifetimes

trait Fetch {
    #[gen::coroutine(dyn)]
    fn fetch(&self) -> gen::Result<u32>;
}

impl Fetch for () {
    #[gen::coroutine]
    fn fetch(&self) -> gen::Result<u32> {
    //~^ rustc: lifetime parameters or bounds on method `fetch` do not match the trait declaration
        Ok(1)
    }
}

fn main() {}
