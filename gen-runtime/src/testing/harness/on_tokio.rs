//! A test on tokio.
//!
//! | phase | on the embedded loop | on tokio |
//! |---|---|---|
//! | the run | the loop says that nothing is left to do, or that the limit has passed | a timer of tokio is the limit. There is none unless the test names one, because a paused clock would move to it while the test waits for a socket |
//! | the end | turns until nothing is ready | tasks have a second of tokio's clock to end |
//! | tasks that are left | all | those of `gen::spawn`, in the body and in such tasks, by a [`Tracker`]; a [dump](TrackerDump) of it shows them |
//! | the records | those of this thread | the same: with `"multi_thread"`, not those of the tasks on its workers |

use std::future::{poll_fn, Future};
use std::panic::{catch_unwind, AssertUnwindSafe};
use std::pin::{pin, Pin};
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::thread;
use std::time::Duration;

use super::conclude;
use super::failure::{self, Failure};
use super::logs::Logs;
use super::options::TestOptions;
use crate::dump::TrackerDump;
use crate::executor::{Executor, ForeignRoot, Tracker};
use crate::inject::TaskTrace;
use crate::testing::suspension::{Suspension, WaitsFor};
use crate::Site;

/// The time that tasks have to end after the body, and to answer where they wait.
const GRACE: Duration = Duration::from_secs(1);

/// A test that runs on a runtime of tokio.
pub(crate) struct OnTokio {
    options: TestOptions,
    is_local: bool,
    logs: Logs,
}

/// The test as the runtime has left it.
pub(crate) struct Ended<T> {
    outcome: Option<thread::Result<T>>,
    has_own_failure: bool,
    failure: Failure,
}

impl OnTokio {
    /// Begins a test. A runtime that is local also takes tasks that stay on this thread.
    pub(crate) fn begin(options: TestOptions, is_local: bool) -> Self {
        OnTokio { options, is_local, logs: Logs::listen() }
    }

    /// The future that the runtime blocks on. `start` is called in the runtime before the first
    /// poll of the body.
    pub(crate) async fn run<F: Future>(
        &self,
        start: fn(),
        coroutine: F,
        has_failed: fn(&F::Output) -> bool,
    ) -> Ended<F::Output> {
        start();
        let tracker = (!self.options.leaks_allowed).then(Arc::<Tracker>::default);
        let executor = Executor::tokio(self.is_local, tracker.clone());
        let mut failure = Failure::new(None);
        let outcome = self.run_body(ForeignRoot::new(executor, coroutine), &mut failure).await;
        let has_own_failure = match &outcome {
            Some(Ok(output)) => has_failed(output),
            Some(Err(_)) => true,
            None => false,
        };
        if let (Some(tracker), true, false) = (tracker, failure.is_none(), has_own_failure) {
            failure.extend(failure::leaks(&leaked(tracker).await));
        }
        Ended { outcome, has_own_failure, failure }
    }

    /// Runs the body, and drops it. Returns nothing if the limit has passed.
    async fn run_body<F: Future>(
        &self,
        body: ForeignRoot<F>,
        failure: &mut Failure,
    ) -> Option<thread::Result<F::Output>> {
        let mut body = pin!(body);
        let Some(limit) = self.options.limit_or(None) else {
            return Some(poll_fn(|cx| catch(body.as_mut(), cx)).await);
        };
        match tokio::time::timeout(limit, poll_fn(|cx| catch(body.as_mut(), cx))).await {
            Ok(outcome) => Some(outcome),
            Err(_) => {
                let waits = where_it_waits(body).await;
                failure.extend(Some(failure::out_of_time(limit, "tokio's clock", &[waits])));
                None
            }
        }
    }

    /// Ends a test. The runtime was dropped before, with the tasks that were left.
    #[track_caller]
    pub(crate) fn end<T>(self, ended: Ended<T>) -> T {
        let Ended { outcome, has_own_failure, mut failure } = ended;
        let is_done = failure.is_none() && !has_own_failure;
        let logs = self.logs.end();
        failure.extend(failure::unexpected_logs(&logs.unexpected));
        if is_done {
            failure.extend(failure::missing_logs(&logs.missing));
        }
        conclude(outcome, has_own_failure, failure)
    }
}

/// Polls the body. Its panic is its outcome.
fn catch<F: Future>(body: Pin<&mut ForeignRoot<F>>, cx: &mut Context<'_>) -> Poll<thread::Result<F::Output>> {
    match catch_unwind(AssertUnwindSafe(|| body.poll(cx))) {
        Ok(polled) => polled.map(Ok),
        Err(payload) => Poll::Ready(Err(payload)),
    }
}

/// Asks the body where it waits, by one more poll.
async fn where_it_waits<F: Future>(mut body: Pin<&mut ForeignRoot<F>>) -> String {
    let trace = body.trace();
    let ended = poll_fn(|cx| Poll::Ready(catch(body.as_mut(), cx).is_ready())).await;
    if ended {
        return "the body has ended when it was polled once more, though nothing had woken it: \
                a future that it waited for has lost a wake-up"
            .to_owned();
    }
    format!("the body waits {}", suspended_at(answer(trace)))
}

/// The answer that was given. It is empty if there is none yet.
fn answer(mut trace: TaskTrace) -> Vec<Site> {
    match Pin::new(&mut trace).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(sites) => sites,
        Poll::Pending => Vec::new(),
    }
}

/// Waits for the tasks that end, and returns where the others wait.
async fn leaked(tracker: Arc<Tracker>) -> Vec<String> {
    let all_ended = async {
        while let Some(ended) = tracker.ended() {
            let _ = ended.await;
        }
    };
    // The tasks that are left show whether the time was enough.
    let _ = tokio::time::timeout(GRACE, all_ended).await;
    let dump = TrackerDump::new(tracker, GRACE).await;
    dump.tasks().iter().map(|task| dump.paragraph(task).to_string()).collect()
}

/// The timers of tokio do not say which task they wake.
fn suspended_at(chain: Vec<Site>) -> Suspension {
    Suspension { chain, waits_for: WaitsFor::Event }
}
