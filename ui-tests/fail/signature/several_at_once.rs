//@ several: the case has five mistakes, and all are reported at once
//@ attribute: `#[track_caller]` is one of the mistakes

use gen::yield_;

#[gen::coroutine(boxd)]
//~^ gen: unknown option `boxd` of `#[gen::coroutine]`
//~| help: did you mean `boxed`?
#[track_caller]
//~^ gen: `#[track_caller]` has no effect on a coroutine: its body runs when it is resumed, not when it is called
//~| help: remove it; errors carry the yields they passed through
const async fn everything(list: Vec<u32>) -> gen::Result<Vec<u32>> {
//~^ gen: a `const fn` cannot be a coroutine: nothing can be waited for when a constant is computed
//~| help: remove `const`
//~^^^ gen: an `async fn` cannot be a coroutine as well: the attribute makes the future itself
//~| help: remove `async`; `.await` may stand in a coroutine too
    list.into_iter().map(|n| yield_!(std::future::ready(n))).collect()
    //~^ gen: `yield_!` cannot stand in a closure: whoever calls the closure cannot be suspended
    //~| help: use a `for` loop or a `match`, or have the closure make what is yielded and yield all of it: `yield_!(iter.map(..).collect::<Vec<_>>())`
}

fn main() {
    let _ = gen::run_sync(everything(vec![]));
}
