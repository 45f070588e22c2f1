// A context is entered for a call and left when the call ends, so a coroutine cannot be suspended
// within it. Tornado throws `StackContextInconsistentError` when the coroutine is resumed.
#[gen::coroutine]
fn yields_inside() -> gen::Result {
    let context = gen::context::capture();
    context.run(|| gen::yield_!(gen::moment()));
    //~^ gen: `yield_!` cannot stand in a closure: the code that calls the closure cannot be suspended
    //~| help: use a `for` loop or a `match`, or let the closure return futures and yield all of them: `yield_!(iter.map(..).collect::<Vec<_>>())`
    Ok(())
}

fn main() {}
