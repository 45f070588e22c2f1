//! Models of a loop's mail for loom: what other threads send, requests to cancel among it, against the loop that reads, sleeps, and ends.
//!
//! `RUSTFLAGS="--cfg loom" cargo test -p gen-runtime --lib --release models`
//!
//! A message that does not wake the loop is a deadlock, which loom reports.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use loom::future::block_on;
use loom::sync::Arc;
use loom::thread;

use super::remote::{Message, Shared};
use super::waker::SlotId;
use crate::task::{Cancelling, EndSignal};

fn wake(index: u32) -> Message {
    Message::Wake(SlotId { index, generation: 0 })
}

/// A request, as `JoinHandle::cancel` sends it: whoever drops it unread lets the signal go.
fn request(signal: EndSignal) -> Message {
    Message::Callback(Box::new(move || drop(signal)))
}

/// Reads as a loop does: sleeps while there is nothing.
fn read(shared: &Shared) -> Vec<Message> {
    loop {
        let mail = shared.drain();
        if !mail.is_empty() {
            return mail;
        }
        shared.park(None);
    }
}

#[test]
fn a_message_wakes_a_loop_that_sleeps() {
    loom::model(|| {
        let shared = Arc::new(Shared::default());
        let sender = {
            let shared = shared.clone();
            thread::spawn(move || shared.send(wake(1)).is_ok())
        };
        assert_eq!(read(&shared).len(), 1);
        assert!(sender.join().unwrap());
    });
}

#[test]
fn of_two_senders_none_is_lost() {
    loom::model(|| {
        let shared = Arc::new(Shared::default());
        let senders = [1, 2].map(|index| {
            let shared = shared.clone();
            thread::spawn(move || shared.send(wake(index)).is_ok())
        });
        let mut seen = 0;
        while seen < 2 {
            seen += read(&shared).len();
        }
        assert!(senders.into_iter().all(|sender| sender.join().unwrap()));
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
            shared.park(None);
        }
        stopper.join().unwrap();
    });
}

/// Whoever cancelled a task from another thread would wait for its end for ever.
#[test]
fn a_request_against_the_end_of_the_loop_is_over_in_any_case() {
    loom::model(|| {
        let shared = Arc::new(Shared::default());
        let (signal, mut cancelling) = Cancelling::new();
        let sender = {
            let shared = shared.clone();
            thread::spawn(move || drop(shared.send(request(signal))))
        };
        drop(shared.drain());
        drop(shared.close());
        block_on(&mut cancelling);
        sender.join().unwrap();
        let mut cx = Context::from_waker(Waker::noop());
        assert_eq!(Pin::new(&mut cancelling).poll(&mut cx), Poll::Ready(()));
    });
}
