#[gen::coroutine]
fn by_path(n: u32) -> gen::Result<u32> {
    gen::yield_!(std::future::ready(n))
}

fn main() {
    assert_eq!(gen::run_sync(by_path(1)).unwrap(), 1);
}
