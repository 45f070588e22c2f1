//@ several: rustc refuses all attributes on expressions, and reports it twice
//@ attribute: rustc points at it
//@ rustc: two errors of rustc come first; ours says what to write

fn main() {
    let _ = #[gen::coroutine]
    //~^ rustc: attributes on expressions are experimental
    //~^^ rustc: custom attributes cannot be applied to expressions
    || 1;
    //~^ gen: `#[gen::coroutine]` turns a `fn` into a coroutine, and this is an expression
    //~| help: put it on a function
}
