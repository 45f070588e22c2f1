//! The smallest program: a coroutine that yields another one. `cargo run -p first-steps --bin hello` prints
//!
//! ```text
//! Hello, world!
//! ```

use gen::yield_;
use std::time::Duration;

#[gen::coroutine]
fn greeting(whom: &str) -> gen::Result<String> {
    yield_!(gen::sleep(Duration::from_millis(10)))?;
    Ok(format!("Hello, {whom}!"))
}

#[gen::main]
fn main() -> gen::Result {
    println!("{}", yield_!(greeting("world"))?);
    Ok(())
}
