use gen::yield_;

#[gen::main]
fn main() {
    [1, 2].iter().for_each(|n| drop(yield_!(std::future::ready(*n))));
    //~^ gen: `yield_!` cannot stand in a closure: the code that calls the closure cannot be suspended
    //~| help: use a `for` loop or a `match`, or let the closure return futures and yield all of them: `yield_!(iter.map(..).collect::<Vec<_>>())`
}
