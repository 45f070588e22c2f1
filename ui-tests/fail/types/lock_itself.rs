use gen::sync::Lock;
use gen::yield_;

#[gen::coroutine]
fn body(lock: Lock<u32>) -> gen::Result<u32> {
    yield_!(lock)
    //~^ gen: `gen::sync::Lock<u32>` cannot be yielded from a coroutine
    //~| note: a yieldable is a future, or a list, map or tuple (of up to twelve) of yieldables; for a type of your own, implement `IntoFuture`
    //~| note: use a value without `yield_!`; if an `.await` made it, remove the `.await`, because the yield waits
    //~| note: for a type parameter, write a bound, and a parameter for the kind: `fn f<Y: gen::Yieldable<M>, M>(..)`
}

fn main() {}
