//@ several: the type is written once, but the expansion uses it in several places, and rustc checks the bound in each
//@ rustc: the type is used in the signature and in the body, and rustc checks both

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
