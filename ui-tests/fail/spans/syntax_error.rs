use gen::yield_;

#[gen::coroutine]
fn broken(n: u32) -> gen::Result<u32> {
    let m = ;
    yield_!(std::future::ready(n))
}

fn main() {
    let _ = gen::run_sync(broken(1));
}
