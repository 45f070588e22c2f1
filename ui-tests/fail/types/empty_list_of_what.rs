//@ rustc: the type of the futures is known to nobody: `Vec::<F>::new()`

use gen::yield_;

#[gen::coroutine]
fn body() -> gen::Result {
    yield_!(vec![])?;
    //~^ rustc: type annotations needed
    Ok(())
}

fn main() {}
