//@ several: rustc refuses the keyword, and then does not find the name

use gen::yield;
//~^ rustc: unresolved import `gen::r#yield`
//~^^ rustc: expected identifier, found reserved keyword `yield`

fn main() {}
