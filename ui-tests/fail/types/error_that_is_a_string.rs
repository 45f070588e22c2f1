//@ rustc: a text takes up no other error: `yield_!(..).map_err(|error| error.to_string())?`, or let the function return `gen::Result`, which takes up texts

use gen::yield_;

#[gen::coroutine]
fn body() -> Result<u32, String> {
    Ok(yield_!(std::future::ready(1))?)
    //~^ rustc: `?` couldn't convert the error to `String`
}

fn main() {}
