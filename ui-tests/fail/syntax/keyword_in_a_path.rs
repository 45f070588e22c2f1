//@ several: rustc refuses the keyword, and then does not find it
//@ rustc: it is `gen::yield_!`; a body that cannot be parsed is rustc's to judge

#[gen::coroutine]
fn body() -> gen::Result {
    gen::yield!(gen::moment())?;
    //~^ rustc: expected identifier, found reserved keyword `yield`
    //~^^ rustc: cannot find `r#yield` in `gen`
    Ok(())
}

fn main() {}
