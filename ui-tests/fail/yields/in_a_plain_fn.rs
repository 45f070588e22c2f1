use gen::yield_;

#[gen::coroutine]
fn outer() -> gen::Result<u32> {
    fn inner(n: u32) -> gen::Result<u32> {
        yield_!(std::future::ready(n))
    }
    inner(1)
}

fn main() {
    let _ = gen::run_sync(outer());
}
