use gen::yield_;

#[gen::coroutine]
fn all(list: Vec<u32>) -> gen::Result<Vec<u32>> {
    async { list.into_iter().map(|n| yield_!(std::future::ready(n))).collect() }.await
    //~^ gen: `yield_!` cannot stand in a closure: the code that calls the closure cannot be suspended
    //~| help: use a `for` loop or a `match`, or let the closure return futures and yield all of them: `yield_!(iter.map(..).collect::<Vec<_>>())`
}

fn main() {
    let _ = gen::run_sync(all(vec![1]));
}
