//! The promises of `supervise`, with a fault at any of its yields.

// The chains, and the replies that are lost, need them.
#![cfg(any(debug_assertions, feature = "testing"))]

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Duration;

use gen::supervise::Restart;
use gen::testing::{explore, Explore, Fault};
use gen::yield_;

const SECOND: Duration = Duration::from_secs(1);

/// The runs of the children.
#[derive(Clone, Default)]
struct World {
    /// The children that run.
    running: Rc<RefCell<Vec<&'static str>>>,
    /// A child has ended in a shutdown while a later one was running.
    out_of_order: Rc<Cell<bool>>,
    starts: Rc<Cell<u32>>,
    /// How many starts there were when the whole was cancelled.
    cancelled_at: Rc<Cell<Option<u32>>>,
}

/// One run of a child. It panics if the child runs already, which is a finding.
struct Run {
    name: &'static str,
    world: World,
}

impl World {
    fn start(&self, name: &'static str) -> Run {
        let mut running = self.running.borrow_mut();
        assert!(!running.contains(&name), "{name} runs twice at once");
        running.push(name);
        self.starts.set(self.starts.get() + 1);
        Run { name, world: self.clone() }
    }

    /// A child that was told to end has ended.
    fn ends_in_order(&self, name: &'static str) {
        let is_late = self.running.borrow().iter().any(|other| *other > name);
        self.out_of_order.set(self.out_of_order.get() || is_late);
    }
}

impl Drop for Run {
    fn drop(&mut self) {
        self.world.running.borrow_mut().retain(|name| *name != self.name);
    }
}

/// Takes some seconds. If it is cancelled, it cleans up for a second.
#[gen::coroutine]
fn part(name: &'static str, seconds: u64, fails: bool, world: World) -> gen::Result {
    let _run = world.start(name);
    for _ in 0..seconds {
        let Err(error) = yield_!(gen::sleep(SECOND)) else { continue };
        if let Some(cancelled) = error.downcast_ref::<gen::Cancelled>() {
            if cancelled.source == gen::CancelSource::Explicit {
                world.cancelled_at.set(world.cancelled_at.get().or(Some(world.starts.get())));
            }
            yield_!(gen::sleep(SECOND))?;
            world.ends_in_order(name);
        }
        return Err(error);
    }
    gen::ensure!(!fails || world.starts.get() > 3, "{name} has failed");
    Ok(())
}

/// As `part`. A failure of one of its yields is a bug, with a panic.
#[gen::coroutine]
fn fragile(name: &'static str, world: World) -> gen::Result {
    let _run = world.start(name);
    for _ in 0..2 {
        if let Err(error) = yield_!(gen::sleep(SECOND)) {
            assert!(error.is::<gen::Cancelled>(), "a bug");
            return Err(error);
        }
    }
    Ok(())
}

#[gen::coroutine]
fn one_for_one(world: World) -> gen::Result {
    yield_!(gen::supervise_local(|s| supervised(s, &world)))
}

#[gen::coroutine]
fn all_for_one(world: World) -> gen::Result {
    yield_!(gen::supervise_local(|s| supervised(s, &world)).all_for_one())
}

fn supervised(s: &mut gen::supervise::LocalSupervisor<'static>, world: &World) {
    let [a, b, c, d] = [world.clone(), world.clone(), world.clone(), world.clone()];
    s.child("a", move || part("a", 4, false, a.clone()));
    s.child("b", move || part("b", 2, true, b.clone())).schedule([SECOND; 2]);
    s.child("c", move || fragile("c", c.clone())).restart(Restart::AfterFailure);
    s.child("d", move || part("d", 3, false, d.clone())).grace(SECOND * 3);
}

/// A supervisor in a supervisor.
#[gen::coroutine]
fn tree(world: World) -> gen::Result {
    yield_!(gen::supervise_local(|s| {
        let (a, inner) = (world.clone(), world.clone());
        s.child("a", move || part("a", 6, false, a.clone()));
        s.child("inner", move || {
            let [b, c] = [inner.clone(), inner.clone()];
            gen::supervise_local(|s| {
                s.child("b", move || part("b", 2, true, b.clone()));
                s.child("c", move || part("c", 3, false, c.clone()));
            })
            .intensity(1, SECOND * 60)
        })
        .grace(SECOND * 20);
    }))
}

fn exploring<C>(body: fn(World) -> C) -> Explore<'static, World, ()>
where
    C: std::future::Future<Output = gen::Result> + 'static,
{
    let world = move || {
        let world = World::default();
        (world.clone(), body(world))
    };
    explore(world).invariant(|world, _| {
        let running = world.running.borrow();
        gen::ensure!(running.is_empty(), "{running:?} run on");
        gen::ensure!(!world.out_of_order.get(), "a child has ended after one that was added before it");
        if let Some(starts) = world.cancelled_at.get() {
            gen::ensure!(world.starts.get() == starts, "a child was started after the cancellation");
        }
        Ok(())
    })
}

/// Otherwise a fault within a child would leave a run behind, would start two runs at once, or
/// would shut down a child while a later one still needs it.
#[test]
fn no_fault_leaks_a_run_or_breaks_the_order() {
    let report = exploring(one_for_one).report();
    assert!(report.findings().is_empty(), "{report}");
    assert!(report.runs() > 30, "{report}");
    exploring(one_for_one).pairs().check();
}

/// The same where all children are started again.
#[test]
fn no_fault_does_so_when_one_is_for_all() {
    exploring(all_for_one).pairs().check();
}

/// The same in a tree.
#[test]
fn no_fault_does_so_in_a_tree() {
    exploring(tree).check();
}

/// Otherwise a service that was stopped would start a child again, or would end as if it had not
/// been stopped.
#[test]
fn a_cancellation_is_the_end() {
    exploring(one_for_one)
        .faults([Fault::Cancel])
        .invariant(|world, result| {
            let is_cancelled = result.as_ref().is_err_and(|error| error.is::<gen::Cancelled>());
            gen::ensure!(world.cancelled_at.get().is_none() || is_cancelled, "the cancellation was lost");
            Ok(())
        })
        .check();
}
