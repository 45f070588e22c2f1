//@ several: rustc has a built-in attribute of this name; it refuses it, and also reports how it is used wrongly
//@ attribute: the attribute is the mistake
//@ rustc: rustc does not call our macro, so we cannot report anything; write `#[gen::coroutine]`, or `use gen::co; #[co]`

#[coroutine]
//~^ rustc: the `#[coroutine]` attribute is an experimental feature
//~^^ rustc: `#[coroutine]` attribute cannot be used on functions
fn body() -> gen::Result {
    Ok(())
}

fn main() {}
