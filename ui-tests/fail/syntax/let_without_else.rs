use gen::yield_;

#[gen::coroutine]
fn body() -> gen::Result {
    let Some(n) = yield_!(std::future::ready(Some(1)))?;
    //~^ rustc: refutable pattern in local binding
    drop(n);
    Ok(())
}

fn main() {}
