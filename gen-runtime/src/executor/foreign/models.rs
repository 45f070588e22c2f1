//! Loom models of a task on a foreign executor: the injections of other threads, against the polls
//! and the end of its shell.
//!
//! `RUSTFLAGS="--cfg loom" cargo test -p gen-runtime --lib --release models`
//!
//! An injection that does not bring about a poll is a deadlock, which loom reports.

use std::future::Future;
use std::panic::Location;
use std::pin::{pin, Pin};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::Arc;
use std::task::{Context, Waker};
use std::time::Duration;

use loom::future::block_on;
use loom::thread::{self, JoinHandle};

use super::visit::Visit;
use super::{Executor, HostedBody, Mailbox, Shell, SpawnedTask};
use crate::error::{CancelSource, Error};
use crate::executor::injection::Injection;
use crate::executor::runnable::Runnable;
use crate::inject::in_flight::Thrown;
use crate::inject::{end_channel, Cancellation, EndSenders, Ended};

/// A body that ends with its n-th injection, or when it is cut short.
struct Counts {
    mailbox: Arc<Mailbox>,
    // Not loom's, because only the thread of the shell uses it.
    left: AtomicUsize,
}

impl Runnable for Counts {
    fn run(self: Pin<&Self>, _: &mut Context<'_>, thrown: &mut Option<Thrown>) -> bool {
        if thrown.take().is_some() {
            self.left.fetch_sub(1, Ordering::Relaxed);
        }
        self.left.load(Ordering::Relaxed) == 0
    }

    fn cut_short(self: Pin<&Self>, _: Error) {}

    fn close(self: Pin<&Self>) {}
}

impl HostedBody for Counts {
    fn mailbox(&self) -> &Mailbox {
        &self.mailbox
    }
}

fn task(injections: usize) -> (Shell<Counts>, Arc<Mailbox>) {
    let mailbox = Arc::new(Mailbox::new(None));
    let task = Arc::pin(Counts { mailbox: mailbox.clone(), left: AtomicUsize::new(injections) });
    let executor = Executor::of_spawner(|task: SpawnedTask| drop(task));
    let visit = Visit::new(Pin::<Arc<Mailbox>>::new(mailbox.clone()), executor);
    (Shell::new(task, visit), mailbox)
}

fn cancellation() -> Cancellation {
    Cancellation::new(CancelSource::Explicit, "stop", Location::caller())
}

/// Delivers an injection as `JoinHandle::cancel` does. Returns the future that waits for the end.
fn cancel(mailbox: &Arc<Mailbox>) -> Ended {
    let (end_sender, ended) = end_channel();
    let end_senders = EndSenders::from(Some(end_sender));
    let home = Pin::<Arc<Mailbox>>::new(mailbox.clone());
    drop(mailbox.deliver(home, Injection::Cancel(cancellation()), end_senders));
    ended
}

/// Delivers an injection as `JoinHandle::throw` does. Unlike requests, several are not one.
fn throw(mailbox: &Arc<Mailbox>) {
    let home = Pin::<Arc<Mailbox>>::new(mailbox.clone());
    let injection = Injection::Error(Error::new("thrown"), Location::caller());
    assert!(mailbox.deliver(home, injection, EndSenders::default()).is_ok(), "it has not ended");
}

/// Another thread that delivers an injection.
fn throws(mailbox: &Arc<Mailbox>) -> JoinHandle<()> {
    let mailbox = mailbox.clone();
    thread::spawn(move || throw(&mailbox))
}

fn model(run: impl Fn() + Send + Sync + 'static) {
    let mut builder = loom::model::Builder::new();
    builder.preemption_bound = Some(3);
    builder.check(run);
}

#[test]
fn a_delivery_reaches_a_task_that_its_executor_polls_for_the_first_time() {
    model(|| {
        let (shell, mailbox) = task(1);
        let other = throws(&mailbox);
        block_on(shell);
        other.join().unwrap();
    });
}

#[test]
fn a_delivery_reaches_a_task_whose_executor_has_another_waker_than_before() {
    model(|| {
        let (shell, mailbox) = task(1);
        let mut shell = pin!(shell);
        let other = throws(&mailbox);
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
        let (shell, mailbox) = task(2);
        let others = [throws(&mailbox), throws(&mailbox)];
        block_on(shell);
        others.into_iter().for_each(|other| other.join().unwrap());
    });
}

/// The waker must be back when the second delivery comes after the poll for the first one.
#[test]
fn deliveries_one_after_the_other_all_arrive() {
    model(|| {
        let (shell, mailbox) = task(3);
        let other = thread::spawn(move || (0..3).for_each(|_| throw(&mailbox)));
        block_on(shell);
        other.join().unwrap();
    });
}

/// The future that waits for the end is ready, whether the delivery came before or after the end.
#[test]
fn a_delivery_against_the_end_learns_of_the_end() {
    model(|| {
        let (shell, mailbox) = task(1);
        throw(&mailbox);
        let other = thread::spawn(move || block_on(cancel(&mailbox)).ok());
        block_on(shell);
        other.join().unwrap();
    });
}

/// The executor drops the task that the other thread cancels.
#[test]
fn a_delivery_against_the_drop_of_the_task_learns_of_the_end() {
    model(|| {
        let (shell, mailbox) = task(1);
        let other = thread::spawn(move || block_on(cancel(&mailbox)).ok());
        drop(shell);
        other.join().unwrap();
    });
}

/// Where no clock is, the time is over at once.
#[test]
fn a_time_that_is_over_ends_a_task_that_would_wait_for_ever() {
    model(|| {
        let (shell, mailbox) = task(usize::MAX);
        let other = thread::spawn(move || mailbox.cut_short(Duration::ZERO, cancellation()));
        block_on(shell);
        other.join().unwrap();
    });
}
