//! The coroutines that run on the server.

use std::future::Future;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::Arc;
use std::time::{Duration, UNIX_EPOCH};

use gen::yield_;
use gen_durable::{
    call, get_state, now, random, set_state, signal, sleep, start, step, uuid, version, with_timeout,
    StepFailed,
};
use serde::{Deserialize, Serialize};

use crate::effects::Effects;
use crate::programs::{run, Outside, Program};

/// The world of one run. The coroutine has it as long as it is in memory.
#[derive(Debug, Clone)]
pub struct World {
    effects: Effects,
    key: String,
    /// Whether time passes by itself, and not only when a test moves the clock of the loop.
    is_real: bool,
    /// Counts the coroutine.
    _in_memory: Arc<InMemory>,
}

/// The number of coroutines in the memory of this process.
pub static IN_MEMORY: AtomicUsize = AtomicUsize::new(0);

#[derive(Debug)]
struct InMemory;

impl InMemory {
    fn new() -> Self {
        IN_MEMORY.fetch_add(1, Ordering::SeqCst);
        InMemory
    }
}

impl Drop for InMemory {
    fn drop(&mut self) {
        IN_MEMORY.fetch_sub(1, Ordering::SeqCst);
    }
}

impl World {
    /// The world of a run with this key, where time passes by itself.
    #[must_use]
    pub fn new(effects: &Effects, key: &str) -> Self {
        let (effects, key) = (effects.clone(), key.to_owned());
        World { effects, key, is_real: true, _in_memory: Arc::new(InMemory::new()) }
    }

    /// As [`new`](Self::new), where only the clock of the loop moves.
    #[must_use]
    pub fn with_clock_of_loop(effects: &Effects, key: &str) -> Self {
        World { is_real: false, ..World::new(effects, key) }
    }

    fn effect(&self, effect: &str) -> impl FnOnce() -> std::future::Ready<gen::Result> + Clone + Send {
        let (world, effect) = (self.clone(), effect.to_owned());
        move || {
            world.note(&effect);
            std::future::ready(Ok(()))
        }
    }
}

impl Outside for World {
    fn time(&self, units: u64) -> Duration {
        Duration::from_millis(10 * units)
    }

    fn take_time(&self, units: u64) -> impl Future<Output = gen::Result> + Send {
        let (time, is_real) = (self.time(units), self.is_real);
        async move {
            if is_real {
                tokio::time::sleep(time).await;
                return Ok(());
            }
            gen::sleep(time).await
        }
    }

    fn note(&self, step: &str) {
        self.effects.note(&self.key, step);
    }

    fn count_attempt(&self, number: u32) -> u32 {
        let attempt = format!("attempt {number}");
        self.note(&attempt);
        self.effects.counts(&self.key)[&attempt].try_into().expect("few attempts")
    }
}

/// A program, and the key of its run.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Trial {
    /// The key.
    pub key: String,
    /// The program.
    pub program: Program,
}

/// Runs a random program.
#[gen::coroutine]
pub fn program(program: Program, world: World) -> gen::Result<String> {
    yield_!(run(program, world))
}

/// An order of a shop.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Order {
    /// The key of the run.
    pub key: String,
    /// The articles.
    pub items: Vec<u32>,
    /// The time for the approval, in milliseconds.
    pub deadline: u64,
}

/// Picks an article. The time before it differs from article to article.
#[gen::coroutine]
fn pick(item: u32, world: World) -> gen::Result<u32> {
    yield_!(sleep(world.time(u64::from(item % 3))))?;
    let pick = world.effect(&format!("pick {item}"));
    let work = move || async move {
        tokio::time::sleep(Duration::from_millis(20)).await;
        pick().await
    };
    yield_!(step(format!("pick {item}"), work))?;
    Ok(item)
}

#[gen::coroutine]
fn ship(order: Order, world: World) -> gen::Result<String> {
    yield_!(step("charge", world.effect("charge")))?;
    let picked = yield_!(order.items.iter().map(|item| pick(*item, world.clone())).collect::<Vec<_>>())?;
    let deadline = Duration::from_millis(order.deadline);
    let by: String = yield_!(with_timeout(deadline, signal("approved")))?;
    yield_!(step("ship", world.effect("ship")))?;
    Ok(format!("{picked:?}, approved by {by}"))
}

/// Charges, picks in parallel, waits for an approval and ships. If that fails, it is undone.
#[gen::coroutine]
pub fn order(order: Order, world: World) -> gen::Result<String> {
    let error = match yield_!(ship(order.clone(), world.clone())) {
        Ok(shipped) => return Ok(shipped),
        Err(error) => error,
    };
    // A step that was cut off may have done its work, so each is undone.
    let undo = order.items.iter().map(|item| {
        let label = format!("put back {item}");
        let put_back = world.effect(&label);
        step(label, put_back)
    });
    yield_!(undo.collect::<Vec<_>>())?;
    yield_!(step("pay back", world.effect("pay back")))?;
    Ok(if error.is_cancelled() { "cancelled" } else { "too late" }.to_owned())
}

