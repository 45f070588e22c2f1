//@ several: the type is written once and meant in several places, and rustc holds each to the bound
//@ rustc: the type stands in the signature and in the body, and each is held to it

trait Bound {}

struct Wrapped<T: Bound>(T);

#[gen::coroutine]
fn wrapped() -> Wrapped<u32> {
//~^ rustc: the trait bound `u32: Bound` is not satisfied
//~^^ rustc: the trait bound `u32: Bound` is not satisfied
//~^^^ rustc: the trait bound `u32: Bound` is not satisfied
    Wrapped(1)
    //~^ rustc: the trait bound `u32: Bound` is not satisfied
    //~^^ rustc: the trait bound `u32: Bound` is not satisfied
}

fn main() {}
