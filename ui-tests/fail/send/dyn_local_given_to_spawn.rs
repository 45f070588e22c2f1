//@ rustc: a coroutine with `dyn(local)` stays on its thread: write `gen::spawn_local`, or the option `dyn`

use gen::yield_;

#[gen::coroutine(dyn(local))]
fn local() -> gen::Result<u32> {
    yield_!(gen::moment())?;
    Ok(1)
}

fn main() {
    drop(gen::spawn(local()));
    //~^ rustc: `dyn gen::Coroutine<Output = Result<u32, gen::Error>>` cannot be sent between threads safely
}
