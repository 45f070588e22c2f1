struct Type;

#[gen::coroutine]
impl Type {
//~^ gen: `#[gen::coroutine]` makes a coroutine of a `fn`; an `impl` block is none
//~| help: put it on each of the methods that are coroutines
    fn method(&self) -> u32 {
        1
    }
}

fn main() {
    let _ = Type.method();
}
