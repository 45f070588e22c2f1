use gen::yield_;

#[gen::coroutine]
fn unknown(n: u32) -> gen::Result<u32> {
    Ok(yield_!(std::future::ready(n))?.missing())
    //~^ rustc: no method named `missing` found for type `u32` in the current scope
}

fn main() {
    let _ = gen::run_sync(unknown(1));
}
