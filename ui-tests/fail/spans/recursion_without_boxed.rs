use gen::yield_;

#[gen::coroutine]
fn countdown(n: u32) -> gen::Result<u32> {
    if n == 0 {
        return Ok(0);
    }
    Ok(yield_!(countdown(n - 1))? + 1)
}

fn main() {
    let _ = gen::run_sync(countdown(1));
}
