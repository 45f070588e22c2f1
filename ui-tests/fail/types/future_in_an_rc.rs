use std::future::Ready;
use std::rc::Rc;

use gen::yield_;

#[gen::coroutine]
fn body(future: Rc<Ready<u32>>) -> gen::Result<u32> {
    yield_!(future)
    //~^ gen: a future behind `&`, `Rc` or `Arc` cannot be yielded: to poll it changes it
    //~| note: yield the future itself; several tasks can wait for a `gen::SharedFuture`
}

fn main() {}
