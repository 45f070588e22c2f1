use gen::yield_;

#[gen::coroutine]
fn unknown() -> gen::Result<u32> {
    let n = yield_!(std::future::ready(nn))?;
    //~^ rustc: cannot find value `nn` in this scope
    Ok(n)
}

fn main() {
    let _ = gen::run_sync(unknown());
}
