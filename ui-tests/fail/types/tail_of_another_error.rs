use gen::yield_;

struct FetchError;

impl From<gen::Error> for FetchError {
    fn from(_: gen::Error) -> FetchError {
        FetchError
    }
}

#[gen::coroutine]
fn fetch() -> Result<u32, FetchError> {
    yield_!(async { 1 })
    //~^ rustc: mismatched types
}

fn main() {}
