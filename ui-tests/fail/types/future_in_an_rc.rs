use std::future::Ready;
use std::rc::Rc;

use gen::yield_;

#[gen::coroutine]
fn body(future: Rc<Ready<u32>>) -> gen::Result<u32> {
    yield_!(future)
    //~^ gen: a future that is only shared cannot be yielded: waiting for it changes it
    //~| note: yield the future itself; several can wait for a `gen::SharedFuture`
}

fn main() {}
