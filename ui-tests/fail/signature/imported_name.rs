//@ several: rustc has a built-in attribute of this name, and also reports how it is used wrongly
//@ attribute: the attribute is the mistake
//@ rustc: rustc does not call our macro, so we cannot report anything; write `#[gen::coroutine]` with its path, or `use gen::co; #[co]`

use gen::coroutine;

#[coroutine]
//~^ rustc: the `#[coroutine]` attribute is an experimental feature
//~^^ rustc: `#[coroutine]` attribute cannot be used on functions
//~^^^ rustc: `coroutine` is ambiguous
fn ambiguous() {}

fn main() {}
