//@ rustc: an attribute cannot see into a macro that is defined elsewhere, so the yield is reported as one outside of a coroutine

macro_rules! fetch {
    ($e:expr) => {
        gen::yield_!($e)
        //~^ gen: `yield_!` outside a coroutine: there is nothing here that can be suspended
        //~| help: mark the enclosing `fn` with `#[gen::coroutine]`
        //~| help: in an `async` block or an `async fn` that is to stay one, write `.await`: `future.await`
        //~| help: in a closure, make a list and yield all of it: `yield_!(items.map(|item| f(item)).collect::<Vec<_>>())`
        //~| help: within a coroutine, it was not found: a macro that is defined elsewhere hides it, and so does another name than `yield_`; have the macro make what is yielded, `yield_!(make!(..))`
        //~| help: below another attribute that moves or copies the body, write `#[gen::coroutine]` first, above it
    };
}

#[gen::coroutine]
fn fetches() -> gen::Result<u32> {
    fetch!(std::future::ready(1))
}

fn main() {
    let _ = gen::run_sync(fetches());
}
