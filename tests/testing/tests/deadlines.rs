//! Deadlines that pass, with a fault at any yield: the bodies within them end, and nothing of them
//! is left around.

// The chains, and the replies that are lost, need them.
#![cfg(any(debug_assertions, feature = "testing"))]

use std::cell::Cell;
use std::rc::Rc;
use std::time::{Duration, Instant};

use gen::testing::explore;
use gen::yield_;

const SECOND: Duration = Duration::from_secs(1);

#[derive(Clone, Default)]
struct World {
    alive: Rc<Cell<i32>>,
    /// The place that had more time than the deadlines around it, or worked after they had passed.
    wrong: Rc<Cell<Option<&'static str>>>,
}

impl World {
    /// `latest` is the least deadline around the caller.
    fn expect(&self, place: &'static str, latest: Instant) {
        let at_most = latest.saturating_duration_since(now());
        if gen::time_left().is_none_or(|left| left > at_most) {
            self.wrong.set(Some(place));
        }
    }
}

struct Alive(World);

impl Alive {
    fn new(world: &World) -> Self {
        world.alive.set(world.alive.get() + 1);
        Alive(world.clone())
    }
}

impl Drop for Alive {
    fn drop(&mut self) {
        self.0.alive.set(self.0.alive.get() - 1);
    }
}

fn now() -> Instant {
    gen::IoLoop::current().expect("a loop runs here").now()
}

/// Works until its deadline, and then cleans up.
#[gen::coroutine]
fn works(world: World, latest: Instant) -> gen::Result {
    let _alive = Alive::new(&world);
    for _ in 0..3 {
        world.expect("a worker", latest);
        if let Err(error) = yield_!(gen::sleep(SECOND)) {
            yield_!(gen::sleep(SECOND / 4))?;
            return Err(error);
        }
    }
    Ok(())
}

/// A task inherits the deadline of its parent.
#[gen::coroutine]
fn spawns(world: World, latest: Instant) -> gen::Result {
    let _alive = Alive::new(&world);
    let task = gen::spawn_local(works(world.clone(), latest));
    yield_!(task.cancel_on_drop("given up"))
}

#[gen::coroutine]
fn body(world: World) -> gen::Result {
    let (inner, outer) = (now() + 2 * SECOND, now() + 5 * SECOND / 2);
    let children = (
        gen::with_deadline(inner, works(world.clone(), inner)),
        gen::with_timeout(9 * SECOND, spawns(world.clone(), outer)),
        works(world.clone(), outer),
    );
    let all = gen::with_deadline(outer, gen::multi(children).settle()).cancel(SECOND / 2);
    let ended = yield_!(all);
    if gen::time_left().is_some() {
        world.wrong.set(Some("after all"));
    }
    let took = now().saturating_duration_since(outer);
    gen::ensure!(took <= SECOND / 2, "it took {took:?} longer than it may");
    ended.map(drop)
}

/// Otherwise a fault beside a deadline would leave a body that works on, or a deadline for code
/// that is not within it.
#[test]
fn a_deadline_ends_what_is_within_it_whatever_fails() {
    let world = || {
        let world = World::default();
        (world.clone(), body(world))
    };
    explore(world)
        .pairs()
        .linger(10 * SECOND)
        .invariant(|world, end| {
            if let Some(place) = world.wrong.get() {
                gen::bail!("{place} had another deadline than its own");
            }
            gen::ensure!(world.alive.get() == 0, "{} bodies work on", world.alive.get());
            gen::ensure!(gen::time_left().is_none(), "a deadline is left");
            let is_late = end.as_ref().is_err_and(|error| error.to_string().contains("longer than it may"));
            gen::ensure!(!is_late, "{end:?}");
            Ok(())
        })
        .check();
}
