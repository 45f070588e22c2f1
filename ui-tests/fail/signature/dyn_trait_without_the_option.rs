//@ rustc: write `#[gen::coroutine(dyn)]`, with which the method can be called on a trait object

trait Fetch {
    #[gen::coroutine]
    fn fetch(&self) -> gen::Result<u32>;
}

fn main() {
    let _: Option<Box<dyn Fetch>> = None;
    //~^ rustc: the trait `Fetch` is not dyn compatible
}
