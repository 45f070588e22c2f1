//@ edition: 2024

use r#gen::yield_;

#[r#gen::coroutine]
fn all(list: Vec<u32>) -> r#gen::Result<Vec<u32>> {
    list.into_iter().map(|n| yield_!(std::future::ready(n))).collect()
    //~^ gen: `yield_!` cannot stand in a closure: the code that calls the closure cannot be suspended
    //~| help: use a `for` loop or a `match`, or let the closure return futures and yield all of them: `yield_!(iter.map(..).collect::<Vec<_>>())`
}

fn main() {}
