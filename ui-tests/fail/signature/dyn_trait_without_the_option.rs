//@ rustc: `#[gen::coroutine(dyn)]` makes the method one that a trait object can have

trait Fetch {
    #[gen::coroutine]
    fn fetch(&self) -> gen::Result<u32>;
}

fn main() {
    let _: Option<Box<dyn Fetch>> = None;
    //~^ rustc: the trait `Fetch` is not dyn compatible
}
