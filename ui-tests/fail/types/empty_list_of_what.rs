//@ rustc: the type of the futures is not known: write `Vec::<F>::new()`

use gen::yield_;

#[gen::coroutine]
fn body() -> gen::Result {
    yield_!(vec![])?;
    //~^ rustc: type annotations needed
    Ok(())
}

fn main() {}
