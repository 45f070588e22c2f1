//@ rustc: it does not look for a name that is near: `yield_!`

#[gen::coroutine]
fn body() -> gen::Result {
    yeild_!(gen::moment())?;
    //~^ rustc: cannot find macro `yeild_` in this scope
    Ok(())
}

fn main() {}
