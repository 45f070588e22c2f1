use gen::yield_;

#[gen::main]
fn main() {
    [1, 2].iter().for_each(|n| drop(yield_!(std::future::ready(*n))));
    //~^ gen: `yield_!` cannot stand in a closure: whoever calls the closure cannot be suspended
    //~| help: use a `for` loop or a `match`, or have the closure make what is yielded and yield all of it: `yield_!(iter.map(..).collect::<Vec<_>>())`
}
