//! Models of a loop's mail for loom: what other threads send, requests to cancel among it, against the loop that reads, sleeps, and ends.
//!
//! `RUSTFLAGS="--cfg loom" cargo test -p gen-runtime --lib --release models`
//!
//! A message that does not wake the loop is a deadlock, which loom reports.

use std::future::Future;
use std::panic::Location;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use loom::future::block_on;
use loom::sync::atomic::{AtomicUsize, Ordering};
use loom::sync::Arc;
use loom::thread;

use super::ids::SlotId;
use super::ids::TaskId;
use super::inbox::{Mail, Nap, OnStop, Shared};
use crate::error::CancelSource;
use crate::inject::{Cancellation, EndSender, EndSenders};
use crate::task::CancelCompletion;

fn slot(index: u32) -> SlotId {
    SlotId { index, generation: 0 }
}

/// A request, as `JoinHandle::cancel` sends it: whoever drops it unread lets the signal go.
fn request(signal: EndSender) -> Mail {
    let cancellation = Cancellation::new(CancelSource::Explicit, "stop", Location::caller());
    Mail::Cancel(TaskId::of_nobody(), cancellation, Some(signal).into())
}

/// Reads as a loop does: sleeps while there is nothing.
fn read(shared: &Shared) -> Vec<Mail> {
    loop {
        let mail = shared.drain();
        if !mail.is_empty() {
            return mail;
        }
        shared.park(Nap::UntilMail, OnStop::Return);
    }
}

#[test]
fn a_message_wakes_a_loop_that_sleeps() {
    loom::model(|| {
        let shared = Arc::new(Shared::default());
        let sender = {
            let shared = shared.clone();
            thread::spawn(move || shared.wake(slot(1)))
        };
        assert_eq!(read(&shared).len(), 1);
        sender.join().unwrap();
    });
}

#[test]
fn of_two_senders_none_is_lost() {
    loom::model(|| {
        let shared = Arc::new(Shared::default());
        let senders = [1, 2].map(|index| {
            let shared = shared.clone();
            thread::spawn(move || shared.wake(slot(index)))
        });
        let mut seen = 0;
        while seen < 2 {
            seen += read(&shared).len();
        }
        senders.into_iter().for_each(|sender| sender.join().unwrap());
    });
}

/// The second wake of a task adds nothing to the inbox while the first one is there: what came before it must
/// be seen all the same by whoever reads the first.
#[test]
fn a_wake_that_finds_one_of_its_task_in_the_inbox_is_not_lost() {
    loom::model(|| {
        let (shared, ready) = (Arc::new(Shared::default()), Arc::new(AtomicUsize::new(0)));
        let sender = {
            let (shared, ready) = (shared.clone(), ready.clone());
            thread::spawn(move || {
                for (count, index) in [(1, 1), (1, 2), (2, 1)] {
                    ready.store(count, Ordering::Relaxed);
                    shared.wake(slot(index));
                }
            })
        };
        // Polls the first task whenever it is woken.
        let mut seen = 0;
        while seen < 2 {
            let mail = read(&shared);
            assert!(mail.len() <= 2, "one for each task");
            if mail.iter().any(|message| matches!(message, Mail::Wake(slot) if slot.index == 1)) {
                seen = ready.load(Ordering::Relaxed);
            }
        }
        sender.join().unwrap();
    });
}

/// Two names of one slot, of which one is old: neither hides the other.
#[test]
fn wakes_by_two_names_of_a_slot_wake_whoever_is_in_it() {
    loom::model(|| {
        let shared = Arc::new(Shared::default());
        let senders = [0, 1].map(|generation| {
            let shared = shared.clone();
            thread::spawn(move || shared.wake(SlotId { index: 1, generation }))
        });
        let mut woken = [false; 2];
        while woken != [true; 2] {
            let mail = read(&shared);
            assert_eq!(mail.len(), 1, "one for the slot");
            match &mail[0] {
                Mail::Wake(slot) => woken[usize::from(slot.generation)] = true,
                Mail::WakeOccupant(1) => woken = [true; 2],
                _ => panic!("nothing else was sent"),
            }
        }
        senders.into_iter().for_each(|sender| sender.join().unwrap());
    });
}

