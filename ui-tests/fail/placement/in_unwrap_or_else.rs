use gen::yield_;

#[gen::coroutine]
fn cached(known: Option<u32>) -> gen::Result<u32> {
    Ok(known.unwrap_or_else(|| yield_!(std::future::ready(1)).unwrap()))
    //~^ gen: `yield_!` cannot stand in a closure: the code that calls the closure cannot be suspended
    //~| help: use a `for` loop or a `match`, or let the closure return futures and yield all of them: `yield_!(iter.map(..).collect::<Vec<_>>())`
}

fn main() {
    let _ = gen::run_sync(cached(None));
}
