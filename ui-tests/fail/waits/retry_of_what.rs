//@ several: one for each argument that does not fit

use std::time::Duration;

use gen::yield_;

#[gen::coroutine]
fn fetch() -> gen::Result<u32> {
    Ok(7)
}

#[gen::coroutine]
fn with_a_duration() -> gen::Result<u32> {
    yield_!(gen::retry(Duration::from_secs(1), fetch))
    //~^ gen: `Retry<Duration, [..]>` cannot be yielded: it makes no yieldables, or has no waits between them
    //~| note: a schedule gives the waits: an array or another iterator of `Duration`s, such as `gen::backoff(wait).take(5)`
}

#[gen::coroutine]
fn without_a_closure() -> gen::Result<u32> {
    yield_!(gen::retry([Duration::from_secs(1); 3], fetch()))
    //~^ gen: `Retry<[Duration; 3], [..]>` cannot be yielded: it makes no yieldables, or has no waits between them
    //~| note: a closure makes the yieldable of each try: `gen::retry(schedule, || fetch())`, `gen::hedge(after, 2, || fetch())`
}

#[gen::coroutine]
fn of_numbers() -> gen::Result<u32> {
    yield_!(gen::hedge(Duration::from_secs(1), 3, || 7))
    //~^ gen: `Hedge<[..]>` cannot be yielded: it makes no yieldables, or has no waits between them
    //~| note: a closure makes the yieldable of each try: `gen::retry(schedule, || fetch())`, `gen::hedge(after, 2, || fetch())`
}

fn main() {}
