//! The error records of a test: those that it expects, and those that were written.

use std::cell::RefCell;

use crate::report::Heard;

thread_local! {
    /// The texts that the running test expects, or `None` if no test runs on this thread.
    static EXPECTED: RefCell<Option<Vec<String>>> = const { RefCell::new(None) };
}

/// Expects an error record that contains `text`, in a [`#[gen::test]`](macro@crate::test).
///
/// The library writes a record of the level `ERROR` if an error is lost: no code reads it. In a
/// test such a record is a failure, unless the test expects it. All records that contain the text
/// are expected, and if there is none when the test has ended, the test fails.
///
/// A test hears the records of its own thread. On tokio with the flavor `"multi_thread"`, tasks run
/// on workers, which are other threads. Their records do not fail the test, and none of them is the
/// one that is expected.
///
/// ```
/// use gen::yield_;
///
/// # #[cfg_attr(any(), doc = "
/// #[gen::test]
/// # ")]
/// # #[gen::coroutine]
/// fn the_error_of_a_detached_task_is_logged() -> gen::Result {
///     gen::testing::expect_log("out of paper");
///     drop(gen::spawn(async { Err::<(), _>("out of paper") }));
///     yield_!(gen::moment())
/// }
/// # // A doctest has no test harness, so the coroutine is run as the attribute runs it.
/// # use gen::__private::{run_test, TestOptions};
/// # run_test(TestOptions::new(), the_error_of_a_detached_task_is_logged(), |_| false).unwrap();
/// ```
///
/// # Panics
///
/// If no `#[gen::test]` runs on this thread. Call it in the body of the test, and not in a task
/// that may run on a worker of tokio.
#[track_caller]
pub fn expect_log(text: impl Into<String>) {
    let text = text.into();
    let is_test = EXPECTED.with_borrow_mut(|expected| expected.as_mut().map(|all| all.push(text)).is_some());
    assert!(is_test, "`expect_log` was called where no test runs: call it in the body of a `#[gen::test]`");
}

/// Hears the error records of this thread, for the test that runs on it.
pub(super) struct Logs {
    heard: Heard,
    outer: Option<Vec<String>>,
}

pub(super) struct EndedLogs {
    /// The records that the test does not expect.
    pub(super) unexpected: Vec<String>,
    /// The texts that no record contains.
    pub(super) missing: Vec<String>,
}

impl Logs {
    pub(super) fn listen() -> Self {
        Logs { heard: Heard::listen(), outer: EXPECTED.replace(Some(Vec::new())) }
    }

    pub(super) fn end(self) -> EndedLogs {
        let records = self.heard.take();
        let expected = EXPECTED.take().unwrap_or_default();
        let missing = expected.iter().filter(|text| !records.iter().any(|record| record.contains(*text)));
        EndedLogs {
            missing: missing.cloned().collect(),
            unexpected: records
                .into_iter()
                .filter(|record| !expected.iter().any(|text| record.contains(text)))
                .collect(),
        }
    }
}

impl Drop for Logs {
    fn drop(&mut self) {
        EXPECTED.set(self.outer.take());
    }
}
