//@ several: rustc refuses the keyword when it reads the function, before the attribute does

#[gen::coroutine]
fn body() -> gen::Result {
    yield gen::moment();
    //~^ gen: a coroutine does not suspend with `yield`: Rust reserves that keyword for generators
    //~| help: write `yield_!(..)`
    //~^^^ rustc: yield syntax is experimental
    Ok(())
}

fn main() {}
