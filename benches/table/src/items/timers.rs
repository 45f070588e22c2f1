//! Timeouts and sleeps. An operation is one of them.

use std::cell::Cell;
use std::future::{poll_fn, Future};
use std::hint::black_box;
use std::pin::{pin, Pin};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use fastrand::Rng;

use crate::fixtures::{monoio_runtime, poll_to_end, poll_until_stalled, tokio_runtime, unit_waker, PendOnce};
use crate::harness::{limit, ours, peer, Entry, Meter, Runner};
use crate::limits::{Executor, Group, Wheel};

const TIMEOUTS: u64 = 1_000_000;
const SLEEPS: usize = 100_000;
const TEN_SECONDS: Duration = Duration::from_secs(10);

#[gen::coroutine]
fn timeouts(is_pending: bool) -> gen::Result<u64> {
    let mut sum = 0_u64;
    for _ in 0..TIMEOUTS {
        sum = sum.wrapping_add(gen::yield_!(gen::with_timeout(TEN_SECONDS, PendOnce(!is_pending)))?);
    }
    Ok(sum)
}

/// Timeouts that never fire. The future inside is ready at once, or pending once.
fn unfired(is_pending: bool) -> Vec<Entry> {
    let inner = move || PendOnce(!is_pending);
    let io_loop = gen::IoLoop::new();
    let tokio = tokio_runtime();
    let mut monoio = monoio_runtime();
    vec![
        ours("`with_timeout`", move |meter| {
            io_loop.block_on(async { meter.time(|| poll_to_end(timeouts(is_pending)).unwrap()) });
        }),
        peer("tokio", move |meter| {
            let _entered = tokio.enter();
            meter.time(|| {
                for _ in 0..TIMEOUTS {
                    black_box(poll_to_end(tokio::time::timeout(TEN_SECONDS, inner())).unwrap());
                }
            });
        }),
        peer("monoio", move |meter| {
            monoio.block_on(async {
                meter.time(|| {
                    for _ in 0..TIMEOUTS {
                        black_box(poll_to_end(monoio::time::timeout(TEN_SECONDS, inner())).is_ok());
                    }
                });
            });
        }),
        limit("polled first, then a wheel with the time of the loop", move |meter| {
            let mut wheel = Wheel::new();
            meter.time(|| (0..TIMEOUTS).for_each(|_| limit_timeout(&mut wheel, inner())));
        }),
    ]
}

fn limit_timeout(wheel: &mut Wheel, inner: PendOnce) {
    let waker = unit_waker();
    let mut cx = Context::from_waker(&waker);
    let mut inner = pin!(inner);
    if inner.as_mut().poll(&mut cx).is_pending() {
        let at = black_box(wheel.now()) + TEN_SECONDS.as_millis() as u64;
        let key = black_box(wheel.insert(at, cx.waker().clone()));
        assert!(inner.as_mut().poll(&mut cx).is_ready());
        wheel.cancel(key);
    }
}

/// The milliseconds of many sleeps, and the order in which they are cancelled.
#[derive(Clone, Copy)]
struct Plan {
    milliseconds: &'static [u64],
    order: &'static [u32],
    /// How often the plan runs, so that small plans make many operations, too.
    rounds: usize,
}

impl Plan {
    fn new(sleeps: usize, longest: u64) -> Self {
        let mut rng = Rng::with_seed(77);
        let milliseconds: Vec<u64> = (0..sleeps).map(|_| rng.u64(1..=longest)).collect();
        let mut order: Vec<u32> = (0..sleeps as u32).collect();
        rng.shuffle(&mut order);
        let rounds = (SLEEPS / sleeps).max(1);
        Plan { milliseconds: milliseconds.leak(), order: order.leak(), rounds }
    }

    fn operations(self) -> u64 {
        (self.milliseconds.len() * self.rounds) as u64
    }

    /// Makes and polls all sleeps, and drops them in the order of the plan.
    fn cancel_all<F: Future>(self, meter: &mut Meter, sleep: impl Fn(Duration) -> F) {
        let waker = unit_waker();
        let mut cx = Context::from_waker(&waker);
        meter.time(|| {
            for _ in 0..self.rounds {
                let start = |&milliseconds: &u64| {
                    let mut sleep = Box::pin(sleep(Duration::from_millis(milliseconds + 1_000)));
                    assert!(sleep.as_mut().poll(&mut cx).is_pending());
                    Some(sleep)
                };
                let mut sleeps: Vec<Option<Pin<Box<F>>>> = self.milliseconds.iter().map(start).collect();
                for &index in self.order {
                    sleeps[index as usize] = None;
                }
            }
        });
    }

