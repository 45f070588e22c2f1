use gen::yield_;

#[cached::proc_macro::cached]
#[gen::coroutine]
fn doubled(n: u32) -> u32 {
    2 * yield_!(std::future::ready(n)).unwrap_or(0)
    //~^ gen: `yield_!` outside a coroutine: there is nothing here that can be suspended
    //~| help: mark the enclosing `fn` with `#[gen::coroutine]`
    //~| help: in an `async` block or an `async fn` that is to stay one, write `.await`: `future.await`
    //~| help: in a closure, make a list and yield all of it: `yield_!(items.map(|item| f(item)).collect::<Vec<_>>())`
    //~| help: within a coroutine, it was not found: a macro that is defined elsewhere hides it, and so does another name than `yield_`; have the macro make what is yielded, `yield_!(make!(..))`
    //~| help: below another attribute that moves or copies the body, write `#[gen::coroutine]` first, above it
}

fn main() {
    let _ = doubled(1);
}
