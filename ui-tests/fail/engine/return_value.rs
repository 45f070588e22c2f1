#[gen::engine]
fn engine() -> u32 {
//~^ gen: an engine cannot return `u32`: nobody would get it (`ReturnValueIgnored`)
//~| note: an engine returns `()` or `gen::Result<()>`
//~| note: `#[gen::coroutine]` returns a value to whoever yields the call
    42
}

fn main() {}
