//! Puts each fault at each yield of two runners, the second of which goes on where the first one
//! has ended.
//!
//! The runner is compiled into this test with another `store.rs`: here the jobs are in memory.

#[path = "../../src/runner.rs"]
mod runner;
mod store;

use std::cell::RefCell;
use std::rc::Rc;

use r#gen::testing::{Explore, Fault, explore};
use r#gen::{self as g, yield_};

use store::Store;

/// More than a runner has at once: the last one waits in the file.
const JOBS: i64 = (runner::AT_ONCE + runner::WAITING + 1) as i64;

/// The state that the invariants look at.
#[derive(Clone)]
struct World {
    store: Store,
    reported: Rc<RefCell<Vec<String>>>,
}

#[g::coroutine]
fn run(world: World) -> g::Result {
    yield_!(runner::run(&world.store, |step| world.reported.borrow_mut().push(step)))
}

/// Whatever has ended the first runner, the second one does the rest.
#[g::coroutine]
fn two_runners(world: World) -> g::Result {
    let _ = yield_!(g::spawn_local(run(world.clone())));
    yield_!(run(world))
}

fn explored() -> Explore<'static, World, ()> {
    let world = || {
        let world = World { store: Store::with_jobs(JOBS), reported: Rc::default() };
        (world.clone(), two_runners(world))
    };
    explore(world)
}

/// A step would be done twice, or never, also one of a job that waited in the queue.
#[test]
fn whatever_ends_a_runner_each_step_is_done_once_by_the_next_one() {
    let all: Vec<_> = (1..=JOBS).flat_map(|job| [format!("{job}.0"), format!("{job}.1")]).collect();
    explored()
        .invariant(move |world, end| {
            let mut done = world.store.done.borrow().clone();
            done.sort();
            let is_once = done.windows(2).all(|steps| steps[0] != steps[1]);
            g::ensure!(is_once && (end.is_err() || done == all), "these steps were done: {done:?}");
            Ok(())
        })
        .check();
}

/// A user who interrupts the program would not know what is done. A reply of the store is not lost,
/// because its commit is shielded.
#[test]
fn whatever_ends_a_runner_the_reported_steps_are_those_that_are_done() {
    let faults = Fault::ALL.iter().copied().filter(|fault| *fault != Fault::LostReply);
    explored()
        .faults(faults)
        .invariant(|world, _| {
            let (done, reported) = (world.store.done.borrow(), world.reported.borrow());
            g::ensure!(*done == *reported, "{done:?} were done, {reported:?} were reported");
            Ok(())
        })
        .check();
}

/// A file with many jobs would fill the memory.
#[test]
fn no_job_is_read_that_has_no_room() {
    let room = runner::AT_ONCE + runner::WAITING;
    explored()
        .invariant(move |world, end| {
            let held = world.store.most_held.get();
            g::ensure!(held <= room, "{held} jobs were read and not done");
            g::ensure!(end.is_err() || held == room, "the queue was never full: {held} jobs");
            Ok(())
        })
        .check();
}
