//@ several: rustc refuses the keyword, and then does not find the name
//@ rustc: the macro is `gen::yield_!`; only rustc reports a body that cannot be parsed

#[gen::coroutine]
fn body() -> gen::Result {
    gen::yield!(gen::moment())?;
    //~^ rustc: expected identifier, found reserved keyword `yield`
    //~^^ rustc: cannot find `r#yield` in `gen`
    Ok(())
}

fn main() {}
