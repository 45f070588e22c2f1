use gen::yield_;

#[gen::coroutine]
fn body() -> gen::Result {
    let number: u32 = yield_!(async { "text" })?; // expected `u32`, found `&str`
    drop(number);
    Ok(())
}

fn main() {}
