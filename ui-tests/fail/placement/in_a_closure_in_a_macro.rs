use gen::yield_;

#[gen::coroutine]
fn print(list: Vec<u32>) -> gen::Result {
    println!("{:?}", list.iter().map(|n| gen::yield_!(std::future::ready(*n))).count());
    //~^ gen: `yield_!` cannot stand in a closure: the code that calls the closure cannot be suspended
    //~| help: use a `for` loop or a `match`, or let the closure return futures and yield all of them: `yield_!(iter.map(..).collect::<Vec<_>>())`
    yield_!(std::future::ready(()))
}

fn main() {
    let _ = gen::run_sync(print(vec![1]));
}
