//! `#[gen::test]`: runs the coroutine of a test, and looks at the things that it leaves behind.
//!
//! # How it works
//!
//! The attribute emits a call of [`run`], with the options that were written ([`TestOptions`]) and
//! a function that says whether the output is an `Err` ([`TestOutput`]). On tokio it emits a
//! function of `tokio_entry.rs`, which calls [`on_tokio`] in the same way.
//!
//! | phase | what happens | what may fail |
//! |---|---|---|
//! | the run | the loop runs until the body has ended. If it is idle, its clock moves to the next timer, unless a thread owes a wake | nothing is left that could wake the body, or the next timer is due after the limit |
//! | the end | the body was dropped. Tasks that are ready go on, at the same time. With `leaks = "allowed"` there is no such phase | tasks that are still alive are leaks |
//! | the drop | the loop is dropped, with everything that is left | |
//! | the records | the error records of the thread are compared with the expected ones | a record is not expected, or an expected one is missing |
//!
//! A body that panics or returns an error has failed the test already. Then the test fails with
//! that panic or error, and the unexpected records are only printed.
//!
//! | file | what it holds |
//! |---|---|
//! | `mod.rs` | [`run`]: a test on the embedded loop |
//! | `on_tokio.rs` | a test on tokio |
//! | `options.rs` | [`TestOptions`] |
//! | `output.rs` | [`TestOutput`]: whether the output of a body is an `Err` |
//! | `order.rs` | [`Order`]: the order of the tasks of a turn, and its seed |
//! | `waiting.rs` | the waits of the body and the tasks, as in a dump |
//! | `logs.rs` | [`expect_log`], and the records that were heard |
//! | `failure.rs` | [`Failure`]: the text of a test that fails |

mod failure;
mod logs;
#[cfg(all(feature = "tokio", not(loom)))]
mod on_tokio;
mod options;
mod order;
mod output;
mod waiting;

use std::cell::Cell;
use std::future::Future;
use std::panic::resume_unwind;
use std::thread;
use std::time::Duration;

use self::failure::Failure;
pub use self::logs::expect_log;
use self::logs::Logs;
#[cfg(all(feature = "tokio", not(loom)))]
pub(crate) use self::on_tokio::OnTokio;
pub use self::options::TestOptions;
use self::order::Order;
pub use self::output::TestOutput;
use super::bench_loop::BenchLoop;
use crate::executor::{RootInSlot, SteeredEnd, Steering, TaskId};
use crate::io_loop::{assert_allowed, with_root};

/// The limit of a test that does not name one: a day.
const TIME_LIMIT: Duration = Duration::from_secs(86_400);

/// After the end of the body, tasks that never wait are stopped after so many turns.
const LAST_TURNS: usize = 10_000;

/// Runs the coroutine that `#[gen::test]` makes of a test.
///
/// # Panics
///
/// If the test fails, and its output is not the reason.
#[track_caller]
pub fn run<F: Future>(options: TestOptions, coroutine: F, has_failed: fn(&F::Output) -> bool) -> F::Output {
    assert_allowed();
    let test = Test::begin(options);
    let (hang, outcome) = with_root(&test.bench.core, coroutine, |root| test.run_body(Some(root)));
    let own = matches!(&outcome, Some(Err(_))) || matches!(&outcome, Some(Ok(output)) if has_failed(output));
    conclude(outcome, own, test.end(hang, own))
}

/// Ends a test: with its own failure, if it has one, else with the failure that the harness found.
#[track_caller]
fn conclude<T>(outcome: Option<thread::Result<T>>, has_own_failure: bool, failure: Failure) -> T {
    match outcome {
        Some(Ok(output)) if has_own_failure => {
            failure.print();
            output
        }
        Some(Ok(output)) if failure.is_none() => output,
        Some(Err(payload)) => {
            failure.print();
            resume_unwind(payload)
        }
        Some(Ok(_)) | None => panic!("{failure}"),
    }
}

/// A test that runs on the embedded loop.
struct Test {
    options: TestOptions,
    order: Order,
    bench: BenchLoop,
    /// After the loop, which may write records as it is dropped.
    logs: Logs,
}

impl Test {
    #[track_caller]
    fn begin(options: TestOptions) -> Self {
        let order = Order::new(options.order);
        Test { options, order, bench: BenchLoop::new(), logs: Logs::listen() }
    }

    /// Runs the loop until the body has ended. Otherwise returns the reason.
    fn run_body(&self, mut root: RootInSlot<'_>) -> Option<String> {
        let limit = self.options.limit_or(Some(TIME_LIMIT));
        let until = limit.and_then(|limit| self.bench.later(limit));
        let steering = Steered { order: &self.order, is_over: &|| false };
        match self.bench.run_with(&mut root, &steering, until) {
            SteeredEnd::Over => None,
            SteeredEnd::Stuck => {
                Some(failure::deadlock(&waiting::of_circles_and_all(&self.bench, &mut root)))
            }
            SteeredEnd::OutOfTime => {
                let waiting = waiting::of_all(&self.bench, &mut root);
                Some(failure::out_of_time(limit.unwrap_or_default(), "virtual time", &waiting))
            }
        }
    }

    /// Ends the tasks and the loop. The body was dropped before.
    fn end(self, hang: Option<String>, has_own_failure: bool) -> Failure {
        let mut failure = Failure::new(self.order.seed());
        let is_done = hang.is_none() && !has_own_failure;
        failure.extend(hang);
        if is_done && !self.options.leaks_allowed {
            self.run_ready_tasks();
            failure.extend(failure::leaks(&waiting::of_all(&self.bench, &mut None)));
        }
        drop(self.bench);
        let logs = self.logs.end();
        failure.extend(failure::unexpected_logs(&logs.unexpected));
        if is_done {
            failure.extend(failure::missing_logs(&logs.missing));
        }
        failure
    }

    /// Lets the tasks go on that are ready. No time passes.
    fn run_ready_tasks(&self) {
        let turns = Cell::new(0);
        let is_over = || {
            turns.set(turns.get() + 1);
            self.bench.core.is_idle() || turns.get() > LAST_TURNS
        };
        self.bench.run(&Steered { order: &self.order, is_over: &is_over }, Some(self.bench.clock.now()));
    }
}

/// Turns in the order of the test, until `is_over`.
struct Steered<'a> {
    order: &'a Order,
    is_over: &'a dyn Fn() -> bool,
}

impl Steering for Steered<'_> {
    fn choose(&self, ready: usize) -> usize {
        self.order.choose(ready)
    }

    fn after_job(&self, _: Option<TaskId>) {}

    fn is_over(&self) -> bool {
        (self.is_over)()
    }
}
