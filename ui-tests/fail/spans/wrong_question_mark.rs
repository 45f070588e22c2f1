use gen::yield_;

#[gen::coroutine]
fn option(n: u32) -> Option<u32> {
    let n = yield_!(std::future::ready(n))?;
    Some(n)
}

fn main() {
    let _ = gen::block_on(option(1));
}
