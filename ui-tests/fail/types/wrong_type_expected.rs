//@ rustc: the note about an inferred return type is wrong, as in every `async` block with a `return`

use gen::yield_;

#[gen::coroutine]
fn body() -> gen::Result {
    let number: u32 = yield_!(async { "text" })?;
    //~^ rustc: `?` operator has incompatible types
    drop(number);
    Ok(())
}

fn main() {}
