//@ several: rustc has a built-in attribute of this name, and goes on to say what is wrong with that
//@ attribute: it is the attribute that is wrong
//@ rustc: nothing of ours is called, so nothing of ours can be said. `use gen::co; #[co]` may be imported; `#[gen::coroutine]` is used by its path

use gen::coroutine;

#[coroutine]
//~^ rustc: the `#[coroutine]` attribute is an experimental feature
//~^^ rustc: `#[coroutine]` attribute cannot be used on functions
//~^^^ rustc: `coroutine` is ambiguous
fn ambiguous() {}

fn main() {}
