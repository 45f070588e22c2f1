//@ edition: 2021

use gen::yield_;

#[gen::coroutine]
fn body(given: Option<u32>) -> gen::Result {
    if let Some(n) = given && yield_!(std::future::ready(n))? > 0 {
    //~^ rustc: let chains are only allowed in Rust 2024 or later
        drop(n);
    }
    Ok(())
}

fn main() {}
