use gen::yield_;

#[gen::coroutine]
fn body() -> gen::Result {
    let length = yield_!(std::future::ready("text")).len();
    //~^ rustc: no method named `len` found for enum `Result<T, E>` in the current scope
    drop(length);
    Ok(())
}

fn main() {}
