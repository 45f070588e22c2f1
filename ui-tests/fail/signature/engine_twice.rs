//@ attribute: the attribute is the mistake

#[gen::engine]
#[gen::coroutine]
//~^ gen: the function is already a coroutine
//~| help: remove this attribute
fn engine() {}

fn main() {}
