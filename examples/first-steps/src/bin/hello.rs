//! The smallest program: a coroutine that yields another one, which yields an `async` block.
//! `cargo run -p first-steps --bin hello` prints
//!
//! ```text
//! Hello, world!
//! ```

use gen::yield_;

#[gen::coroutine]
fn greeting(whom: &str) -> gen::Result<String> {
    let word = yield_!(async { "Hello" })?;
    Ok(format!("{word}, {whom}!"))
}

#[gen::main]
fn main() -> gen::Result {
    println!("{}", yield_!(greeting("world"))?);
    Ok(())
}
