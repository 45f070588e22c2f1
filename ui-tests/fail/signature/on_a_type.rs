#[gen::coroutine]
type Number = u32;
//~^ gen: `#[gen::coroutine]` makes a coroutine of a `fn`; a `type` is none
//~| help: put it on a function

fn main() {
    let _: Number = 1;
}
