//@ rustc: the type of the future is known to nobody: `None::<F>`; nothing to wait for is `gen::moment()`

use gen::yield_;

#[gen::coroutine]
fn body() -> gen::Result {
    yield_!(None)?;
    //~^ rustc: type annotations needed
    Ok(())
}

fn main() {}
