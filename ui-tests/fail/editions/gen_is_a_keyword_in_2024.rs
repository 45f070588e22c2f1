//@ edition: 2024

#[gen::coroutine]
//~^ rustc: expected identifier, found reserved keyword `gen`
fn body() {}

fn main() {}
