#[gen::coroutine]
type Number = u32;
//~^ gen: `#[gen::coroutine]` turns a `fn` into a coroutine, and this is a `type`
//~| help: put it on a function

fn main() {
    let _: Number = 1;
}