    fn cancel_all_callbacks(self, meter: &mut Meter) {
        let io_loop = gen::IoLoop::current().expect("inside of the loop");
        meter.time(|| {
            for _ in 0..self.rounds {
                let start =
                    |&milliseconds| io_loop.call_later(Duration::from_millis(milliseconds + 1_000), || ());
                let keys: Vec<gen::TimerKey> = self.milliseconds.iter().map(start).collect();
                for &index in self.order {
                    assert!(io_loop.remove_timeout(keys[index as usize]));
                }
            }
        });
    }

    fn cancel_all_by_hand(self, meter: &mut Meter) {
        meter.time(|| {
            for _ in 0..self.rounds {
                let mut wheel = Wheel::new();
                let mut start = |&milliseconds| {
                    let at = black_box(wheel.now()) + milliseconds + 1_000;
                    wheel.insert(at, unit_waker())
                };
                let keys: Vec<u32> = self.milliseconds.iter().map(&mut start).collect();
                for &index in self.order {
                    wheel.cancel(keys[index as usize]);
                }
            }
        });
    }
}

/// The entries that are measured at every size, up to a million.
fn main_cancelled(plan: Plan) -> Vec<Entry> {
    let tokio = tokio_runtime();
    let (io_loop, of_callbacks) = (gen::IoLoop::new(), gen::IoLoop::new());
    vec![
        ours("`sleep`", move |meter| io_loop.block_on(async { plan.cancel_all(meter, gen::sleep) })),
        ours("`call_later` and `remove_timeout`", move |meter| {
            of_callbacks.block_on(async { plan.cancel_all_callbacks(meter) });
        }),
        peer("tokio", move |meter| {
            let _entered = tokio.enter();
            plan.cancel_all(meter, tokio::time::sleep);
        }),
        limit("a wheel with the time of the loop", move |meter| plan.cancel_all_by_hand(meter)),
    ]
}

fn cancelled(plan: Plan) -> Vec<Entry> {
    let tokio = tokio_runtime();
    let mut monoio = monoio_runtime();
    let mut entries = main_cancelled(plan);
    entries.extend([
        peer("async-io", move |meter| plan.cancel_all(meter, async_io::Timer::after)),
        peer("futures-timer", move |meter| plan.cancel_all(meter, futures_timer::Delay::new)),
        peer("monoio", move |meter| {
            monoio.block_on(async { plan.cancel_all(meter, monoio::time::sleep) });
        }),
        peer("tokio-util `DelayQueue`", move |meter| {
            let _entered = tokio.enter();
            delay_queue(plan, meter);
        }),
        peer("hierarchical_hash_wheel_timer", move |meter| hash_wheel(plan, meter)),
    ]);
    entries
}

fn delay_queue(plan: Plan, meter: &mut Meter) {
    meter.time(|| {
        let mut queue = tokio_util::time::DelayQueue::new();
        let start = |&milliseconds| queue.insert(1_u64, Duration::from_millis(milliseconds + 1_000));
        let keys: Vec<_> = plan.milliseconds.iter().map(start).collect();
        for &index in plan.order {
            black_box(queue.remove(&keys[index as usize]));
        }
    });
}

fn hash_wheel(plan: Plan, meter: &mut Meter) {
    use hierarchical_hash_wheel_timer::wheels::cancellable::{CancellableTimerEntry, QuadWheelWithOverflow};
    use hierarchical_hash_wheel_timer::wheels::TimerEntryWithDelay;

    #[derive(Debug)]
    struct Timer(u64, Duration);

    impl CancellableTimerEntry for Timer {
        type Id = u64;

        fn id(&self) -> &u64 {
            &self.0
        }
    }

    impl TimerEntryWithDelay for Timer {
        fn delay(&self) -> Duration {
            self.1
        }
    }

    meter.time(|| {
        let mut wheel = QuadWheelWithOverflow::<Timer>::new();
        for (id, &milliseconds) in plan.milliseconds.iter().enumerate() {
            let timer = Timer(id as u64, Duration::from_millis(milliseconds + 1_000));
            assert!(wheel.insert(timer).is_ok());
        }
        for &id in plan.order {
            assert!(wheel.cancel(&u64::from(id)).is_ok());
        }
    });
}

