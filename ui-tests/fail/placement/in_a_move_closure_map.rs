use gen::yield_;

#[gen::coroutine]
fn doubled(list: Vec<u32>, by: u32) -> gen::Result<Vec<u32>> {
    list.into_iter().map(move |n| yield_!(std::future::ready(n * by))).collect()
    //~^ gen: `yield_!` cannot stand in a closure: whoever calls the closure cannot be suspended
    //~| help: use a `for` loop or a `match`, or have the closure make what is yielded and yield all of it: `yield_!(iter.map(..).collect::<Vec<_>>())`
}

fn main() {}
