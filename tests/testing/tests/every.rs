//! The promises of `every`, with faults at any of its yields. The comment above a test says what
//! users would lose if it failed.

// The replies that are lost need them.
#![cfg(any(debug_assertions, feature = "testing"))]

use std::cell::RefCell;
use std::rc::Rc;
use std::time::{Duration, Instant};

use gen::testing::{explore, Explore, Fault};
use gen::yield_;
use testing::unwind::unwinding;

const PERIOD: u64 = 10;

fn now() -> Instant {
    gen::IoLoop::current().expect("a loop runs here").now()
}

/// A tick that was given, with the seconds at which it was asked for and given.
#[derive(Debug, Clone, Copy)]
struct Given {
    number: u64,
    missed: u64,
    asked_at: u64,
    at: u64,
}

type Journal = Rc<RefCell<Vec<Given>>>;

/// Works after each tick, some of the times for longer than a period. Failures do not end it.
#[gen::coroutine]
fn worker(journal: Journal) -> gen::Result {
    let began = now();
    let seconds = || (now() - began).as_secs();
    let mut ticks = gen::every(Duration::from_secs(PERIOD));
    for work in [3, 24, 0, 10, 1] {
        let asked_at = seconds();
        match yield_!(ticks.next()) {
            Ok(tick) => journal.borrow_mut().push(Given {
                number: tick.number(),
                missed: tick.missed(),
                asked_at,
                at: seconds(),
            }),
            Err(error) if error.is_cancelled() => return Err(error),
            Err(_) => {}
        }
        match yield_!(gen::sleep(Duration::from_secs(work))) {
            Err(error) if error.is_cancelled() => return Err(error),
            _ => {}
        }
    }
    Ok(())
}

fn in_time(journal: &[Given]) -> gen::Result {
    for given in journal {
        let due = given.number * PERIOD;
        gen::ensure!(given.at == due.max(given.asked_at), "not in time: {given:?}");
        gen::ensure!(given.at < due + PERIOD, "a later tick was due: {given:?}");
    }
    Ok(())
}

fn none_is_lost(journal: &[Given]) -> gen::Result {
    let mut known = 0;
    for given in journal {
        known += given.missed + 1;
        gen::ensure!(given.number == known, "after {} ticks: {given:?}", known - 1);
    }
    Ok(())
}

fn explored() -> Explore<'static, Journal, ()> {
    explore(|| {
        let journal = Journal::default();
        (journal.clone(), worker(journal))
    })
}

/// Otherwise a failure would shift all ticks after it, or a late worker would get old ticks.
#[test]
fn ticks_do_not_drift_whatever_fails_between_them() {
    explored().pairs().invariant(|journal, _| in_time(&journal.borrow())).check();
}

/// Otherwise a wait that fails, or is dropped, would lose a tick without a trace.
#[test]
fn each_tick_is_given_or_counted_as_missed() {
    let faults = Fault::ALL.iter().copied().filter(|fault| *fault != Fault::LostReply);
    explored().faults(faults).pairs().invariant(|journal, _| none_is_lost(&journal.borrow())).check();
}

/// Waits for a tick and works, in a child that panics at any of its yields.
#[gen::coroutine]
fn round(ticks: &mut gen::Every, began: Instant, work: u64, journal: Journal) -> gen::Result {
    let seconds = || (now() - began).as_secs();
    let asked_at = seconds();
    let tick = unwinding(yield_!(ticks.next()))?;
    journal.borrow_mut().push(Given {
        number: tick.number(),
        missed: tick.missed(),
        asked_at,
        at: seconds(),
    });
    unwinding(yield_!(gen::sleep(Duration::from_secs(work))))
}

#[gen::coroutine]
fn rounds(journal: Journal) -> gen::Result {
    let began = now();
    let mut ticks = gen::every(Duration::from_secs(PERIOD));
    for work in [3, 24, 0, 10, 1] {
        let _ = yield_!([round(&mut ticks, began, work, journal.clone())]);
    }
    Ok(())
}

/// Otherwise a panic in the work would lose a tick, or shift those after it.
#[test]
fn ticks_survive_work_that_panics() {
    let world = || {
        let journal = Journal::default();
        (journal.clone(), rounds(journal))
    };
    explore(world)
        .faults([Fault::Panic])
        .pairs()
        .invariant(|journal, _| {
            let journal = journal.borrow();
            gen::ensure!(journal.len() >= 3, "more than the rounds of two panics are lost: {journal:?}");
            in_time(&journal)?;
            none_is_lost(&journal)
        })
        .check();
}

/// Otherwise a worker would go on after its cancellation.
#[test]
fn a_worker_that_is_cancelled_gets_no_further_tick() {
    let whole = |end: &gen::Result| end.as_ref().is_err_and(gen::Error::is_cancelled);
    explored()
        .faults([Fault::Cancel])
        .invariant(move |journal, end| {
            let ticks = journal.borrow().len();
            gen::ensure!(whole(end) || ticks == 5, "{ticks} ticks, {end:?}");
            Ok(())
        })
        .check();
}
