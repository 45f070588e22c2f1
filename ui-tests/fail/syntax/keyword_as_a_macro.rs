//@ several: rustc refuses the keyword when it reads the function, before the attribute does

#[gen::coroutine]
fn body() -> gen::Result {
    yield!(gen::moment())
    //~^ rustc: a coroutine does not suspend with `yield`: that keyword is Rust's own, for generators
    //~^^ rustc: yield syntax is experimental
}

fn main() {}
