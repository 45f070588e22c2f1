#[gen::coroutine]
const ONE: u32 = 1;
//~^ gen: `#[gen::coroutine]` makes a coroutine of a `fn`; a `const` is none
//~| help: put it on a function

fn main() {
    println!("{ONE}");
}
