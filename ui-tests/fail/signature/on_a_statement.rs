//@ several: rustc refuses all attribute macros on statements
//@ attribute: rustc points at it
//@ rustc: an error of rustc comes first; ours says what to write

fn main() {
    #[gen::coroutine]
    //~^ rustc: custom attributes cannot be applied to statements
    let n = 1;
    //~^ gen: `#[gen::coroutine]` turns a `fn` into a coroutine, and this is a statement
    //~| help: put it on a function
}
