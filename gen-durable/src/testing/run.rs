//! One run: a world, and its processes one after the other.
//!
//! | part of a run | lives until |
//! |---|---|
//! | the loop with its clock, the entries, the script, the coroutines beside | the end of the run |
//! | the driver of a process | the invariants were checked: the death of a process drops nothing in order, so a `Drop` must not mend anything before they look |

use std::any::Any;
use std::future::{poll_fn, Future};
use std::panic::{catch_unwind, AssertUnwindSafe};
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use gen::Coroutine;
use serde::Serialize;

use super::exploration::Explored;
use super::finding::{Hang, What};
use super::journal::ScriptedJournal;
use super::plan::Plan;
use super::script::{Died, Script, TooManyMoments};
use crate::clock::WallClock;
use crate::driver::Driver;
use crate::journal::Outcome;
use crate::memory::Records;

/// A coroutine whose type is forgotten.
pub(super) type Body<T> = Pin<Box<dyn Coroutine<Output = gen::Result<T>>>>;

/// A coroutine beside the body.
pub(super) type Beside = Pin<Box<dyn Future<Output = gen::Result>>>;

type MakeBody<'a, W, T> = Box<dyn Fn(&W) -> Body<T> + 'a>;

type MakeBeside<'a, W> = Box<dyn Fn(&W, &Records) -> Beside + 'a>;

type Invariant<'a, W, T> = Box<dyn Fn(&W, &gen::Result<T>) -> gen::Result + 'a>;

/// The functions of the user, and the limits of each run.
pub(super) struct Program<'a, W, T> {
    pub(super) world: Box<dyn Fn() -> W + 'a>,
    pub(super) body: MakeBody<'a, W, T>,
    pub(super) beside: Vec<MakeBeside<'a, W>>,
    pub(super) invariants: Vec<Invariant<'a, W, T>>,
    pub(super) limits: Limits,
}

pub(super) struct Limits {
    /// On the virtual clock.
    pub(super) time: Duration,
    pub(super) moments: usize,
    /// From a death to the next process.
    pub(super) downtime: Duration,
    pub(super) seed: u64,
}

/// How a run has ended.
enum Ended<T> {
    With(gen::Result<T>),
    /// The driver cannot go on.
    Stopped(gen::Error),
    Panicked(String),
    Hangs(Hang),
    /// A coroutine beside the body has failed.
    Beside(gen::Error),
}

/// How a process has ended.
enum Process<T> {
    Died,
    Ended(Ended<T>),
}

/// The start of each run, on its clock: the first moment of the year 2000.
const BEGINNING: u64 = 946_684_800_000;

/// Does the run of a plan, and checks it.
pub(super) fn run_and_check<W, T: Serialize>(program: &Program<'_, W, T>, plan: &Plan) -> Explored {
    let script = Script::new(plan.clone(), program.limits.moments);
    let io_loop = gen::IoLoop::with_clock(gen::VirtualClock::new());
    let world = (program.world)();
    let mut processes = Vec::new();
    let run = async { gen::Result::Ok(live(program, &world, &script, &mut processes).await) };
    let ended = io_loop.run_sync(run).unwrap_or_else(Ended::Stopped);
    let explored = explored(program, &world, &script, ended);
    // In a real process nothing of this would run. If it panics, that is no matter of the run.
    let _ = catch_unwind(AssertUnwindSafe(|| drop(processes)));
    explored
}

async fn live<W, T: Serialize>(
    program: &Program<'_, W, T>,
    world: &W,
    script: &Script,
    processes: &mut Vec<Driver<Body<T>>>,
) -> Ended<T> {
    let clock = WallClock::of_executor(BEGINNING);
    let records = Records::by_clock(clock.clone());
    let beside = program.beside.iter().map(|beside| gen::spawn_local(beside(world, &records)));
    let mut beside: Vec<_> = beside.collect();
    let mut limit = Box::pin(gen::sleep(program.limits.time));
    loop {
        if let Err(error) = script.begin(records.len() as u64) {
            return Ended::Stopped(error);
        }
        let journal = ScriptedJournal::new(&records, script, clock.clone(), program.limits.seed);
        let mut driver = Driver::new((program.body)(world), journal);
        let polled = poll_fn(|cx| {
            if let Poll::Ready(process) = poll_process(&mut driver, cx) {
                return Poll::Ready(process);
            }
            if let Poll::Ready(error) = poll_beside(&mut beside, cx) {
                return Poll::Ready(Process::Ended(Ended::Beside(error)));
            }
            limit.as_mut().poll(cx).map(|_| Process::Ended(Ended::Hangs(Hang::OutOfTime)))
        });
        let process = polled.await;
        processes.push(driver);
        if let Process::Ended(ended) = process {
            return ended;
        }
        if program.limits.downtime > Duration::ZERO {
            if let Err(error) = gen::sleep(program.limits.downtime).await {
                return Ended::Stopped(error);
            }
        }
    }
}

