//@ rustc: no error converts into a text: write `yield_!(..).map_err(|error| error.to_string())?`, or return `gen::Result`, whose error can be made from a text

use gen::yield_;

#[gen::coroutine]
fn body() -> Result<u32, String> {
    Ok(yield_!(std::future::ready(1))?)
    //~^ rustc: `?` couldn't convert the error to `String`
}

fn main() {}
