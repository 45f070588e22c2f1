use std::fmt::Error;
use std::future::{ready, Ready};

use gen::yield_;

fn connect(port: u32) -> Result<Ready<u32>, Error> {
    Ok(ready(port))
}

#[gen::coroutine]
fn body() -> gen::Result<Vec<u32>> {
    yield_!([connect(80), connect(81)].into())
    //~^ rustc: type annotations needed
}

fn main() {}
