//! Waits for many futures at once. A list, a map and a tuple are yielded whole, run in parallel,
//! and give a container of the same shape. `cargo run -p first-steps --bin parallel` prints
//!
//! ```text
//! list: [9, 16, 25]
//! map: {"five": 25, "four": 16}
//! tuple: 9 and "three"
//! two children failed: 1 is odd; and at [2]: 3 is odd
//! in parallel: start 30, start 20, start 10, end 10, end 20, end 30
//! ```

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::time::Duration;

use r#gen::{self as g, yield_};

#[g::coroutine]
fn square(n: u32) -> g::Result<u32> {
    yield_!(g::sleep(Duration::from_secs(u64::from(n))))?;
    Ok(n * n)
}

/// A function that is not a coroutine can be yielded too, if it returns a future.
async fn name(n: u32) -> String {
    if n == 3 { "three".to_owned() } else { n.to_string() }
}

#[g::coroutine]
fn even(n: u32) -> g::Result<u32> {
    if n % 2 == 0 { Ok(n) } else { Err(g::Error::new(format!("{n} is odd"))) }
}

#[g::coroutine]
fn timed(delay: u64, log: &RefCell<Vec<String>>) -> g::Result {
    log.borrow_mut().push(format!("start {delay}"));
    yield_!(g::sleep(Duration::from_secs(delay)))?;
    log.borrow_mut().push(format!("end {delay}"));
    Ok(())
}

#[g::coroutine]
fn program() -> g::Result {
    let list = yield_!([3, 4, 5].map(square))?;
    println!("list: {list:?}");

    let map = yield_!(BTreeMap::from([("four", square(4)), ("five", square(5))]))?;
    println!("map: {map:?}");

    // A tuple that is written out may mix futures that can fail with futures that cannot.
    let (nine, three) = yield_!((square(3), name(3)))?;
    println!("tuple: {nine} and {three:?}");

    // All children run to their end. The first error in the order of the list is raised, and holds
    // the others.
    if let Err(error) = yield_!(vec![even(1), even(2), even(3)]) {
        let other = &error.others()[0];
        println!("two children failed: {error}; and at [{}]: {}", other.key, other.error);
    }

    // Children may borrow, because they are part of this coroutine.
    let log = RefCell::new(Vec::new());
    yield_!([30, 20, 10].map(|delay| timed(delay, &log)))?;
    println!("in parallel: {}", log.take().join(", "));
    Ok(())
}

fn main() -> g::Result {
    // The virtual clock moves on when all coroutines wait, so the program takes no time.
    // `#[g::main]` uses the real clock.
    g::IoLoop::with_clock(g::VirtualClock::new()).run_sync(program())
}
