// A context is entered for a call and left when the call ends, so a coroutine cannot be suspended
// within it. Tornado throws `StackContextInconsistentError` when the coroutine is resumed.
#[gen::coroutine]
fn yields_inside() -> gen::Result {
    let context = gen::context::capture();
    context.run(|| gen::yield_!(gen::moment()));
    //~^ gen: `yield_!` cannot stand in a closure: whoever calls the closure cannot be suspended
    //~| help: use a `for` loop or a `match`, or have the closure make what is yielded and yield all of it: `yield_!(iter.map(..).collect::<Vec<_>>())`
    Ok(())
}

fn main() {}
