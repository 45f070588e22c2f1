//! The smallest program: a coroutine that yields another one, which yields an `async` block.
//! `cargo run -p first-steps --bin hello` prints
//!
//! ```text
//! Hello, world!
//! ```

use r#gen::{self as g, yield_};

#[g::coroutine]
fn greeting(whom: &str) -> g::Result<String> {
    let word = yield_!(async { "Hello" })?;
    Ok(format!("{word}, {whom}!"))
}

#[g::main]
fn main() -> g::Result {
    println!("{}", yield_!(greeting("world"))?);
    Ok(())
}