thread_local! {
    /// The sum and the largest of the times that sleeps were late, in nanoseconds.
    static LATENESS: Cell<(f64, f64)> = const { Cell::new((0.0, 0.0)) };
}

/// A sleep that notes how late it was.
async fn noted<F: Future>(milliseconds: u64, sleep: impl Fn(Duration) -> F) {
    let duration = Duration::from_millis(milliseconds);
    let due = Instant::now() + duration;
    sleep(duration).await;
    let now = Instant::now();
    assert!(now >= due, "a timer was early");
    let late = (now - due).as_nanos() as f64;
    let (sum, most) = LATENESS.get();
    LATENESS.set((sum + late, most.max(late)));
}

/// Runs sleeps that all fire, and notes how late they were.
fn fired(meter: &mut Meter, run: impl FnOnce()) {
    LATENESS.set((0.0, 0.0));
    meter.use_processor_time();
    meter.time(run);
    let (sum, most) = LATENESS.get();
    meter.notes.push(("mean lateness, us", sum / SLEEPS as f64 / 1e3));
    meter.notes.push(("largest lateness, us", most / 1e3));
}

/// Waits for all futures, in the cheapest group.
async fn all<F: Future<Output = ()>>(futures: impl ExactSizeIterator<Item = F>) {
    let mut group = Group::new(futures);
    while poll_fn(|cx| group.poll_next(cx)).await.is_some() {}
}

/// In one group. The peers wait in the cheapest one, ours in ours.
fn fired_in_a_group(plan: Plan) -> Vec<Entry> {
    let sleeps = plan.milliseconds;
    let io_loop = gen::IoLoop::new();
    let (tokio, with_budget) = (tokio_runtime(), tokio_runtime());
    let mut monoio = monoio_runtime();
    vec![
        ours("`sleep`, in a list", move |meter| {
            fired(meter, || {
                let sleeps: Vec<_> = sleeps.iter().map(|&ms| gen::ok(noted(ms, gen::sleep))).collect();
                io_loop.block_on(gen::multi(sleeps).join()).unwrap();
            });
        }),
        peer("tokio, in the cheapest group, without its budget", move |meter| {
            fired(meter, || {
                let sleeps = all(sleeps.iter().map(|&ms| noted(ms, tokio::time::sleep)));
                tokio.block_on(tokio::task::unconstrained(sleeps));
            });
        }),
        peer("tokio, in futures `join_all`", move |meter| {
            fired(meter, || {
                let sleeps = sleeps.iter().map(|&ms| noted(ms, tokio::time::sleep));
                with_budget.block_on(futures::future::join_all(sleeps));
            });
        }),
        peer("monoio, in the cheapest group", move |meter| {
            fired(meter, || {
                monoio.block_on(all(sleeps.iter().map(|&ms| noted(ms, monoio::time::sleep))));
            });
        }),
        limit("a wheel, in the cheapest group", move |meter| {
            fired(meter, || own_group(all(sleeps.iter().map(|&ms| noted(ms, OwnSleep::new)))));
        }),
    ]
}

fn fired_in_tasks(plan: Plan) -> Vec<Entry> {
    let sleeps = plan.milliseconds;
    let io_loop = gen::IoLoop::new();
    let tokio = tokio_runtime();
    vec![
        ours("`sleep`, in tasks", move |meter| {
            fired(meter, || {
                io_loop.block_on(async {
                    let spawn = |&ms: &u64| gen::spawn_local(gen::ok(noted(ms, gen::sleep)));
                    let tasks: Vec<_> = sleeps.iter().map(spawn).collect();
                    for task in tasks {
                        task.await.unwrap();
                    }
                });
            });
        }),
        peer("tokio", move |meter| {
            fired(meter, || {
                tokio.block_on(async {
                    let spawn = |&ms: &u64| tokio::spawn(noted(ms, tokio::time::sleep));
                    let tasks: Vec<_> = sleeps.iter().map(spawn).collect();
                    for task in tasks {
                        task.await.unwrap();
                    }
                });
            });
        }),
        limit("a wheel, in tasks of a queue of plain cells", move |meter| {
            fired(meter, || {
                let executor = Executor::default();
                sleeps.iter().for_each(|&ms| executor.spawn(noted(ms, OwnSleep::new)));
                own_loop(|| executor.run());
            });
        }),
    ]
}

