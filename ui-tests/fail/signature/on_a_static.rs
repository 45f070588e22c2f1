#[gen::coroutine]
static ONE: u32 = 1;
//~^ gen: `#[gen::coroutine]` makes a coroutine of a `fn`; a `static` is none
//~| help: put it on a function

fn main() {
    println!("{ONE}");
}
