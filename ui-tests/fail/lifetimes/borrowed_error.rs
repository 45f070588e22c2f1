//@ rustc: a thrown error must be `'static`: throw a `String`

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
