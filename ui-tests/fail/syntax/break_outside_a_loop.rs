//@ rustc: the body is an `async` block, and rustc calls it so

#[gen::coroutine]
fn body() -> gen::Result {
    break;
    //~^ rustc: `break` inside `async` block
    Ok(())
}

fn main() {}
