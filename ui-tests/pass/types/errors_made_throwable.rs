//! A value that cannot be thrown is made an error, or its `Result` is taken unchanged.

use std::error::Error;

use gen::yield_;

async fn nothing() -> Result<u32, ()> {
    Err(())
}

async fn local() -> Result<u32, Box<dyn Error>> {
    Err("local".into())
}

#[gen::coroutine]
fn body() -> gen::Result<u32> {
    let error = yield_!(async { nothing().await.map_err(|()| "nothing") }).unwrap_err();
    assert_eq!(error.to_string(), "nothing");
    let error = yield_!(async { local().await.map_err(|error| error.to_string()) }).unwrap_err();
    assert_eq!(error.to_string(), "local");
    Ok(yield_!(gen::raw(nothing()))?.unwrap_or(7))
}

fn main() {
    assert_eq!(gen::run_sync(body()).unwrap(), 7);
}
