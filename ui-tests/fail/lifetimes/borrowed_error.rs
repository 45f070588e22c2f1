//@ rustc: an error that is thrown is `'static`: make it a `String`

use gen::yield_;

async fn check(text: &str) -> Result<usize, &str> {
    Err(text)
}

#[gen::coroutine]
fn body(text: &str) -> gen::Result<usize> {
    yield_!(check(text))
    //~^ rustc: borrowed data escapes outside of function
}

fn main() {}
