use std::future::Ready;

use gen::yield_;

type R = Ready<u8>;

#[gen::coroutine]
fn body(many: (R, R, R, R, R, R, R, R, R, R, R, R, R)) -> gen::Result {
    yield_!(many)?;
    //~^ gen: `([..])` cannot be yielded from a coroutine
    //~| note: a yieldable is a future, or a list, map or tuple (of up to twelve) of yieldables; for a type of your own, implement `IntoFuture`
    //~| note: use a value without `yield_!`; if an `.await` made it, remove the `.await`, because the yield waits
    //~| note: for a type parameter, write a bound, and a parameter for the kind: `fn f<Y: gen::Yieldable<M>, M>(..)`
    Ok(())
}

fn main() {}