/// Waits for two signals at once, inside and outside of a timeout.
#[gen::coroutine]
pub fn wait(world: World) -> gen::Result<String> {
    yield_!(step("begin", world.effect("begin")))?;
    let day = Duration::from_secs(86_400);
    let (one, two): (u32, u32) = yield_!((signal("one"), with_timeout(day, signal("two"))))?;
    Ok(format!("{one}, {two}"))
}

/// Waits until it is cancelled, and then cleans up in two branches, with steps and sleeps.
#[gen::coroutine]
pub fn clean_up(world: World) -> gen::Result<String> {
    let branches = ["a", "b"].map(|name| clean_up_branch(name, world.clone()));
    let ends = yield_!(gen::raw(branches.into_iter().collect::<Vec<_>>()))?;
    Ok(ends
        .into_iter()
        .map(|end| end.unwrap_or_else(|error| error.to_string()))
        .collect::<Vec<_>>()
        .join(", "))
}

#[gen::coroutine]
fn clean_up_branch(name: &'static str, world: World) -> gen::Result<String> {
    let Err(error) = yield_!(signal::<u32>(format!("never {name}"))) else {
        return Ok("a signal".to_owned());
    };
    gen::ensure!(error.is_cancelled(), "not a cancellation: {error}");
    for part in ["undo", "close"] {
        let label = format!("{part} {name}");
        yield_!(step(label.clone(), world.effect(&label)))?;
        yield_!(sleep(Duration::from_millis(300)))?;
    }
    Ok(format!("{name} cleaned up"))
}

/// Reads values that differ from run to run, waits for a signal, and returns them.
#[gen::coroutine]
pub fn values(world: World) -> gen::Result<String> {
    let values = (
        yield_!(now())?.duration_since(UNIX_EPOCH)?.as_millis(),
        yield_!(random())?,
        yield_!(uuid())?,
        yield_!(version("change", 3))?,
    );
    let values = format!("{values:?}");
    // In each run, also in a replay.
    world.note(&values);
    let () = yield_!(signal("go on"))?;
    Ok(values)
}

/// The variable of a process in which [`changes`] has changed.
pub const CHANGED: &str = "GEN_RESTATE_CHANGED";

/// A coroutine whose program is changed while it waits.
#[gen::coroutine]
pub fn changes(world: World) -> gen::Result<String> {
    let label = if std::env::var_os(CHANGED).is_some() { "pay" } else { "charge" };
    yield_!(step(label, world.effect(label)))?;
    let () = yield_!(signal("go on"))?;
    yield_!(step("ship", world.effect("ship")))?;
    Ok("shipped".to_owned())
}

/// The arguments of [`child`].
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Child {
    /// The key of the run.
    pub key: String,
    /// The number that it multiplies. With 13 it fails.
    pub number: u32,
}

/// Takes a step, and has ten times its number.
#[gen::coroutine]
pub fn child(number: u32, world: World) -> gen::Result<u32> {
    yield_!(sleep(world.time(1)))?;
    yield_!(step("work", world.effect("work")))?;
    let unlucky = StepFailed::new("an unlucky number").with_code(402).with_payload(&number);
    gen::ensure!(number != 13, unlucky);
    Ok(number * 10)
}

/// Calls children in parallel, one of them twice and one that fails, and starts a late one.
#[gen::coroutine]
pub fn parent(key: String, world: World) -> gen::Result<String> {
    let of = |number| Child { key: format!("{key}-{number}"), number };
    let call_child = |number| call::<u32>("Child", of(number).key, &of(number));
    yield_!(set_state("progress", "begun"))?;
    let tens = yield_!([1, 2, 3].map(call_child).into_iter().collect::<Vec<_>>())?;
    let again = yield_!(call_child(1))?;
    let error = yield_!(call_child(13)).unwrap_err();
    let failed = error.downcast_ref::<StepFailed>().cloned().unwrap_or_else(|| StepFailed::new("lost"));
    yield_!(start("Child", of(4).key, &of(4)).after(Duration::from_millis(300)))?;
    let begun: Option<String> = yield_!(get_state("progress"))?;
    yield_!(set_state("progress", &tens))?;
    yield_!(step("called", world.effect("called")))?;
    let () = yield_!(signal("go on"))?;
    yield_!(set_state("progress", &None::<u32>))?;
    let payload: Option<u32> = failed.payload();
    Ok(format!("{tens:?} {again} {failed} {} {payload:?} {begun:?}", failed.code()))
}

/// Gives up a call, and then waits for another one, under a shield if its key says so.
#[gen::coroutine]
pub fn caller(key: String, world: World) -> gen::Result<String> {
    let wait = |name| {
        let key = format!("{key}-{name}");
        call::<String>("Wait", key.clone(), &key)
    };
    let early = yield_!(with_timeout(world.time(1), wait("given-up")));
    gen::ensure!(early.is_err_and(|error| error.is::<gen::TimeoutError>()), "there is a result");
    if key == "shielded" {
        return yield_!(gen::shield(wait("called")));
    }
    yield_!(wait("called"))
}
