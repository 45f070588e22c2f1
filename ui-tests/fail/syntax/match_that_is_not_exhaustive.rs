use gen::yield_;

#[gen::coroutine]
fn body() -> gen::Result {
    match yield_!(std::future::ready(1)) {
    //~^ rustc: non-exhaustive patterns: `Err(_)` not covered
        Ok(n) => drop(n),
    }
    Ok(())
}

fn main() {}
