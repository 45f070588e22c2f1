use gen::yield_;

fn plain() -> gen::Result<u32> {
    yield_!(std::future::ready(1))
    //~^ gen: `yield_!` outside a coroutine: there is nothing here that can be suspended
    //~| help: mark the enclosing `fn` with `#[gen::coroutine]`
    //~| help: in an `async` block or an `async fn` that is not a coroutine, write `.await`: `future.await`
    //~| help: in a closure, return the future, and yield a list of them: `yield_!(items.map(|item| f(item)).collect::<Vec<_>>())`
    //~| help: in a coroutine, the attribute finds the macro only under the name `yield_`, and not in a macro that is defined elsewhere; let that macro make the value to yield: `yield_!(make!(..))`
    //~| help: if another attribute moves or copies the body, write `#[gen::coroutine]` above it
}

fn main() {
    let _ = plain();
}
