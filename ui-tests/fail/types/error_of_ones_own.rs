//@ rustc: every yield may fail with a `gen::Error`: add a variant for it, `#[from] gen::Error`; `yield_!(gen::raw(x))??` keeps the error of `x` unchanged

use gen::yield_;

enum FetchError {
    NoPage,
}

#[gen::coroutine]
fn fetch(page: u32) -> Result<u32, FetchError> {
    yield_!(gen::moment())?;
    //~^ rustc: `?` couldn't convert the error to `FetchError`
    if page == 0 { Err(FetchError::NoPage) } else { Ok(page) }
}

fn main() {}
