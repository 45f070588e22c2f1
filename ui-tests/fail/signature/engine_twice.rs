//@ attribute: the attribute is the mistake

#[gen::engine]
#[gen::coroutine]
//~^ gen: the function is a coroutine already
//~| help: remove this attribute
fn engine() {}

fn main() {}
