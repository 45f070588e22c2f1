use gen::yield_;

#[gen::coroutine]
fn doubled(list: Vec<u32>, by: u32) -> gen::Result<Vec<u32>> {
    list.into_iter().map(move |n| yield_!(std::future::ready(n * by))).collect()
    //~^ gen: `yield_!` cannot stand in a closure: the code that calls the closure cannot be suspended
    //~| help: use a `for` loop or a `match`, or let the closure return futures and yield all of them: `yield_!(iter.map(..).collect::<Vec<_>>())`
}

fn main() {}
