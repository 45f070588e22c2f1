//! Where the body and the tasks of a test wait.
//!
//! Each of them is asked: it is polled once, with its own waker and a request that collects the
//! yields at which it is suspended.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use crate::executor::{Injection, RootInSlot, TaskId};
use crate::inject::observer::ALL_YIELDS_LOOK;
use crate::inject::{TaskTrace, TraceRequest};
use crate::testing::bench_loop::BenchLoop;
use crate::testing::suspension::Suspension;
use crate::Site;

/// One text for the body, if it has not ended, and for each task of the loop, which is idle.
///
/// A dump of the loop, which shows more, is to take the place of these texts.
pub(super) fn of_all(bench: &BenchLoop, root: &mut RootInSlot<'_>) -> Vec<String> {
    let tasks = bench.core.tasks();
    let body = of_body(bench, root);
    body.into_iter().chain(tasks.into_iter().map(|task| of_task(bench, task))).collect()
}

fn of_body(bench: &BenchLoop, root: &mut RootInSlot<'_>) -> Option<String> {
    let waits_for = bench.waits_for(bench.core.task_of_root(root)?);
    let chain = ask(|request| bench.within(|| bench.core.inject_into_root_now(root, request)));
    Some(match root {
        Some((_, root)) if root.is_done() => lost_wake_up("the body"),
        _ => format!("the body waits {}", Suspension { chain, waits_for }),
    })
}

fn of_task(bench: &BenchLoop, task: TaskId) -> String {
    let waits_for = bench.waits_for(task);
    let chain = ask(|request| bench.within(|| bench.core.inject_now(task, request)));
    match bench.core.is_suspended(task) {
        true => format!("{} waits {}", name(&chain), Suspension { chain, waits_for }),
        false => lost_wake_up("a task"),
    }
}

/// Something that goes on when it is asked could have gone on before.
pub(super) fn lost_wake_up(name: &str) -> String {
    format!(
        "{name} has ended when it was polled once more, though nothing had woken it: \
         a future that it waited for has lost a wake-up"
    )
}

/// The name of a task: that of the outermost coroutine that waits.
pub(super) fn name(chain: &[Site]) -> String {
    match chain.last() {
        Some(outermost) if ALL_YIELDS_LOOK => format!("the task `{}`", outermost.function()),
        _ => "a task".to_owned(),
    }
}

/// Returns the yields at which a task is suspended, to which `deliver` brings the question.
fn ask(deliver: impl FnOnce(Injection)) -> Vec<Site> {
    let (request, trace) = TraceRequest::new();
    deliver(Injection::TraceRequest(request));
    answer(trace)
}

/// The answer that was given. It is empty if there is none yet.
pub(super) fn answer(mut trace: TaskTrace) -> Vec<Site> {
    match Pin::new(&mut trace).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(sites) => sites,
        Poll::Pending => Vec::new(),
    }
}
