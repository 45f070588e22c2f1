//@ several: the case has five mistakes, and all are reported at once
//@ attribute: `#[track_caller]` is one of the mistakes

use gen::yield_;

#[gen::coroutine(boxd)]
//~^ gen: unknown option `boxd` of `#[gen::coroutine]`
//~| help: did you mean `boxed`?
#[track_caller]
//~^ gen: `#[track_caller]` has no effect on a coroutine: its body runs when it is resumed, not when it is called
//~| help: remove it; an error carries the yields that it has passed through
const async fn everything(list: Vec<u32>) -> gen::Result<Vec<u32>> {
//~^ gen: a `const fn` cannot be a coroutine: the compiler evaluates it, and cannot wait
//~| help: remove `const`
//~^^^ gen: an `async fn` cannot also be a coroutine: the attribute makes the future itself
//~| help: remove `async`; a coroutine may use `.await` too
    list.into_iter().map(|n| yield_!(std::future::ready(n))).collect()
    //~^ gen: `yield_!` cannot stand in a closure: the code that calls the closure cannot be suspended
    //~| help: use a `for` loop or a `match`, or let the closure return futures and yield all of them: `yield_!(iter.map(..).collect::<Vec<_>>())`
}

fn main() {
    let _ = gen::run_sync(everything(vec![]));
}
