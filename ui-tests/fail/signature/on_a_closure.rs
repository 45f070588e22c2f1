//@ several: rustc refuses all attributes on expressions, and reports it twice
//@ attribute: rustc points at it
//@ rustc: two errors of rustc come first; ours says what to write

fn main() {
    let _ = #[gen::coroutine]
    //~^ rustc: attributes on expressions are experimental
    //~^^ rustc: custom attributes cannot be applied to expressions
    || 1;
    //~^ gen: `#[gen::coroutine]` makes a coroutine of a `fn`; an expression is none
    //~| help: put it on a function
}
