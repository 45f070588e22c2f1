//@ several: rustc refuses the keyword when it reads the function, before the attribute does

#[gen::coroutine]
fn body() -> gen::Result {
    yield!(gen::moment())
    //~^ rustc: a coroutine does not suspend with `yield`: Rust reserves that keyword for generators
    //~^^ rustc: yield syntax is experimental
}

fn main() {}
