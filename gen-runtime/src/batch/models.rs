//! Loom models of batches: loads that come and go on one thread, beside the task of the call on
//! another one, in every order that the memory model allows.
//!
//! `RUSTFLAGS="--cfg loom" cargo test -p gen-runtime --lib --release models`
//!
//! There is no executor here, so the model does what the task does. A lost wake is a deadlock,
//! which loom reports.

use std::future::poll_fn;
use std::panic::Location;
use std::sync::Arc;
use std::task::{Poll, Waker};

use loom::future::block_on;
use loom::thread;

use super::board::{Asked, Board};
use super::entry::Entry;
use super::state::{CallId, Gathering};
use crate::executor::LoopClosed;
use crate::task::JoinHandle;
use crate::Result;

type Shared = Arc<Board<u32, u32>>;

fn board() -> Shared {
    Arc::new(Board::new("a batch", Location::caller()))
}

/// Asks for a key, whose hash is the same as that of all others.
fn ask(board: &Shared, key: u32, waker: &Waker) -> Asked<u32, u32> {
    board.ask(Arc::new(Entry::new(0, key)), usize::MAX, waker)
}

/// Waits for the result of a load.
fn wait(board: &Shared, asked: Asked<u32, u32>) -> Result<u32> {
    let Asked { load, entry, .. } = asked;
    block_on(poll_fn(|cx| match entry.is_given() || !board.waits(load, cx.waker()) {
        true => Poll::Ready(()),
        false => Poll::Pending,
    }));
    entry.into_result().expect("a load that need not wait has a result")
}

/// The call gives ten times the keys.
fn call(board: &Shared, id: CallId) -> Option<Vec<u32>> {
    let keys = board.depart(id)?;
    let numbers: Vec<_> = keys.iter().map(|entry| entry.key).collect();
    let results = numbers.iter().map(|number| Ok(number * 10)).collect();
    board.finish(id, keys, Ok(results)).expect("it has not failed");
    Some(numbers)
}

/// A load waits while its result comes.
#[test]
fn a_result_wakes_its_load() {
    loom::model(|| {
        let board = board();
        let asked = ask(&board, 1, Waker::noop());
        let task = thread::spawn({
            let (board, id) = (board.clone(), asked.load.seat.call);
            move || call(&board, id)
        });
        assert_eq!(wait(&board, asked).unwrap(), 10);
        assert_eq!(task.join().unwrap(), Some(vec![1]));
    });
}

/// A load comes while the call departs or ends: it shares its result, or begins the next call.
#[test]
fn a_load_that_comes_late_gets_its_value() {
    loom::model(|| {
        let board = board();
        let first = ask(&board, 1, Waker::noop());
        let id = first.load.seat.call;
        let other = thread::spawn({
            let board = board.clone();
            move || {
                let asked = ask(&board, 1, Waker::noop());
                if asked.begins {
                    assert_eq!(call(&board, asked.load.seat.call), Some(vec![1]));
                }
                wait(&board, asked).unwrap()
            }
        });
        assert_eq!(call(&board, id), Some(vec![1]));
        assert_eq!(wait(&board, first).unwrap(), 10);
        assert_eq!(other.join().unwrap(), 10);
    });
}

/// A list asks for its keys while the task of the call is free to run: they are one call.
#[test]
fn a_call_departs_when_the_poll_is_over_that_began_it() {
    loom::model(|| {
        let board = board();
        let one = ask(&board, 1, Waker::noop());
        let id = one.load.seat.call;
        let task = thread::spawn({
            let board = board.clone();
            move || {
                block_on(poll_fn(|cx| match board.gather(id, cx.waker()) {
                    Gathering::Departs | Gathering::Over => Poll::Ready(()),
                    Gathering::Waits | Gathering::NeedsWaker => Poll::Pending,
                }));
                call(&board, id)
            }
        });
        let two = ask(&board, 2, Waker::noop());
        board.release(id);
        assert_eq!(wait(&board, one).unwrap(), 10);
        assert_eq!(wait(&board, two).unwrap(), 20);
        assert_eq!(task.join().unwrap(), Some(vec![1, 2]));
    });
}

/// Two loads of a key come at once: the key is asked for once.
#[test]
fn equal_keys_that_come_at_once_are_one() {
    loom::model(|| {
        let board = board();
        let other = thread::spawn({
            let board = board.clone();
            move || ask(&board, 1, Waker::noop())
        });
        let mine = ask(&board, 1, Waker::noop());
        let theirs = other.join().unwrap();
        assert_ne!(mine.begins, theirs.begins);
        assert!(Arc::ptr_eq(&mine.entry, &theirs.entry));
        assert_eq!(call(&board, mine.load.seat.call), Some(vec![1]));
    });
}

/// A load is dropped while the call departs: either its key is asked for, or it is not.
#[test]
fn a_load_that_leaves_takes_only_its_own_key_with_it() {
    loom::model(|| {
        let board = board();
        let (one, two) = (ask(&board, 1, Waker::noop()), ask(&board, 2, Waker::noop()));
        let id = one.load.seat.call;
        let task = thread::spawn({
            let board = board.clone();
            move || call(&board, id)
        });
        board.leave(one.load);
        assert_eq!(wait(&board, two).unwrap(), 20);
        let keys = task.join().unwrap();
        assert!(keys == Some(vec![1, 2]) || keys == Some(vec![2]));
    });
}

/// The last load is dropped while the task gathers keys: the task is woken, and ends.
#[test]
fn a_call_without_loads_ends_its_task() {
    loom::model(|| {
        let board = board();
        let asked = ask(&board, 1, Waker::noop());
        let id = asked.load.seat.call;
        let task = thread::spawn({
            let board = board.clone();
            move || {
                block_on(poll_fn(|cx| match board.gather(id, cx.waker()) {
                    Gathering::Over => Poll::Ready(()),
                    _ => Poll::Pending,
                }));
                assert_eq!(call(&board, id), None);
            }
        });
        board.leave(asked.load);
        task.join().unwrap();
    });
}

/// The task is dropped while it is being started: its load gets the error, and none is lost.
#[test]
fn a_task_that_is_lost_while_it_starts_ends_its_loads() {
    loom::model(|| {
        let board = board();
        let asked = ask(&board, 1, Waker::noop());
        let id = asked.load.seat.call;
        let executor = thread::spawn({
            let board = board.clone();
            move || board.lose(id)
        });
        board.started(id, JoinHandle::failed(LoopClosed.into()));
        assert!(wait(&board, asked).unwrap_err().is::<LoopClosed>());
        executor.join().unwrap();
    });
}
