use std::fmt::Error;
use std::future::{ready, Ready};

use gen::yield_;

fn connect(port: u32) -> Result<Ready<u32>, Error> {
    Ok(ready(port))
}

#[gen::coroutine]
fn body() -> gen::Result<Vec<u32>> {
    yield_!(vec![connect(80), connect(81)])
    //~^ gen: a list or `Option` of `Result<std::future::Ready<u32>, std::fmt::Error>` cannot be yielded, because `Result<std::future::Ready<u32>, std::fmt::Error>` cannot
    //~| note: each element must be a future, or a list, map or tuple of yieldables
    //~| note: call a function, open a `Result` with `?`, collect an iterator, pin a `Box` or a reference
}

fn main() {}
