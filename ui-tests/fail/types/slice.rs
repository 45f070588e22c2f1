use std::future::Ready;

use gen::yield_;

#[gen::coroutine]
fn body(futures: &[Ready<u32>]) -> gen::Result<Vec<u32>> {
    yield_!(futures)
    //~^ gen: a borrowed list, map or `Option` cannot be yielded: the yield would move the futures out of it
    //~| note: yield the container itself, or take its content: `yield_!(std::mem::take(&mut list))`, `yield_!(list.drain(..).collect::<Vec<_>>())`
}

fn main() {}
