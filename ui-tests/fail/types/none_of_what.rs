//@ rustc: the type of the future is not known: write `None::<F>`; to give the other tasks a turn, write `gen::moment()`

use gen::yield_;

#[gen::coroutine]
fn body() -> gen::Result {
    yield_!(None)?;
    //~^ rustc: type annotations needed
    Ok(())
}

fn main() {}
