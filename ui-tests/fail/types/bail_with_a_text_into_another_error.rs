//@ rustc: give the error type a variant for `gen::Error`, or bail with an error of this type

#[derive(Debug)]
enum FetchError {
    NoPage,
}

#[gen::coroutine]
fn body(number: u32) -> Result<u32, FetchError> {
    gen::ensure!(number > 0, FetchError::NoPage);
    gen::ensure!(number < 10, "there is no page {number}");
    //~^ rustc: the trait bound `FetchError: From<gen::Error>` is not satisfied
    Ok(number)
}

fn main() {}