thread_local! {
    /// The wheel of the loop by hand, and the time at which its ticks begin.
    static OWN_WHEEL: Cell<Option<(Wheel, Instant)>> = const { Cell::new(None) };
}

fn with_wheel<R>(work: impl FnOnce(&mut Wheel, Instant) -> R) -> R {
    let (mut wheel, began) = OWN_WHEEL.take().expect("inside of `own_loop`");
    let result = work(&mut wheel, began);
    OWN_WHEEL.set(Some((wheel, began)));
    result
}

struct OwnSleep {
    milliseconds: u64,
    is_started: bool,
}

impl OwnSleep {
    fn new(duration: Duration) -> Self {
        OwnSleep { milliseconds: duration.as_millis() as u64, is_started: false }
    }
}

impl Future for OwnSleep {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        // Only the wheel wakes it.
        if self.is_started {
            return Poll::Ready(());
        }
        self.is_started = true;
        with_wheel(|wheel, began| {
            let deadline = began.elapsed() + Duration::from_millis(self.milliseconds);
            wheel.insert(deadline.as_micros().div_ceil(1_000) as u64, cx.waker().clone());
        });
        Poll::Pending
    }
}

/// Calls `run` whenever sleeps may have ended, until no sleep is left.
fn own_loop(mut run: impl FnMut()) {
    OWN_WHEEL.set(Some((Wheel::new(), Instant::now())));
    run();
    while let (Some(tick), began) = with_wheel(|wheel, began| (wheel.next_tick(), began)) {
        std::thread::sleep(Duration::from_millis(tick).saturating_sub(began.elapsed()));
        // The wakers only set flags, so they do not need the wheel.
        with_wheel(|wheel, began| wheel.advance(began.elapsed().as_millis() as u64));
        run();
    }
}

fn own_group(group: impl Future<Output = ()>) {
    let waker = unit_waker();
    let mut cx = Context::from_waker(&waker);
    let mut group = pin!(group);
    let mut has_ended = false;
    own_loop(|| has_ended = poll_until_stalled(group.as_mut(), &mut cx).is_ready());
    assert!(has_ended, "a sleep was lost");
}

/// On a virtual clock, so that nothing waits.
fn fired_virtually(plan: Plan) -> Vec<Entry> {
    let sleeps = plan.milliseconds;
    vec![
        ours("`sleep`, in a list", move |meter| {
            let io_loop = gen::IoLoop::with_clock(gen::VirtualClock::new());
            meter.time(|| {
                for _ in 0..plan.rounds {
                    let sleeps: Vec<_> =
                        sleeps.iter().map(|&ms| gen::sleep(Duration::from_millis(ms))).collect();
                    io_loop.block_on(async { gen::multi(sleeps).join().await }).unwrap();
                }
            });
        }),
        limit("a wheel", move |meter| {
            meter.time(|| {
                for _ in 0..plan.rounds {
                    let mut wheel = Wheel::new();
                    for &milliseconds in sleeps {
                        let at = black_box(wheel.now()) + milliseconds;
                        wheel.insert(at, unit_waker());
                    }
                    assert_eq!(wheel.advance(60_001), sleeps.len());
                }
            });
        }),
    ]
}

/// How the cost of a timer grows with the number of timers.
pub fn growth(runner: &mut Runner, sleeps: usize) {
    let plan = Plan::new(sleeps, 60_000);
    let (size, operations) = (sleeps as u64, plan.operations());
    runner.case("growth: start and cancel a sleep", size, operations, main_cancelled(plan));
    runner.case("growth: sleeps that all fire", size, operations, fired_virtually(plan));
}

pub fn run(runner: &mut Runner) {
    runner.case("timeout around a future that is ready", 1, TIMEOUTS, unfired(false));
    runner.case("timeout around a future that suspends once", 1, TIMEOUTS, unfired(true));
    let sleeps = SLEEPS as u64;
    let plan = Plan::new(SLEEPS, 60_000);
    runner.case("start and cancel a sleep", sleeps, plan.operations(), cancelled(plan));
    let plan = Plan::new(SLEEPS, 199);
    runner.case("sleeps that all fire, in a group", sleeps, plan.operations(), fired_in_a_group(plan));
    runner.case("sleeps that all fire, in tasks", sleeps, plan.operations(), fired_in_tasks(plan));
}
