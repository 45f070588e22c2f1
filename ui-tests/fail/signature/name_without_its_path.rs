//@ several: rustc has a built-in attribute of this name, which it refuses, and goes on to say what is wrong with that
//@ attribute: it is the attribute that is wrong
//@ rustc: nothing of ours is called, so nothing of ours can be said. It is `#[gen::coroutine]`, or `#[co]` with `use gen::co`

#[coroutine]
//~^ rustc: the `#[coroutine]` attribute is an experimental feature
//~^^ rustc: `#[coroutine]` attribute cannot be used on functions
fn body() -> gen::Result {
    Ok(())
}

fn main() {}
