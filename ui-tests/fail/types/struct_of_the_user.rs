use gen::yield_;

struct Query;

#[gen::coroutine]
fn body() -> gen::Result {
    yield_!(Query)?;
    //~^ gen: `Query` cannot be yielded from a coroutine
    //~| note: a yieldable is a future, or a list, map or tuple (of up to twelve) of yieldables; a type of your own becomes one by implementing `IntoFuture`
    //~| note: a value that is there already needs no `yield_!`, and what is yielded no `.await`
    //~| note: a type parameter needs a bound, and a parameter for the kind: `fn f<Y: gen::Yieldable<M>, M>(..)`
    Ok(())
}

fn main() {}
