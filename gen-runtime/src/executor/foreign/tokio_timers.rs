//! Our timers within a runtime of tokio. They stand on one timer of tokio.
//!
//! The first timer in a runtime spawns a task there, the [`Driver`]. It sleeps, with one sleep of
//! tokio's, until the earliest deadline, and calls the wakers of the timers that are due. So a
//! timer costs no lock of tokio's, and time that a test pauses or advances is that of our timers
//! too.
//!
//! | event | what happens |
//! |---|---|
//! | a timer is made whose deadline is earlier than the target of the driver | the driver is woken, and sleeps until the new target |
//! | the timer of the target is removed | the driver goes on to sleep, and wakes up in vain, once. But if the time is paused, the driver is woken: otherwise an idle runtime would advance its time to a deadline of which nothing is left. This is not asked in a runtime of several threads, whose time cannot be paused |
//! | the target is reached | the driver takes the timers that are due. The target may have been the beginning of a list of timers that are due later, see `timers/wheel.rs`; then there may be none |
//! | the runtime is dropped, and the driver with it | all timers fail with [`LoopClosed`] |
//! | the runtime has no timers ([`enable_time`](tokio::runtime::Builder::enable_time) was not called) | each timer fails with [`NoHost`] |

use std::cell::RefCell;
use std::collections::HashMap;
use std::fmt;
use std::future::Future;
use std::panic::catch_unwind;
use std::pin::Pin;
use std::sync::{Arc, LazyLock};
use std::task::{Context, Poll, Waker};
use std::time::Instant;

use tokio::runtime::{Handle, Id, RuntimeFlavor};
use tokio::task::unconstrained;
use tokio::time::Sleep;

use super::tokio_tasks;
use crate::executor::errors::LoopClosed;
use crate::executor::ids::{LoopId, TimerKey};
use crate::executor::no_host::NoHost;
use crate::executor::timers::Timers;
use crate::report::{contain, TaskName};
use crate::shims::{lock, AtomicBool, AtomicUsize, Mutex, MutexGuard, Ordering};
use crate::Result;

/// The time of the runtime that is entered, which a test may have paused.
pub(super) fn now() -> Instant {
    tokio::time::Instant::now().into_std()
}

/// Whether the time of the runtime is that of `Instant::now()`.
///
/// A time that is read between two others lies between them. A paused time lies before the first,
/// and one that was advanced lies after the second.
pub(super) fn has_real_time() -> bool {
    let before = Instant::now();
    let now = now();
    before <= now && now <= Instant::now()
}

/// A timer that was made and has not fired. Dropping it removes it.
///
/// The fields after the first are those of its [`TimerKey`], without the loop.
pub(crate) struct Timer {
    timers: Arc<RuntimeTimers>,
    number: u64,
    index: u32,
    _room: RoomForTag,
}

/// A byte with one value. The other values are room for the tag of an enum that holds a timer. So a
/// sleep needs no bytes besides those of its timer.
#[repr(u8)]
enum RoomForTag {
    Zero,
}

/// Makes a timer in the runtime that is entered.
pub(super) fn timer(deadline: Instant, waker: &Waker) -> std::result::Result<Timer, NoHost> {
    let timers = of_this_runtime()?;
    let TimerKey { number, index, .. } = timers.insert(deadline, waker.clone());
    Ok(Timer { timers, number, index, _room: RoomForTag::Zero })
}

impl Timer {
    fn key(&self) -> TimerKey {
        TimerKey { loop_id: LoopId::NONE, index: self.index, number: self.number }
    }

    /// Whether the timer has to be looked for to know whether it has fired: a timer that was made
    /// after each one that has fired has not fired itself.
    #[inline]
    pub(super) fn may_have_fired(&self) -> bool {
        saturated(self.number) <= self.timers.highest_fired.load(Ordering::Relaxed)
    }

    /// Whether the timer has fired. The timers of a runtime that is gone have not.
    #[cold]
    pub(super) fn has_fired(&self) -> bool {
        let state = self.timers.lock();
        !self.timers.is_closed() && state.timers.action(self.key()).is_none()
    }

