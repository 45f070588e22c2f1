use gen::yield_;

#[gen::coroutine]
fn outer() -> gen::Result<u32> {
    fn inner(n: u32) -> gen::Result<u32> {
        yield_!(std::future::ready(n))
        //~^ gen: `yield_!` cannot stand in a plain `fn`, even within a coroutine
        //~| help: make that function a coroutine, `#[gen::coroutine] fn ..`, and yield its call
    }
    inner(1)
}

fn main() {
    let _ = gen::run_sync(outer());
}
