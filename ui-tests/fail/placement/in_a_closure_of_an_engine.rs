use gen::yield_;

#[gen::engine]
fn all(list: Vec<u32>) {
    list.into_iter().for_each(|n| drop(yield_!(std::future::ready(n))));
    //~^ gen: `yield_!` cannot stand in a closure: the code that calls the closure cannot be suspended
    //~| help: use a `for` loop or a `match`, or let the closure return futures and yield all of them: `yield_!(iter.map(..).collect::<Vec<_>>())`
}

fn main() {}
