//! A variant of the error type holds the errors of yields. `gen::raw` and two `?` keep the error of
//! the called function unchanged.

use gen::yield_;

#[derive(Debug)]
enum FetchError {
    NoPage,
    Yield(gen::Error),
}

impl From<gen::Error> for FetchError {
    fn from(error: gen::Error) -> Self {
        FetchError::Yield(error)
    }
}

#[gen::coroutine]
fn fetch(page: u32) -> Result<u32, FetchError> {
    yield_!(gen::moment())?;
    if page == 0 { Err(FetchError::NoPage) } else { Ok(page) }
}

#[gen::coroutine]
fn fetch_both() -> Result<u32, FetchError> {
    let first = yield_!(gen::raw(fetch(1)))??;
    let second = yield_!(gen::raw(fetch(0)))??;
    Ok(first + second)
}

fn main() {
    assert!(matches!(gen::run_sync(fetch_both()), Err(FetchError::NoPage)));
    let FetchError::Yield(error) = FetchError::from(gen::Error::new("no")) else { unreachable!() };
    assert_eq!(error.to_string(), "no");
}
