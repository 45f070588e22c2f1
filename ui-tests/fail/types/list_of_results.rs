use std::fmt::Error;
use std::future::{ready, Ready};

use gen::yield_;

fn connect(port: u32) -> Result<Ready<u32>, Error> {
    Ok(ready(port))
}

#[gen::coroutine]
fn body() -> gen::Result<Vec<u32>> {
    yield_!(vec![connect(80), connect(81)])
    //~^ gen: a list or `Option` of `Result<std::future::Ready<u32>, std::fmt::Error>` cannot be yielded, since `Result<std::future::Ready<u32>, std::fmt::Error>` cannot
    //~| note: each of its members is a future, or a list, map or tuple of yieldables
    //~| note: so a function in it is called, a `Result` opened with `?`, an iterator collected, a `Box` or reference pinned
}

fn main() {}
