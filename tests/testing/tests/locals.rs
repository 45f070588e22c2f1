//! The promises of `local!` and of `time_left`, with a fault at any yield. A panic unwinds the
//! body.

// The chains, and the replies that are lost, need them.
#![cfg(any(debug_assertions, feature = "testing"))]

use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;

use gen::testing::explore;
use gen::yield_;
use testing::unwind::unwinding;

const SECOND: Duration = Duration::from_secs(1);

gen::local! {
    static STEP: u32;
    inherited static SHARED: u32;
}

/// The place that has seen wrong values, and the bodies that are alive.
#[derive(Clone, Default)]
struct World {
    wrong: Rc<Cell<Option<&'static str>>>,
    alive: Rc<Cell<i32>>,
}

impl World {
    fn expect(&self, place: &'static str, step: Option<u32>, shared: Option<u32>, limit: Option<Duration>) {
        let is_right = STEP.get() == step
            && SHARED.get() == shared
            && gen::time_left().is_some() == limit.is_some()
            && gen::time_left() <= limit;
        if !is_right {
            self.wrong.set(Some(place));
        }
    }
}

/// Looks when it is dropped.
struct Body {
    world: World,
    step: Option<u32>,
    shared: Option<u32>,
}

impl Body {
    fn new(world: &World, step: Option<u32>, shared: Option<u32>) -> Self {
        world.alive.set(world.alive.get() + 1);
        Body { world: world.clone(), step, shared }
    }
}

impl Drop for Body {
    fn drop(&mut self) {
        self.world.alive.set(self.world.alive.get() - 1);
        // A task may be dropped by the end of its loop, which is outside of all values.
        let is_of_task = self.step.is_none();
        if !is_of_task && (STEP.get() != self.step || SHARED.get() != self.shared) {
            self.world.wrong.set(Some("a drop"));
        }
    }
}

#[gen::coroutine]
fn leaf(world: World, step: Option<u32>, shared: Option<u32>) -> gen::Result {
    let body = Body::new(&world, step, shared);
    for _ in 0..2 {
        world.expect("a leaf", step, shared, Some(10 * SECOND));
        let slept = yield_!(gen::sleep(SECOND));
        world.expect("a leaf that goes on", step, shared, Some(10 * SECOND));
        unwinding(slept)?;
    }
    drop(body);
    Ok(())
}

#[gen::coroutine]
fn list(world: World) -> gen::Result {
    let leaves = [
        STEP.with(1, leaf(world.clone(), Some(1), Some(7))),
        STEP.with(2, leaf(world.clone(), Some(2), Some(7))),
    ];
    let result = yield_!(leaves);
    world.expect("after a list", None, Some(7), Some(10 * SECOND));
    unwinding(result).map(drop)
}

#[gen::coroutine]
fn spawns(world: World) -> gen::Result {
    let task = gen::spawn_local(leaf(world.clone(), None, Some(7)));
    world.expect("after a spawn", Some(3), Some(7), Some(10 * SECOND));
    let result = yield_!(task.cancel_on_drop("given up"));
    world.expect("after a task", Some(3), Some(7), Some(10 * SECOND));
    unwinding(result)
}

#[gen::coroutine]
fn body(world: World) -> gen::Result {
    let all = (list(world.clone()), STEP.with(3, spawns(world.clone())));
    let limited = SHARED.with(7, gen::with_timeout(10 * SECOND, all));
    let _ = yield_!(limited);
    world.expect("after all", None, None, None);
    Ok(())
}

/// Otherwise an error, a cancellation, a drop or a panic at some yield would leave a value to code
/// that is no part of it, or take it from code that is.
#[test]
fn each_place_sees_its_own_values_whatever_fails() {
    let world = || {
        let world = World::default();
        (world.clone(), body(world))
    };
    explore(world)
        .pairs()
        .invariant(|world, _| {
            if let Some(place) = world.wrong.get() {
                gen::bail!("{place} has seen other values than its own");
            }
            gen::ensure!(STEP.get().is_none() && SHARED.get().is_none(), "a value is left");
            gen::ensure!(gen::time_left().is_none(), "a deadline is left");
            gen::ensure!(world.alive.get() == 0, "{} bodies are left", world.alive.get());
            Ok(())
        })
        .check();
}

/// Otherwise a test that steps through a body would see other values than the program.
#[test]
fn a_stepper_sees_no_values_of_the_test() {
    let stepped = STEP.with(
        1,
        SHARED.with(2, async {
            gen::run_sync(async { gen::Ok((STEP.get(), SHARED.get(), gen::time_left())) })
        }),
    );
    // Within another loop there is an error.
    let error = gen::run_sync(stepped.join()).unwrap_err();
    assert!(error.is::<gen::LoopRunning>());
}
