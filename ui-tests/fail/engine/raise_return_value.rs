use gen::yield_;

#[gen::engine]
fn engine() -> gen::Result<u32> {
//~^ gen: an engine cannot return `Result<u32, gen::Error>`: no code would receive it (`ReturnValueIgnored`)
//~| note: an engine returns `()` or `gen::Result<()>`
//~| note: to return a value, write `#[gen::coroutine]`; the code that yields the call receives it
    yield_!(gen::moment())?;
    Ok(42)
}

fn main() {}
