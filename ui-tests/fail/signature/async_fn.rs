use gen::yield_;

#[gen::coroutine]
async fn twice(n: u32) -> gen::Result<u32> {
    yield_!(std::future::ready(n))
}

fn main() {
    let _ = gen::run_sync(twice(1));
}
