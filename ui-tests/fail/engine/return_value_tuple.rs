#[gen::engine]
fn engine() -> (u32, u32) {
//~^ gen: an engine cannot return `(u32, u32)`: no code would receive it (`ReturnValueIgnored`)
//~| note: an engine returns `()` or `gen::Result<()>`
//~| note: to return a value, write `#[gen::coroutine]`; the code that yields the call receives it
    (1, 2)
}

fn main() {}
