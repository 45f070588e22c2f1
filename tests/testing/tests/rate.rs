//! Rates, with a failure, a cancellation, a drop, a panic and a lost reply, and two of them, at
//! every yield of the tasks that take turns. A panic unwinds the task.

// The replies that are lost need them.
#![cfg(any(debug_assertions, feature = "testing"))]

use std::cell::{Cell, RefCell};
use std::num::NonZeroU32;
use std::rc::Rc;
use std::time::{Duration, Instant};

use gen::sync::{Quota, Rate};
use gen::testing::explore;
use gen::yield_;
use testing::unwind::unwinding;

#[derive(Debug, Default)]
struct Ledger {
    begun: Cell<u32>,
    ended: Cell<u32>,
    taken: RefCell<Vec<Instant>>,
}

struct Counted(Rc<Ledger>);

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.ended.set(self.0.ended.get() + 1);
    }
}

#[gen::coroutine]
fn takes(ledger: Rc<Ledger>, rate: Rate) -> gen::Result {
    ledger.begun.set(ledger.begun.get() + 1);
    let _counted = Counted(ledger.clone());
    for _ in 0..2 {
        unwinding(yield_!(rate.take()))?;
        let now = gen::IoLoop::current().expect("a loop runs here").now();
        ledger.taken.borrow_mut().push(now);
        unwinding(yield_!(gen::moment()))?;
    }
    Ok(())
}

#[gen::coroutine]
fn body(ledger: Rc<Ledger>) -> gen::Result {
    let rate = Rate::new(Quota::per_second(NonZeroU32::MIN));
    let tasks = [(); 3].map(|()| gen::spawn_local(takes(ledger.clone(), rate.clone())));
    for task in tasks {
        let _ = yield_!(task);
    }
    Ok(())
}

/// Those in line would wait for ever behind a task that has gone, or go on all at once.
#[test]
fn whatever_fails_the_others_get_their_turns_at_the_rate() {
    explore(|| {
        let ledger = Rc::<Ledger>::default();
        (ledger.clone(), body(ledger))
    })
    .pairs()
    .visits(2)
    .linger(Duration::from_secs(3600))
    .invariant(|ledger, _| {
        gen::ensure!(ledger.begun == ledger.ended, "a task waits for ever: {ledger:?}");
        let taken = ledger.taken.borrow();
        let too_soon = taken.windows(2).any(|pair| pair[1] - pair[0] < Duration::from_secs(1));
        gen::ensure!(!too_soon, "two turns in one second: {ledger:?}");
        Ok(())
    })
    .check();
}