    /// Ready when the timer has fired. Until then, it wakes the waker of the last poll.
    pub(super) fn poll(&mut self, waker: &Waker) -> Poll<Result<()>> {
        {
            let state = self.timers.lock();
            match state.timers.action(self.key()) {
                _ if self.timers.is_closed() => return Poll::Ready(Err(LoopClosed.into())),
                None => return Poll::Ready(Ok(())),
                Some(known) if known.will_wake(waker) => return Poll::Pending,
                Some(_) => {}
            }
        }
        // Cloned without the lock, and the old one dropped without it: both may run other code. If
        // the timer has fired meanwhile, it has called the old waker, and this gives the new one
        // back.
        let waker = waker.clone();
        let mut state = self.timers.lock();
        let is_waiting = state.timers.action(self.key()).is_some();
        let old = state.timers.replace(self.key(), waker);
        let is_closed = self.timers.is_closed();
        drop(state);
        drop(old);
        match (is_waiting, is_closed) {
            (true, _) => Poll::Pending,
            (false, false) => Poll::Ready(Ok(())),
            (false, true) => Poll::Ready(Err(LoopClosed.into())),
        }
    }
}

impl Drop for Timer {
    fn drop(&mut self) {
        self.timers.cancel(self.key());
    }
}

impl fmt::Debug for Timer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Timer").field("number", &self.number).finish_non_exhaustive()
    }
}

/// The number of a timer, or the highest number, if it is too high.
fn saturated(number: u64) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

/// The timers of one runtime.
struct RuntimeTimers {
    /// Whether the time of the runtime can be paused.
    can_pause: bool,
    /// Whether the runtime is gone. It is set under the lock, so under the lock it is certain.
    is_closed: AtomicBool,
    /// The highest number of a timer that has fired. A task that is woken by a timer sees at least
    /// the number of that timer, since it is stored before the waker is called.
    highest_fired: AtomicUsize,
    state: Mutex<State>,
}

struct State {
    timers: Timers<Waker>,
    /// The time until which the driver sleeps.
    target: Option<Instant>,
    /// A timer for which the driver wakes up then. 0 if it was removed: no timer has this number.
    target_number: u64,
    /// The waker of the driver, which is tokio's own; `None` before the first poll of the driver.
    driver: Option<Waker>,
}

impl RuntimeTimers {
    /// Adds a timer. On a runtime that is gone it is never added, and its next poll fails. The
    /// waker is called for that poll.
    fn insert(&self, deadline: Instant, waker: Waker) -> TimerKey {
        let mut state = self.lock();
        let number = state.timers.next_number();
        if self.is_closed() {
            drop(state);
            wake(Some(waker));
            return TimerKey::stale(LoopId::NONE, number);
        }
        let index = state.timers.insert(Some(deadline), number, waker);
        let is_earlier = state.target.is_none_or(|target| deadline < target);
        let driver = is_earlier.then(|| state.driver.clone()).flatten();
        drop(state);
        wake(driver);
        TimerKey { loop_id: LoopId::NONE, index, number }
    }

    fn cancel(&self, key: TimerKey) {
        let mut state = self.lock();
        let waker = state.timers.cancel(key);
        let mut driver = None;
        if key.number == state.target_number {
            state.target_number = 0;
            driver = state.driver.as_ref().filter(|_| self.can_pause).cloned();
        }
        drop(state);
        drop(waker);
        if driver.is_some() && tokio_tasks::is_entered() && !has_real_time() {
            wake(driver);
        }
    }

    /// Takes the wakers of the timers that are due, and returns the next target.
    fn take_due(&self, due: &mut Due, driver: &Waker) -> Option<Instant> {
        let now = now();
        let mut state = self.lock();
        state.timers.take_due(now, LoopId::NONE, &mut due.keys);
        if let Some(highest) = due.keys.iter().map(|key| saturated(key.number)).max() {
            self.highest_fired.fetch_max(highest, Ordering::Relaxed);
        }
        due.wakers.extend(due.keys.drain(..).filter_map(|key| state.timers.fire(key)));
        let look = state.timers.next_look();
        (state.target, state.target_number) = look.map_or((None, 0), |(at, number)| (Some(at), number));
        if state.driver.as_ref().is_none_or(|known| !known.will_wake(driver)) {
            state.driver = Some(driver.clone());
        }
        state.target
    }

    /// Takes all wakers: those of the timers, and that of the driver, which would keep the runtime.
    fn close(&self) -> (Vec<Waker>, Option<Waker>) {
        let mut state = self.lock();
        self.is_closed.store(true, Ordering::Relaxed);
        (state.timers.clear(), state.driver.take())
    }

    fn is_closed(&self) -> bool {
        self.is_closed.load(Ordering::Relaxed)
    }

    /// No code of a user runs under this lock, and nothing in it panics.
    fn lock(&self) -> MutexGuard<'_, State> {
        lock(&self.state)
    }
}

fn wake(waker: Option<Waker>) {
    if let Some(waker) = waker {
        contain("a timer's waker", || waker.wake());
    }
}

