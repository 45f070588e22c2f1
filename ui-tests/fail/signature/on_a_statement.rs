//@ several: rustc refuses attributes of macros on statements whatever they are
//@ attribute: rustc points at it
//@ rustc: its own error comes first; ours says what to do

fn main() {
    #[gen::coroutine]
    //~^ rustc: custom attributes cannot be applied to statements
    let n = 1;
    //~^ gen: `#[gen::coroutine]` makes a coroutine of a `fn`; a statement is none
    //~| help: put it on a function
}
