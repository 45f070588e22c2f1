struct Type;

#[gen::coroutine]
impl Type {
//~^ gen: `#[gen::coroutine]` turns a `fn` into a coroutine, and this is an `impl` block
//~| help: put it on each method that is to be a coroutine
    fn method(&self) -> u32 {
        1
    }
}

fn main() {
    let _ = Type.method();
}