/// The runtimes with timers of ours. The driver of a runtime removes it.
static REGISTRY: LazyLock<Mutex<HashMap<Id, Arc<RuntimeTimers>>>> = LazyLock::new(Mutex::default);

fn registry() -> MutexGuard<'static, HashMap<Id, Arc<RuntimeTimers>>> {
    lock(&REGISTRY)
}

thread_local! {
    /// The timers that this thread has used last. They save the lock of the registry.
    static LAST: RefCell<Option<Last>> = const { RefCell::new(None) };
}

struct Last {
    runtime: Id,
    timers: Arc<RuntimeTimers>,
}

/// Returns the timers of the runtime that is entered. The first call in a runtime makes them.
fn of_this_runtime() -> std::result::Result<Arc<RuntimeTimers>, NoHost> {
    // The id of the task would be found without a reference to the runtime. But a task may enter
    // another runtime for a while, and tokio does not tell.
    let handle = Handle::try_current().map_err(|_| NoHost::for_time())?;
    let runtime = handle.id();
    if let Some(timers) = last(runtime) {
        return Ok(timers);
    }
    let timers = find_or_make(&handle)?;
    let next = Last { runtime, timers: Arc::clone(&timers) };
    let before = LAST.try_with(|last| last.replace(Some(next)));
    drop(before);
    Ok(timers)
}

/// Returns the timers that this thread has used last, if they are those of `runtime`.
fn last(runtime: Id) -> Option<Arc<RuntimeTimers>> {
    let fits = |last: &&Last| last.runtime == runtime && !last.timers.is_closed();
    let timers =
        LAST.try_with(|last| last.borrow().as_ref().filter(fits).map(|last| Arc::clone(&last.timers)));
    timers.ok().flatten()
}

#[cold]
fn find_or_make(runtime: &Handle) -> std::result::Result<Arc<RuntimeTimers>, NoHost> {
    let id = runtime.id();
    if let Some(timers) = registry().get(&id) {
        return Ok(Arc::clone(timers));
    }
    // No public function of tokio tells whether a runtime has timers.
    let sleep = catch_unwind(|| Box::pin(unpolled_sleep())).map_err(|_| NoHost::for_time_of_tokio())?;
    let timers = Arc::new(RuntimeTimers {
        can_pause: runtime.runtime_flavor() != RuntimeFlavor::MultiThread,
        is_closed: AtomicBool::new(false),
        highest_fired: AtomicUsize::new(0),
        state: Mutex::new(State { timers: Timers::new(now()), target: None, target_number: 0, driver: None }),
    });
    let known = Arc::clone(registry().entry(id).or_insert_with(|| Arc::clone(&timers)));
    if Arc::ptr_eq(&known, &timers) {
        // Without a budget, because it serves all timers, and each poll is short.
        let driver = Driver { id, timers, sleep, due: Due::default() };
        tokio_tasks::spawn(TaskName::of::<Driver>(), unconstrained(driver));
    }
    Ok(known)
}

/// A sleep that has no place in the timers of tokio, because it was not polled.
fn unpolled_sleep() -> Sleep {
    tokio::time::sleep_until(tokio::time::Instant::now())
}

/// The task that sleeps until the earliest deadline.
struct Driver {
    id: Id,
    timers: Arc<RuntimeTimers>,
    sleep: Pin<Box<Sleep>>,
    due: Due,
}

/// The memory for the timers that are due at once, which is used again.
#[derive(Default)]
struct Due {
    keys: Vec<TimerKey>,
    wakers: Vec<Waker>,
}

impl Due {
    /// Wakes all that are due, and gives back the memory of an unusually large number.
    fn wake(&mut self) {
        self.wakers.drain(..).for_each(|waker| wake(Some(waker)));
        self.keys.shrink_to(Timers::<Waker>::KEPT);
        self.wakers.shrink_to(Timers::<Waker>::KEPT);
    }
}

impl Future for Driver {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let Driver { timers, sleep, due, .. } = &mut *self;
        loop {
            let target = timers.take_due(due, cx.waker());
            due.wake();
            let Some(target) = target else {
                // A sleep that was not polled has no place in the timers of tokio. The old one has,
                // and an idle runtime with a paused time would advance it for nothing.
                sleep.as_mut().set(unpolled_sleep());
                return Poll::Pending;
            };
            sleep.as_mut().reset(target.into());
            if sleep.as_mut().poll(cx).is_pending() {
                return Poll::Pending;
            }
        }
    }
}

impl Drop for Driver {
    /// The runtime is shut down.
    fn drop(&mut self) {
        registry().remove(&self.id);
        let (wakers, _driver) = self.timers.close();
        wakers.into_iter().for_each(|waker| wake(Some(waker)));
    }
}
