//! The end of a release whose bracket is dropped: it goes on in a task, or is lost.

use std::future::Future;
use std::panic::resume_unwind;
use std::pin::Pin;
use std::task::{ready, Context, Poll};

use super::exit::Exit;
use super::held::{Held, Stage};
use crate::inject::Deferral;
use crate::report;
use crate::task::{check_local, check_tasks, spawn, spawn_local, JoinHandle};
use crate::{NoHost, Result};

/// Runs the release in a task, on any thread.
pub(super) fn to_task<R, F, P>(stage: Stage<R, F, P>)
where
    R: Send + 'static,
    F: FnOnce(R, Exit) -> P + Send + 'static,
    P: Future<Output = Result> + Send + 'static,
{
    match check_tasks() {
        Ok(()) => detach(spawn(Abandoned::new(stage))),
        Err(no_host) => report_lost(&stage, Some(no_host)),
    }
}

/// Runs the release in a task, on this thread.
pub(super) fn to_local_task<R, F, P>(stage: Stage<R, F, P>)
where
    R: 'static,
    F: FnOnce(R, Exit) -> P + 'static,
    P: Future<Output = Result> + 'static,
{
    match check_local() {
        Ok(()) => detach(spawn_local(Abandoned::new(stage))),
        Err(no_host) => report_lost(&stage, Some(no_host)),
    }
}

/// Reports that the resource is dropped, or the release that has begun.
pub(super) fn lost<R, F, P>(stage: Stage<R, F, P>) {
    report_lost(&stage, None);
}

/// `no_host` says why no task runs the release, if one was wanted.
fn report_lost<R, F, P>(stage: &Stage<R, F, P>, no_host: Option<NoHost>) {
    let event = match stage {
        Stage::Idle { .. } => "a bracket was dropped, and its release did not run",
        Stage::Running(_) | Stage::Over => "a bracket was dropped before its release had ended",
    };
    match no_host {
        Some(no_host) => report::error(format_args!("{event}: {no_host}")),
        None => report::error(format_args!("{event}")),
    }
}

fn detach(task: JoinHandle<()>) {
    // The release has failed in its first step.
    if let Some(Err(error)) = task.into_first_result() {
        report::failure(format_args!("a bracket was dropped, and its release did not succeed"), &error);
    }
}

/// The body of the task. A dump names the task after the first parameter, which is the release. A
/// cancellation is deferred to its end, such as that of a shutdown.
struct Abandoned<P, R, F> {
    held: Held<R, F, P>,
    // Declared after the release, so that the cancellation is still deferred when it is dropped.
    deferral: Deferral,
}

impl<P, R, F> Abandoned<P, R, F> {
    fn new(stage: Stage<R, F, P>) -> Self {
        Abandoned { held: Held::at(stage, lost), deferral: Deferral::default() }
    }
}

// The future of the release is in a box.
impl<P, R, F> Unpin for Abandoned<P, R, F> {}

impl<P, R, F> Future for Abandoned<P, R, F>
where
    F: FnOnce(R, Exit) -> P,
    P: Future<Output = Result>,
{
    type Output = Result;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result> {
        let Abandoned { held, deferral } = self.get_mut();
        match ready!(held.poll(|| Exit::Dropped, deferral, cx)) {
            Ok(result) => Poll::Ready(
                result.map_err(|error| error.context("the release of a bracket that was dropped has failed")),
            ),
            Err(panic) => resume_unwind(panic),
        }
    }
}
