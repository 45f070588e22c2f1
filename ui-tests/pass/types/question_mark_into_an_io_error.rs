//! `?` turns the error of a yield into an `io::Error` and keeps its kind.

use std::future::ready;
use std::io::{self, ErrorKind};

use gen::yield_;

#[gen::coroutine]
fn connect() -> io::Result<u32> {
    Ok(yield_!(ready(Err::<u32, _>(io::Error::from(ErrorKind::NotFound))))?)
}

fn main() {
    assert_eq!(gen::run_sync(connect()).unwrap_err().kind(), ErrorKind::NotFound);
}