/// Polls a driver. The coroutine of one that dies is not dropped.
fn poll_process<T: Serialize>(driver: &mut Driver<Body<T>>, cx: &mut Context<'_>) -> Poll<Process<T>> {
    let polled = catch_unwind(AssertUnwindSafe(|| driver.poll_undropped(cx)));
    let ended = match polled {
        Ok(Poll::Pending) => return Poll::Pending,
        Ok(Poll::Ready(Err(error))) if error.is::<Died>() => return Poll::Ready(Process::Died),
        Ok(Poll::Ready(Err(error))) if error.is::<TooManyMoments>() => Ended::Hangs(Hang::TooManyMoments),
        Ok(Poll::Ready(Err(error))) => Ended::Stopped(error),
        Ok(Poll::Ready(Ok(result))) => Ended::With(result),
        Err(payload) => Ended::Panicked(message_of(&*payload)),
    };
    Poll::Ready(Process::Ended(ended))
}

/// Ready when a coroutine beside the body has failed.
fn poll_beside(beside: &mut Vec<gen::JoinHandle<()>>, cx: &mut Context<'_>) -> Poll<gen::Error> {
    let mut failed = None;
    beside.retain_mut(|task| match Pin::new(task).poll(cx) {
        Poll::Pending => true,
        Poll::Ready(ended) => {
            failed = failed.take().or(ended.err());
            false
        }
    });
    failed.map_or(Poll::Pending, Poll::Ready)
}

fn explored<W, T: Serialize>(
    program: &Program<'_, W, T>,
    world: &W,
    script: &Script,
    ended: Ended<T>,
) -> Explored {
    let waits = || match script.waits().join(", and for ").as_str() {
        "" => "then the coroutine has not ended".to_owned(),
        waits => format!("then the coroutine waits for {waits}"),
    };
    let (what, outcome, sentence) = match ended {
        Ended::With(result) => {
            let sentence = match &result {
                Ok(_) => "then the coroutine ended with `Ok`".to_owned(),
                Err(error) => format!("then the coroutine ended with the error `{error:#}`"),
            };
            (broken(program, world, &result), Some(Outcome::of(&result)), sentence)
        }
        Ended::Stopped(error) => {
            (Some(What::Stopped(format!("{error:#}"))), None, "then the run stopped".to_owned())
        }
        Ended::Panicked(message) => (Some(What::Panicked(message)), None, "then the run stopped".to_owned()),
        Ended::Hangs(hang) => (Some(What::Hangs(hang)), None, waits()),
        Ended::Beside(error) => (Some(What::Beside(format!("{error:#}"))), None, waits()),
    };
    Explored { moments: script.moments(), what, outcome, ended: sentence }
}

fn broken<W, T>(program: &Program<'_, W, T>, world: &W, result: &gen::Result<T>) -> Option<What> {
    let mut invariants = program.invariants.iter();
    let why = invariants.find_map(|holds| match catch_unwind(AssertUnwindSafe(|| holds(world, result))) {
        Ok(Ok(())) => None,
        Ok(Err(error)) => Some(format!("{error:#}")),
        Err(payload) => Some(message_of(&*payload)),
    });
    why.map(What::Broken)
}

/// The message of a panic.
fn message_of(payload: &(dyn Any + Send)) -> String {
    let text = payload.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| payload.downcast_ref::<String>().cloned()).unwrap_or_else(|| "a value".to_owned())
}
