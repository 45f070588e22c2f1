//@ rustc: rustc calls the body an `async` block, because the expansion makes it one

#[gen::coroutine]
fn body() -> gen::Result {
    break;
    //~^ rustc: `break` inside `async` block
    Ok(())
}

fn main() {}
