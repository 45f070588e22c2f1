// A context is entered for a call and left at its end: a coroutine cannot be suspended in between. Tornado finds that out
// when it resumes, and throws `StackContextInconsistentError`.
#[gen::coroutine]
fn yields_inside() -> gen::Result {
    let context = gen::context::capture();
    context.run(|| gen::yield_!(gen::moment()));
    Ok(())
}

fn main() {}
