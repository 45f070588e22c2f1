//! Waiting no longer than that: `gen::with_timeout` takes anything yieldable. `cargo run -p first-steps --bin timeout` prints
//!
//! ```text
//! in time: "fast"
//! too late: timeout after 20s
//! a list, too late: timeout after 20s
//! tried 3 times: "fast"
//! ```

use std::time::Duration;

use gen::yield_;

const PATIENCE: Duration = Duration::from_secs(20);

#[gen::coroutine]
fn answer(text: &'static str, after: Duration) -> gen::Result<&'static str> {
    yield_!(gen::sleep(after))?;
    Ok(text)
}

fn fast() -> impl gen::Coroutine<Output = gen::Result<&'static str>> {
    answer("fast", Duration::from_secs(1))
}

fn slow() -> impl gen::Coroutine<Output = gen::Result<&'static str>> {
    answer("slow", Duration::from_secs(3600))
}

/// Tries until something comes in time.
#[gen::coroutine]
fn persistent(delays: &[Duration]) -> gen::Result<(usize, &'static str)> {
    for (tried, delay) in delays.iter().enumerate() {
        match yield_!(gen::with_timeout(PATIENCE, answer("fast", *delay))) {
            Err(error) if error.is::<gen::TimeoutError>() => continue,
            other => return Ok((tried + 1, other?)),
        }
    }
    Err(gen::Error::new("all were too slow"))
}

#[gen::coroutine]
fn program() -> gen::Result {
    println!("in time: {:?}", yield_!(gen::with_timeout(PATIENCE, fast()))?);

    if let Err(error) = yield_!(gen::with_timeout(PATIENCE, slow())) {
        println!("too late: {error}");
    }
    // The slow one of the list is dropped at the deadline, and with it all that it held.
    if let Err(error) = yield_!(gen::with_timeout(
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

fn main() -> gen::Result {
    // The virtual clock moves on when all are waiting, so the program takes no time. With `#[gen::main]` it is the clock on the wall.
    gen::IoLoop::with_clock(gen::VirtualClock::new()).run_sync(program())
}