/// As `Core::park` asks: a loop that finds nothing owed, and then no mail, may move its clock.
#[test]
fn what_a_thread_has_sent_is_there_when_it_owes_nothing_any_more() {
    loom::model(|| {
        let shared = Arc::new(Shared::default());
        shared.owe();
        let worker = {
            let shared = shared.clone();
            thread::spawn(move || {
                shared.wake(slot(1));
                shared.release();
            })
        };
        let seen = loop {
            let is_owed = shared.is_owed();
            if shared.has_mail() {
                break shared.drain();
            }
            assert!(is_owed, "the clock would move before the mail is read");
            shared.park(Nap::WhileOwed, OnStop::Return);
        };
        assert_eq!(seen.len(), 1);
        worker.join().unwrap();
    });
}

/// A loop that waited on would be a deadlock.
#[test]
fn the_last_of_two_threads_that_owe_a_wake_wakes_the_loop_also_without_mail() {
    loom::model(|| {
        let shared = Arc::new(Shared::default());
        let workers = [(); 2].map(|()| {
            shared.owe();
            let shared = shared.clone();
            thread::spawn(move || shared.release())
        });
        while shared.is_owed() {
            shared.park(Nap::WhileOwed, OnStop::Return);
        }
        workers.into_iter().for_each(|worker| worker.join().unwrap());
    });
}

#[test]
fn a_stop_wakes_a_loop_that_sleeps() {
    loom::model(|| {
        let shared = Arc::new(Shared::default());
        let stopper = {
            let shared = shared.clone();
            thread::spawn(move || shared.request_stop())
        };
        while !shared.take_stop() {
            shared.park(Nap::UntilMail, OnStop::Return);
        }
        stopper.join().unwrap();
    });
}

/// Whoever cancelled a task from another thread would wait for its end for ever.
#[test]
fn a_request_against_the_end_of_the_loop_is_over_in_any_case() {
    loom::model(|| {
        let shared = Arc::new(Shared::default());
        let (signal, mut cancelling) = CancelCompletion::of_nobody();
        let sender = {
            let shared = shared.clone();
            thread::spawn(move || drop(shared.send(request(signal))))
        };
        drop(shared.drain());
        drop(shared.close());
        drop(shared.end());
        block_on(&mut cancelling);
        sender.join().unwrap();
        let mut cx = Context::from_waker(Waker::noop());
        assert_eq!(Pin::new(&mut cancelling).poll(&mut cx), Poll::Ready(()));
    });
}

/// Whoever cancels a task while its loop is dropped would be told of its end before the body is dropped.
#[test]
fn a_request_while_the_loop_is_dropped_is_over_when_the_tasks_are() {
    loom::model(|| {
        let shared = Arc::new(Shared::default());
        let are_dropped = Arc::new(AtomicUsize::new(0));
        let mail = shared.close();
        let asker = {
            let (shared, are_dropped) = (shared.clone(), are_dropped.clone());
            thread::spawn(move || {
                let (signal, cancelling) = CancelCompletion::of_nobody();
                drop(shared.send(request(signal)));
                block_on(cancelling);
                assert_eq!(are_dropped.load(Ordering::Acquire), 1);
            })
        };
        drop(mail);
        are_dropped.store(1, Ordering::Release);
        drop(shared.end());
        asker.join().unwrap();
    });
}

/// Of two who cancel one task at once both are told of its end, whether the loop reads the two as one or not.
#[test]
fn two_requests_at_once_are_both_over() {
    loom::model(|| {
        let shared = Arc::new(Shared::default());
        let asker = {
            let shared = shared.clone();
            thread::spawn(move || {
                let (signal, cancelling) = CancelCompletion::of_nobody();
                assert!(shared.send(request(signal)).is_ok());
                cancelling
            })
        };
        let (signal, cancelling) = CancelCompletion::of_nobody();
        assert!(shared.send(request(signal)).is_ok());
        let mut signals = EndSenders::default();
        while signals.len() < 2 {
            for message in read(&shared) {
                if let Mail::Cancel(_, _, more) = message {
                    signals.append(more);
                }
            }
        }
        drop(signals);
        block_on(cancelling);
        block_on(asker.join().unwrap());
    });
}
