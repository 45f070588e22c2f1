use gen::yield_;

#[gen::coroutine]
fn elsewhere() -> gen::Result {
    std::thread::spawn(|| yield_!(gen::moment())).join().unwrap()
    //~^ gen: `yield_!` cannot stand in a closure: the code that calls the closure cannot be suspended
    //~| help: use a `for` loop or a `match`, or let the closure return futures and yield all of them: `yield_!(iter.map(..).collect::<Vec<_>>())`
}

fn main() {
    let _ = gen::run_sync(elsewhere());
}
