//@ several: rustc refuses attributes on expressions whatever they are, and says so twice
//@ attribute: rustc points at it
//@ rustc: its own two errors come first; ours says what to do

fn main() {
    let _ = #[gen::coroutine]
    //~^ rustc: attributes on expressions are experimental
    //~^^ rustc: custom attributes cannot be applied to expressions
    || 1;
    //~^ gen: `#[gen::coroutine]` makes a coroutine of a `fn`; an expression is none
    //~| help: put it on a function
}
