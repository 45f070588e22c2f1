use std::rc::Rc;

use gen::yield_;

trait Fetch {
    #[gen::coroutine(send)]
    fn fetch(&self) -> gen::Result<u32>;
}

impl Fetch for () {
    #[gen::coroutine]
    fn fetch(&self) -> gen::Result<u32> {
    //~^ rustc: future cannot be sent between threads safely
        let shared = Rc::new(1);
        yield_!(gen::moment())?;
        Ok(*shared)
    }
}

fn main() {}
