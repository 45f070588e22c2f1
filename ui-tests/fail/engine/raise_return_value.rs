use gen::yield_;

#[gen::engine]
fn engine() -> gen::Result<u32> {
//~^ gen: an engine cannot return `Result<u32, gen::Error>`: nobody would get it (`ReturnValueIgnored`)
//~| note: an engine returns `()` or `gen::Result<()>`
//~| note: `#[gen::coroutine]` returns a value to whoever yields the call
    yield_!(gen::moment())?;
    Ok(42)
}

fn main() {}
