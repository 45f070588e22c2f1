//@ rustc: every yield may fail with a `gen::Error`: `yield_!(..).map_err(std::io::Error::other)?` makes one of it that is expected

use gen::yield_;

#[gen::coroutine]
fn body() -> Result<u32, std::io::Error> {
    Ok(yield_!(std::future::ready(1))?)
    //~^ rustc: `?` couldn't convert the error to `std::io::Error`
}

fn main() {}
