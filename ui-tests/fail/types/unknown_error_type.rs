struct Fault;

use gen::yield_;

#[gen::coroutine]
fn body() -> Result<u32, Fault> {
    Ok(yield_!(std::future::ready(1))?)
    //~^ rustc: `?` couldn't convert the error to `Fault`
}

fn main() {}
