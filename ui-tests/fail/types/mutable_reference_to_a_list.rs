use std::future::Ready;

use gen::yield_;

#[gen::coroutine]
fn body(futures: &mut Vec<Ready<u32>>) -> gen::Result<Vec<u32>> {
    yield_!(futures)
    //~^ gen: a borrowed list, map or `Option` cannot be yielded: its futures would be moved out of it
    //~| note: yield it itself; or what is taken out of it: `yield_!(std::mem::take(&mut list))`, `yield_!(list.drain(..).collect::<Vec<_>>())`
}

fn main() {}
