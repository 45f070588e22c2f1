//! Loom models of a task on a foreign executor: the injections of other threads, against the polls
//! and the end of its shell.
//!
//! `RUSTFLAGS="--cfg loom" cargo test -p gen-runtime --lib --release models`
//!
//! An injection that does not bring about a poll is a deadlock, which loom reports.

use std::future::Future;
use std::panic::Location;
use std::pin::pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Waker};
use std::time::Duration;

use loom::future::block_on;
use loom::thread::{self, JoinHandle};

use super::hosted_task::AnyThread;
use super::{BodyOwner, Executor, HostedBody, HostedRef, Mailbox, Shell, SpawnedTask};
use crate::error::{CancelSource, Error};
use crate::executor::injection::Injection;
use crate::inject::in_flight::Thrown;
use crate::inject::{end_channel, Cancellation, EndSenders, Ended};

/// A body that ends with its n-th injection, or when it is cut short.
struct Counts {
    // Not loom's, because only the thread of the shell uses it.
    left: AtomicUsize,
}

// SAFETY: it is `Send` and `Sync`.
unsafe impl HostedBody for Counts {
    unsafe fn run(&self, mailbox: &Mailbox, _: &mut Context<'_>, thrown: &mut Option<Thrown>) -> bool {
        if thrown.take().is_some() {
            self.left.fetch_sub(1, Ordering::Relaxed);
        }
        let has_ended = self.left.load(Ordering::Relaxed) == 0;
        if has_ended {
            mailbox.state().end();
        }
        has_ended
    }

    unsafe fn cut_short(&self, mailbox: &Mailbox, _: Error) {
        mailbox.state().end();
    }

    unsafe fn close(&self, mailbox: &Mailbox) {
        mailbox.state().close();
    }
}

fn task(injections: usize) -> (Shell<AnyThread>, HostedRef) {
    let executor = Executor::of_spawner(|task: SpawnedTask| drop(task));
    let body = Counts { left: AtomicUsize::new(injections) };
    let mut shell = Shell::new(BodyOwner::of_any_thread(|| body, executor, None).0);
    let task = shell.second_reference();
    (shell, task)
}

fn cancellation() -> Cancellation {
    Cancellation::new(CancelSource::Explicit, "stop", Location::caller())
}

/// Delivers an injection as `JoinHandle::cancel` does. Returns the future that waits for the end.
fn cancel(task: &HostedRef) -> Ended {
    let (end_sender, ended) = end_channel();
    drop(task.deliver(Injection::Cancel(cancellation()), EndSenders::from(Some(end_sender))));
    ended
}

/// Delivers an injection as `JoinHandle::throw` does. Unlike requests, several are not one.
fn throw(task: &HostedRef) {
    let injection = Injection::Error(Error::new("thrown"), Location::caller());
    assert!(task.deliver(injection, EndSenders::default()).is_ok(), "it has not ended");
}

/// Another thread that delivers an injection.
fn throws(task: &HostedRef) -> JoinHandle<()> {
    let task = task.clone();
    thread::spawn(move || throw(&task))
}

fn model(run: impl Fn() + Send + Sync + 'static) {
    let mut builder = loom::model::Builder::new();
    builder.preemption_bound = Some(3);
    builder.check(run);
}

#[test]
fn a_delivery_reaches_a_task_that_its_executor_polls_for_the_first_time() {
    model(|| {
        let (shell, task) = task(1);
        let other = throws(&task);
        block_on(shell);
        other.join().unwrap();
    });
}

#[test]
fn a_delivery_reaches_a_task_whose_executor_has_another_waker_than_before() {
    model(|| {
        let (shell, task) = task(1);
        let mut shell = pin!(shell);
        let other = throws(&task);
        let polled = shell.as_mut().poll(&mut Context::from_waker(Waker::noop()));
        if polled.is_pending() {
            block_on(shell);
        }
        other.join().unwrap();
    });
}

/// The first delivery takes the waker, and the second one finds none.
#[test]
fn two_deliveries_at_once_both_arrive() {
    model(|| {
        let (shell, task) = task(2);
        let others = [throws(&task), throws(&task)];
        block_on(shell);
        others.into_iter().for_each(|other| other.join().unwrap());
    });
}

/// The waker must be back when the second delivery comes after the poll for the first one.
#[test]
fn deliveries_one_after_the_other_all_arrive() {
    model(|| {
        let (shell, task) = task(3);
        let other = thread::spawn(move || (0..3).for_each(|_| throw(&task)));
        block_on(shell);
        other.join().unwrap();
    });
}

/// The future that waits for the end is ready, whether the delivery came before or after the end.
#[test]
fn a_delivery_against_the_end_learns_of_the_end() {
    model(|| {
        let (shell, task) = task(1);
        throw(&task);
        let other = thread::spawn(move || block_on(cancel(&task)).ok());
        block_on(shell);
        other.join().unwrap();
    });
}

/// The executor drops the task that the other thread cancels.
#[test]
fn a_delivery_against_the_drop_of_the_task_learns_of_the_end() {
    model(|| {
        let (shell, task) = task(1);
        let other = thread::spawn(move || block_on(cancel(&task)).ok());
        drop(shell);
        other.join().unwrap();
    });
}

/// Where no clock is, the time is over at once.
#[test]
fn a_time_that_is_over_ends_a_task_that_would_wait_for_ever() {
    model(|| {
        let (shell, task) = task(usize::MAX);
        let other = thread::spawn(move || task.mailbox().cut_short(Duration::ZERO, cancellation()));
        block_on(shell);
        other.join().unwrap();
    });
}

/// The last reference frees the task, whichever thread has it. Loom reports a use after that.
#[test]
fn references_may_go_on_any_thread() {
    model(|| {
        let (shell, task) = task(1);
        let (other, third) = (task.clone(), task.clone());
        let others = [thread::spawn(move || drop(other)), thread::spawn(move || throw(&third))];
        drop(task);
        block_on(shell);
        others.into_iter().for_each(|other| other.join().unwrap());
    });
}
