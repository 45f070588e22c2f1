//! What becomes of a release when its bracket is dropped.

use std::future::Future;
use std::{mem, thread};

use super::exit::Exit;
use super::held::Stage;
use crate::report;
use crate::task::{spawn, spawn_local, JoinHandle};
use crate::Result;

/// Runs the release in a task, on any thread.
pub(super) fn to_task<R, F, P>(stage: Stage<R, F, P>)
where
    R: Send + 'static,
    F: FnOnce(R, Exit) -> P + Send + 'static,
    P: Future<Output = Result> + Send + 'static,
{
    detach(spawn(finish(stage)));
}

/// Runs the release in a task, on this thread.
pub(super) fn to_local_task<R, F, P>(stage: Stage<R, F, P>)
where
    R: 'static,
    F: FnOnce(R, Exit) -> P + 'static,
    P: Future<Output = Result> + 'static,
{
    detach(spawn_local(finish(stage)));
}

/// Drops the resource, and reports it.
pub(super) fn lost<R, F, P>(stage: Stage<R, F, P>) {
    match stage {
        Stage::Idle { .. } => {
            report::error(format_args!("a bracket was dropped, and its release did not run"));
        }
        Stage::Running(_) => {
            report::error(format_args!("a bracket was dropped before its release had ended"));
        }
        Stage::Over => {}
    }
}

fn detach(task: JoinHandle<()>) {
    // No host takes the task, or the release has failed in its first step.
    if let Some(Err(error)) = task.into_first_result() {
        report::failure(format_args!("a bracket was dropped, and its release did not succeed"), &error);
    }
}

async fn finish<R, F, P>(stage: Stage<R, F, P>) -> Result
where
    F: FnOnce(R, Exit) -> P,
    P: Future<Output = Result>,
{
    let unfinished = Unfinished;
    let released = match stage {
        Stage::Idle { resource, release } => release(resource, Exit::Dropped).await,
        Stage::Running(release) => release.await,
        Stage::Over => Ok(()),
    };
    mem::forget(unfinished);
    released.map_err(|error| error.context("the release of a bracket that was dropped has failed"))
}

/// Reports that the task of a release was dropped.
struct Unfinished;

impl Drop for Unfinished {
    fn drop(&mut self) {
        if !thread::panicking() {
            report::error(format_args!("the release of a bracket was dropped before it had ended"));
        }
    }
}
