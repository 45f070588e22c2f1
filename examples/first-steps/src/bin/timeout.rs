//! Limits the time of a wait. `gen::with_timeout` takes anything that can be yielded.
//! `cargo run -p first-steps --bin timeout` prints
//!
//! ```text
//! in time: "fast"
//! too late: timeout after 20s
//! a list, too late: timeout after 20s
//! tried 3 times: "fast"
//! ```

use std::time::Duration;

use r#gen::{self as g, yield_};

const PATIENCE: Duration = Duration::from_secs(20);

#[g::coroutine]
fn answer(text: &'static str, after: Duration) -> g::Result<&'static str> {
    yield_!(g::sleep(after))?;
    Ok(text)
}

fn fast() -> impl g::Coroutine<Output = g::Result<&'static str>> {
    answer("fast", Duration::from_secs(1))
}

fn slow() -> impl g::Coroutine<Output = g::Result<&'static str>> {
    answer("slow", Duration::from_secs(3600))
}

/// Tries again until an answer comes in time.
#[g::coroutine]
fn persistent(delays: &[Duration]) -> g::Result<(usize, &'static str)> {
    for (tried, delay) in delays.iter().enumerate() {
        match yield_!(g::with_timeout(PATIENCE, answer("fast", *delay))) {
            Err(error) if error.is::<g::TimeoutError>() => continue,
            other => return Ok((tried + 1, other?)),
        }
    }
    Err(g::Error::new("all were too slow"))
}

#[g::coroutine]
fn program() -> g::Result {
    println!("in time: {:?}", yield_!(g::with_timeout(PATIENCE, fast()))?);

    if let Err(error) = yield_!(g::with_timeout(PATIENCE, slow())) {
        println!("too late: {error}");
    }
    // At the deadline the slow child of the list is dropped, with all its local variables.
    if let Err(error) = yield_!(g::with_timeout(
        PATIENCE,
        vec![answer("fast", Duration::ZERO), answer("slow", PATIENCE * 100)]
    )) {
        println!("a list, too late: {error}");
    }
    let delays = [PATIENCE * 100, PATIENCE * 100, Duration::from_secs(1)];
    let (times, text) = yield_!(persistent(&delays))?;
    println!("tried {times} times: {text:?}");
    Ok(())
}

fn main() -> g::Result {
    // The virtual clock moves on when all coroutines wait, so the program takes no time.
    // `#[g::main]` uses the real clock.
    g::IoLoop::with_clock(g::VirtualClock::new()).run_sync(program())
}
