#[gen::coroutine]
static ONE: u32 = 1;
//~^ gen: `#[gen::coroutine]` turns a `fn` into a coroutine, and this is a `static`
//~| help: put it on a function

fn main() {
    println!("{ONE}");
}
