//! Loom models of the inbox: the mail and the requests of other threads, against a loop that reads,
//! sleeps and ends.
//!
//! `RUSTFLAGS="--cfg loom" cargo test -p gen-runtime --lib --release models`
//!
//! Mail that does not wake the loop is a deadlock, which loom reports.

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

/// A request as `JoinHandle::cancel` sends it. If it is dropped unread, so is the end sender.
fn request(end_sender: EndSender) -> Mail {
    let cancellation = Cancellation::new(CancelSource::Explicit, "stop", Location::caller());
    Mail::Cancel(TaskId::placeholder(), cancellation, Some(end_sender).into())
}

/// Reads as a loop does, which sleeps while there is no mail.
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
fn mail_wakes_a_loop_that_sleeps() {
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
fn the_mail_of_two_senders_is_read() {
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

/// The second wake of a task adds nothing to the inbox while the first one is there. The loop that
/// reads the first must see everything that was written before the second.
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
            if mail.iter().any(|mail| matches!(mail, Mail::Wake(slot) if slot.index == 1)) {
                seen = ready.load(Ordering::Relaxed);
            }
        }
        sender.join().unwrap();
    });
}

/// One of two names of a slot is old. Neither hides the other.
#[test]
fn wakes_by_two_names_of_a_slot_wake_its_occupant() {
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

/// A loop that finds nothing owed, and then no mail, may move its clock, as `Core::park` does.
#[test]
fn mail_that_is_sent_before_a_release_is_seen_after_it() {
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

/// If the loop is not woken, that is a deadlock.
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

/// Otherwise a thread that has cancelled a task would wait for its end for ever.
#[test]
fn a_request_against_the_end_of_the_loop_is_over_in_any_case() {
    loom::model(|| {
        let shared = Arc::new(Shared::default());
        let (end_sender, mut cancelling) = CancelCompletion::of_nobody();
        let sender = {
            let shared = shared.clone();
            thread::spawn(move || drop(shared.send(request(end_sender))))
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

/// Otherwise a thread that cancels a task while its loop is dropped could go on before the body is
/// dropped.
#[test]
fn a_request_while_the_loop_is_dropped_is_over_when_the_tasks_are() {
    loom::model(|| {
        let shared = Arc::new(Shared::default());
        let are_dropped = Arc::new(AtomicUsize::new(0));
        let mail = shared.close();
        let asker = {
            let (shared, are_dropped) = (shared.clone(), are_dropped.clone());
            thread::spawn(move || {
                let (end_sender, cancelling) = CancelCompletion::of_nobody();
                drop(shared.send(request(end_sender)));
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

/// Two threads that cancel one task at once both see its end, whether the loop reads one request or
/// two.
#[test]
fn two_requests_at_once_are_both_over() {
    loom::model(|| {
        let shared = Arc::new(Shared::default());
        let asker = {
            let shared = shared.clone();
            thread::spawn(move || {
                let (end_sender, cancelling) = CancelCompletion::of_nobody();
                assert!(shared.send(request(end_sender)).is_ok());
                cancelling
            })
        };
        let (end_sender, cancelling) = CancelCompletion::of_nobody();
        assert!(shared.send(request(end_sender)).is_ok());
        let mut end_senders = EndSenders::default();
        while end_senders.len() < 2 {
            for mail in read(&shared) {
                if let Mail::Cancel(_, _, more) = mail {
                    end_senders.append(more);
                }
            }
        }
        drop(end_senders);
        block_on(cancelling);
        block_on(asker.join().unwrap());
    });
}
