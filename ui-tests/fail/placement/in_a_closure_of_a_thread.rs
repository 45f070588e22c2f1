use gen::yield_;

#[gen::coroutine]
fn elsewhere() -> gen::Result {
    std::thread::spawn(|| yield_!(gen::moment())).join().unwrap()
    //~^ gen: `yield_!` cannot stand in a closure: whoever calls the closure cannot be suspended
    //~| help: use a `for` loop or a `match`, or have the closure make what is yielded and yield all of it: `yield_!(iter.map(..).collect::<Vec<_>>())`
}

fn main() {
    let _ = gen::run_sync(elsewhere());
}
