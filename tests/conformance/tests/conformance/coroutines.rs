//! GenCoroutineTest, the tests that later versions added, and the rules about start, resumption and time: everything of coroutines that is not about callbacks.

use std::cell::{Cell, RefCell};
use std::future::{pending, poll_fn, ready, Future};
use std::pin::pin;
use std::rc::Rc;
use std::sync::mpsc;
use std::task::{Poll, Waker};
use std::thread;
use std::time::Duration;

use gen::{yield_, Coroutine, IoLoop, TimeoutError, VirtualClock};
use loop_behaviour::{Drops, Order};

const SECOND: Duration = Duration::from_secs(1);

fn run<T>(coroutine: impl Future<Output = gen::Result<T>>) -> gen::Result<T> {
    IoLoop::with_clock(VirtualClock::new()).run_sync(coroutine)
}

/// What the loop has to do for others happens in between.
fn turn() -> gen::Moment {
    gen::moment()
}

/// A body without a yield gives what it returns.
#[test]
fn sync_return() {
    #[gen::coroutine]
    fn body() -> gen::Result<u32> {
        Ok(42)
    }
    #[gen::coroutine]
    fn outer() -> gen::Result<u32> {
        yield_!(body())
    }
    assert_eq!(run(outer()).unwrap(), 42);
}

/// A `return` after a yield.
#[test]
fn async_return() {
    #[gen::coroutine]
    fn body() -> gen::Result<u32> {
        yield_!(turn())?;
        return Ok(42);
    }
    assert_eq!(run(body()).unwrap(), 42);
}

/// Rule 12 as well: a body that ends without a value gives `()`.
#[test]
fn rule_12_sync_return_no_value() {
    #[gen::coroutine]
    fn body() {}
    #[gen::coroutine]
    fn early(stop: bool) {
        if stop {
            return;
        }
        unreachable!("it returned");
    }
    #[gen::coroutine]
    fn outer() -> gen::Result {
        let () = yield_!(body())?;
        yield_!(early(true))
    }
    run(outer()).unwrap();
}

/// The same after a yield.
#[test]
fn async_return_no_value() {
    #[gen::coroutine]
    fn body() {
        let _ = yield_!(turn());
    }
    #[gen::coroutine]
    fn outer() -> gen::Result {
        yield_!(body())
    }
    run(outer()).unwrap();
}

/// The call does not fail; the yield of it does.
#[test]
fn sync_raise() {
    #[gen::coroutine]
    fn body() -> gen::Result {
        Err("raised".parse::<u8>().unwrap_err().into())
    }
    #[gen::coroutine]
    fn outer() -> gen::Result<bool> {
        let child = body();
        Ok(yield_!(child).unwrap_err().is::<std::num::ParseIntError>())
    }
    assert!(run(outer()).unwrap());
}

/// The same after a yield.
#[test]
fn async_raise() {
    #[gen::coroutine]
    fn body() -> gen::Result {
        yield_!(turn())?;
        Err(std::fmt::Error.into())
    }
    #[gen::coroutine]
    fn outer() -> gen::Result<bool> {
        let child = body();
        Ok(yield_!(child).unwrap_err().is::<std::fmt::Error>())
    }
    assert!(run(outer()).unwrap());
}

/// A native `async fn` awaits a coroutine, and a coroutine yields a native one.
#[test]
fn async_await() {
    #[gen::coroutine]
    fn coroutine(n: u32) -> gen::Result<u32> {
        yield_!(turn())?;
        Ok(n)
    }
    async fn native() -> gen::Result<u32> {
        Ok(coroutine(40).await? + 1)
    }
    #[gen::coroutine]
    fn outer() -> gen::Result<u32> {
        Ok(yield_!(native())? + 1)
    }
    assert_eq!(run(outer()).unwrap(), 42);
}

/// A list of a native future and a coroutine. In Rust they are different types, so they are boxed.
#[test]
fn async_await_mixed_multi_native_future() {
    async fn native() -> u32 {
        42
    }
    #[gen::coroutine]
    fn coroutine() -> gen::Result<u32> {
        yield_!(turn())?;
        Ok(43)
    }
    #[gen::coroutine]
    fn outer() -> gen::Result<Vec<u32>> {
        yield_!(vec![gen::boxed(gen::ok(native())), gen::boxed(coroutine())])
    }
    assert_eq!(run(outer()).unwrap(), [42, 43]);
}

/// A native future beside a yield point; a tuple holds both as they are.
#[test]
fn async_await_mixed_multi_native_yieldpoint() {
    async fn native() -> u32 {
        42
    }
    #[gen::coroutine]
    fn coroutine() -> gen::Result<u32> {
        yield_!(turn())?;
        Ok(43)
    }
    #[gen::coroutine]
    fn outer() -> gen::Result<(u32, u32)> {
        let done = yield_!(gen::Callback::<u32>::new("key"))?;
        // Tornado's `callback=`.
        gen::spawn_local(coroutine()).on_done(move |result| result.map(|value| done.call(value)));
        yield_!((native(), gen::Wait::<u32>::new("key")))
    }
    assert_eq!(run(outer()).unwrap(), (42, 43));
}

/// A timeout around a native future.
#[test]
fn async_with_timeout() {
    async fn native() -> u32 {
        42
    }
    #[gen::coroutine]
    fn outer() -> gen::Result<u32> {
        yield_!(gen::with_timeout(SECOND * 3600, native()))
    }
    assert_eq!(run(outer()).unwrap(), 42);
}

/// A function that takes a callback is handed one, and the coroutine gets what it is called with.
#[test]
fn pass_callback() {
    #[gen::coroutine]
    fn coroutine() -> gen::Result<u32> {
        Ok(42)
    }
    #[gen::coroutine]
    fn outer() -> gen::Result<u32> {
        yield_!(gen::task(|callback| {
            gen::spawn_local(coroutine()).on_done(move |result| result.map(|value| callback.call(value)));
            gen::Result::<()>::Ok(())
        }))
    }
    assert_eq!(run(outer()).unwrap(), 42);
}

#[gen::coroutine]
fn fails_later() -> gen::Result<u32> {
    yield_!(turn())?;
    Err(std::fmt::Error.into())
}

/// A child's error is caught, and another raised: that is the result.
#[test]
fn replace_yieldpoint_exception() {
    #[gen::coroutine]
    fn body() -> gen::Result<u32> {
        match yield_!(fails_later()) {
            Err(error) if error.is::<std::fmt::Error>() => {
                Err("not a number".parse::<u32>().unwrap_err().into())
            }
            other => other,
        }
    }
    assert!(run(body()).unwrap_err().is::<std::num::ParseIntError>());
}

/// A child's error is caught, and a value returned.
#[test]
fn swallow_yieldpoint_exception() {
    #[gen::coroutine]
    fn body() -> gen::Result<u32> {
        Ok(yield_!(fails_later()).unwrap_or(42))
    }
    assert_eq!(run(body()).unwrap(), 42);
}

/// What two coroutines do that each yield five times, one sort of thing each.
fn two(first_on_moment: bool, second_on_moment: bool) -> String {
    #[gen::coroutine]
    fn five_times(name: char, on_moment: bool, order: Order) -> gen::Result {
        for _ in 0..5 {
            order.push(name);
            if on_moment {
                yield_!(gen::moment())?;
            } else {
                yield_!(ready(()))?;
            }
        }
        Ok(())
    }
    let order = Order::new();
    let (a, b) =
        (five_times('a', first_on_moment, order.clone()), five_times('b', second_on_moment, order.clone()));
    #[gen::coroutine]
    fn both(a: impl Future<Output = gen::Result>, b: impl Future<Output = gen::Result>) -> gen::Result {
        yield_!((a, b)).map(drop)
    }
    run(both(a, b)).unwrap();
    order.text()
}

/// Ready futures never give the others a turn; a moment always does.
#[test]
fn moment() {
    assert_eq!(two(false, false), "aaaaabbbbb");
    assert_eq!(two(true, true), "ababababab");
    assert_eq!(two(true, false), "abbbbbaaaa");
}

/// A sleep returns, on time.
#[test]
fn sleep() {
    #[gen::coroutine]
    fn body() -> gen::Result<Duration> {
        let io_loop = IoLoop::current().expect("it runs on one");
        let began = io_loop.now();
        yield_!(gen::sleep(SECOND / 100))?;
        Ok(io_loop.now() - began)
    }
    assert_eq!(run(body()).unwrap(), SECOND / 100);
}

/// A caught error is no cause of the next one.
#[test]
fn py3_leak_exception_context() {
    #[gen::coroutine]
    fn body() -> gen::Result<bool> {
        let first = yield_!(fails_later()).unwrap_err();
        let second = yield_!(fails_later()).unwrap_err();
        Ok(first.source().is_none() && second.source().is_none() && second.trace().len() == 1)
    }
    assert!(run(body()).unwrap());
}

/// A later version's test: the function keeps its name, and here where it is defined.
#[test]
fn attributes() {
    #[gen::coroutine]
    fn named_so() -> gen::Result {
        Ok(())
    }
    let coroutine = named_so();
    assert_eq!(coroutine.name(), "named_so");
    assert!(coroutine.site().to_string().ends_with("in named_so"));
    assert!(coroutine.site().file().ends_with("coroutines.rs"));
}

/// A later version's test: what yields to others once, of a native executor's making, works in a coroutine.
#[test]
fn asyncio_sleep_zero() {
    async fn yield_now() {
        let mut first = true;
        poll_fn(|cx| {
            cx.waker().wake_by_ref();
            if std::mem::take(&mut first) {
                Poll::Pending
            } else {
                Poll::Ready(())
            }
        })
        .await;
    }
    #[gen::coroutine]
    fn body() -> gen::Result {
        yield_!(yield_now())
    }
    run(body()).unwrap();
}

/// A later version's test: the locals of a coroutine that failed are dropped when its error has been handed on.
#[test]
fn coroutine_refcounting() {
    let drops = Drops::new();
    #[gen::coroutine]
    fn fails_with_a_local(local: impl Sized) -> gen::Result {
        let _local = local;
        yield_!(turn())?;
        Err(std::fmt::Error.into())
    }
    #[gen::coroutine]
    fn outer(drops: Drops) -> gen::Result<usize> {
        let error = yield_!(fails_with_a_local(drops.one())).unwrap_err();
        let dropped = drops.count();
        drop(error);
        Ok(dropped)
    }
    assert_eq!(run(outer(drops)).unwrap(), 1);
}

/// A later version's test: coroutines work with the platform's own combinator, here two polled by hand as `join!` does.
#[test]
fn asyncio_gather() {
    #[gen::coroutine]
    fn later(n: u32) -> gen::Result<u32> {
        yield_!(turn())?;
        Ok(n)
    }
    #[gen::coroutine]
    fn outer() -> gen::Result<u32> {
        let (mut a, mut b) = (pin!(later(40)), pin!(later(2)));
        let (mut first, mut second) = (None, None);
        yield_!(poll_fn(|cx| {
            if first.is_none() {
                if let Poll::Ready(result) = a.as_mut().poll(cx) {
                    first = Some(result);
                }
            }
            if second.is_none() {
                if let Poll::Ready(result) = b.as_mut().poll(cx) {
                    second = Some(result);
                }
            }
            match (&first, &second) {
                (Some(Ok(first)), Some(Ok(second))) => Poll::Ready(first + second),
                _ => Poll::Pending,
            }
        }))
    }
    assert_eq!(run(outer()).unwrap(), 42);
}

/// A later version's test, and issue 1769: a task that waits for what nobody else holds does not vanish.
#[test]
fn gc() {
    let waker: Rc<RefCell<Option<Waker>>> = Rc::default();
    let resolved = Rc::new(Cell::new(false));
    #[gen::coroutine]
    fn waits(waker: Rc<RefCell<Option<Waker>>>, resolved: Rc<Cell<bool>>) -> gen::Result<u32> {
        yield_!(poll_fn(|cx| {
            *waker.borrow_mut() = Some(cx.waker().clone());
            if resolved.get() {
                Poll::Ready(42)
            } else {
                Poll::Pending
            }
        }))
    }
    #[gen::coroutine]
    fn outer(waker: Rc<RefCell<Option<Waker>>>, resolved: Rc<Cell<bool>>) -> gen::Result<u32> {
        let task = gen::spawn_local(waits(waker.clone(), resolved.clone()));
        for _ in 0..3 {
            yield_!(turn())?;
        }
        resolved.set(true);
        waker.borrow_mut().take().expect("it waits").wake();
        yield_!(task)
    }
    assert_eq!(run(outer(waker, resolved)).unwrap(), 42);
}

/// A later version's test, and rule 60: a coroutine that never ends is freed with its loop, also if it holds the loop.
#[test]
fn rule_60_gc_infinite_coro() {
    let drops = Drops::new();
    let io_loop = IoLoop::with_clock(VirtualClock::new());
    #[gen::coroutine]
    fn endless(local: impl Sized) -> gen::Result {
        let _held = (local, IoLoop::current());
        loop {
            yield_!(gen::sleep(SECOND))?;
        }
    }
    drop(io_loop.spawn_local(endless(drops.one())));
    io_loop.run_sync(async { gen::sleep(SECOND * 5).await }).unwrap();
    assert_eq!(drops.count(), 0);
    drop(io_loop);
    assert_eq!(drops.count(), 1);
}

/// What a thread of its own answers.
fn from_a_thread(go: mpsc::Receiver<()>) -> impl Future<Output = Option<u32>> {
    let shared = std::sync::Arc::new(std::sync::Mutex::new((None::<Option<u32>>, None::<Waker>)));
    let theirs = shared.clone();
    thread::spawn(move || {
        let answer = go.recv().ok().map(|()| 42);
        let mut shared = theirs.lock().unwrap();
        shared.0 = Some(answer);
        if let Some(waker) = shared.1.take() {
            waker.wake();
        }
    });
    poll_fn(move |cx| {
        let mut shared = shared.lock().unwrap();
        shared.1 = Some(cx.waker().clone());
        shared.0.map_or(Poll::Pending, Poll::Ready)
    })
}

/// A job of another thread that is not done when the deadline has passed.
#[test]
fn timeout_concurrent_future() {
    #[gen::coroutine]
    fn body() -> gen::Result<Option<u32>> {
        let now = IoLoop::current().expect("it runs on one").now();
        let (go, gone) = mpsc::channel();
        let result = yield_!(gen::with_timeout(now, from_a_thread(gone)));
        drop(go);
        result
    }
    assert!(run(body()).unwrap_err().is::<TimeoutError>());
}

/// A job of another thread that is done in time. The loop's own clock: a virtual one would not wait for a thread.
#[test]
fn completed_concurrent_future() {
    #[gen::coroutine]
    fn body() -> gen::Result<Option<u32>> {
        let (go, gone) = mpsc::channel();
        // Cannot fail: the thread listens.
        let _ = go.send(());
        yield_!(gen::with_timeout(SECOND * 3600, from_a_thread(gone)))
    }
    assert_eq!(gen::run_sync(body()).unwrap(), Some(42));
}

/// Twenty thousand ready yields, of values and of errors, take no stack and no turn of the loop.
#[test]
fn rule_2_ready_yields_resume_in_place() {
    #[gen::coroutine]
    fn body(order: Order) -> gen::Result<usize> {
        let noted = order.clone();
        IoLoop::current().expect("it runs on one").add_callback(move || noted.push("a turn"));
        let mut failed = 0;
        for n in 0..20_000_usize {
            let result = if n % 2 == 0 { Ok(()) } else { Err(std::fmt::Error) };
            failed += usize::from(yield_!(ready(result)).is_err());
        }
        assert_eq!(order.text(), "");
        Ok(failed)
    }
    assert_eq!(run(body(Order::new())).unwrap(), 10_000);
}

/// What is pending resumes the body in a later turn, behind the callbacks that were queued already; several waiters in the order in which they came.
#[test]
fn rule_3_a_pending_future_resumes_in_a_later_turn() {
    let order = Order::new();
    #[gen::coroutine]
    fn waits(name: &'static str, order: Order, wakers: Rc<RefCell<Vec<Waker>>>) -> gen::Result {
        let mut first = true;
        yield_!(poll_fn(|cx| {
            if std::mem::take(&mut first) {
                wakers.borrow_mut().push(cx.waker().clone());
                return Poll::Pending;
            }
            Poll::Ready(())
        }))?;
        order.push(name);
        Ok(())
    }
    #[gen::coroutine]
    fn outer(order: Order) -> gen::Result {
        let wakers: Rc<RefCell<Vec<Waker>>> = Rc::default();
        let a = gen::spawn_local(waits(" a", order.clone(), wakers.clone()));
        let b = gen::spawn_local(waits(" b", order.clone(), wakers.clone()));
        let io_loop = IoLoop::current().expect("it runs on one");
        let (set, same_turn) = (order.clone(), order.clone());
        io_loop.add_callback(move || {
            wakers.take().into_iter().for_each(Waker::wake);
            set.push("set");
        });
        io_loop.add_callback(move || same_turn.push(" same-turn"));
        yield_!((a, b)).map(drop)
    }
    run(outer(order.clone())).unwrap();
    assert_eq!(order.text(), "set same-turn a b");
}

/// In a list Tornado's moment is ready at once, by an accident of its implementation; here it costs its turn there as well.
#[test]
fn rule_4_a_moment_in_a_list_costs_a_turn_too() {
    #[gen::coroutine]
    fn body(order: Order) -> gen::Result {
        let noted = order.clone();
        IoLoop::current().expect("it runs on one").add_callback(move || noted.push("callback "));
        yield_!([gen::moment(), gen::moment()])?;
        order.push("body");
        Ok(())
    }
    let order = Order::new();
    run(body(order.clone())).unwrap();
    assert_eq!(order.text(), "callback body");
}

/// A function that returns a future gives that future: nothing is flattened.
#[test]
fn rule_9_a_returned_future_is_not_flattened() {
    #[gen::coroutine]
    fn body() -> gen::Result<std::future::Ready<u32>> {
        Ok(ready(42))
    }
    #[gen::coroutine]
    fn outer() -> gen::Result<u32> {
        let inner = yield_!(body())?;
        yield_!(inner)
    }
    assert_eq!(run(outer()).unwrap(), 42);
}

/// A failed future that is listed twice is logged in Tornado as a second failure. Here what can be listed twice is shared, each of the two fails, and the one that is not
/// raised is kept: never is one failure its own duplicate.
#[test]
fn rule_17_a_failure_is_not_its_own_duplicate() {
    #[gen::coroutine]
    fn body() -> gen::Result<usize> {
        let one = gen::Error::new("once");
        let error = yield_!([ready(Err::<(), _>(one))]).unwrap_err();
        Ok(error.others().len())
    }
    assert_eq!(run(body()).unwrap(), 0);
}

/// The body goes on in the very turn in which the last child ends.
#[test]
fn rule_18_the_last_child_completes_the_list() {
    let order = Order::new();
    #[gen::coroutine]
    fn child(turns: u32, order: Order) -> gen::Result {
        for _ in 0..turns {
            yield_!(turn())?;
        }
        order.push(turns);
        Ok(())
    }
    #[gen::coroutine]
    fn body(order: Order) -> gen::Result {
        yield_!([1, 3, 2].map(|turns| child(turns, order.clone())))?;
        order.push(" body");
        Ok(())
    }
    run(body(order.clone())).unwrap();
    assert_eq!(order.text(), "123 body");
}

/// An input that is ready leaves no timer behind: the loop has nothing to wait for, and its clock stands still.
#[test]
fn rule_47_a_ready_input_leaves_no_timer() {
    let clock = VirtualClock::new();
    let (io_loop, began) = (IoLoop::with_clock(clock.clone()), clock.now());
    #[gen::coroutine]
    fn body() -> gen::Result {
        yield_!(gen::with_timeout(SECOND, ready(())))?;
        yield_!(turn())
    }
    io_loop.run_sync(body()).unwrap();
    assert_eq!(clock.now(), began);
}

/// An input that comes first removes the timer in that moment.
#[test]
fn rule_48_the_input_first_removes_the_timer() {
    let clock = VirtualClock::new();
    let (io_loop, began) = (IoLoop::with_clock(clock.clone()), clock.now());
    #[gen::coroutine]
    fn body() -> gen::Result {
        yield_!(gen::with_timeout(SECOND * 60, gen::sleep(SECOND)))?;
        yield_!(gen::sleep(SECOND * 100))
    }
    io_loop.run_sync(body()).unwrap();
    assert_eq!(clock.now() - began, SECOND * 101);
}

/// A deadline that has passed fires in a later turn, so that what an already queued callback resolves still wins.
#[test]
fn rule_49_a_past_deadline_is_not_immediate() {
    #[gen::coroutine]
    fn body() -> gen::Result<&'static str> {
        let resolved = Rc::new(Cell::new(false));
        let io_loop = IoLoop::current().expect("it runs on one");
        let waker: Rc<RefCell<Option<Waker>>> = Rc::default();
        let (set, wake) = (resolved.clone(), waker.clone());
        io_loop.add_callback(move || {
            set.set(true);
            if let Some(waker) = wake.take() {
                Waker::wake(waker);
            }
        });
        let input = poll_fn(|cx| {
            *waker.borrow_mut() = Some(cx.waker().clone());
            if resolved.get() {
                Poll::Ready("the input")
            } else {
                Poll::Pending
            }
        });
        yield_!(gen::with_timeout(Duration::ZERO, input))
    }
    assert_eq!(run(body()).unwrap(), "the input");
}

/// A timeout's own error that nobody looks at is told like any other.
#[test]
fn rule_52_an_unobserved_timeout_is_logged() {
    let log = loop_behaviour::logged(|| {
        #[gen::coroutine]
        fn times_out() -> gen::Result<()> {
            yield_!(gen::with_timeout(SECOND, pending::<()>()))
        }
        #[gen::coroutine]
        fn outer() -> gen::Result {
            drop(gen::spawn_local(times_out()));
            yield_!(gen::sleep(SECOND * 2))
        }
        run(outer()).unwrap();
    });
    assert_eq!(log.len(), 1, "{log:?}");
    assert!(log[0].starts_with("ERROR gen: ") && log[0].contains("timeout after 1s"), "{log:?}");
}

/// A thread's result never overwrites what the timeout has given, nor the other way round: all that changes state happens on the loop's thread.
#[test]
fn rule_53_a_threads_result_after_the_deadline_changes_nothing() {
    #[gen::coroutine]
    fn body() -> gen::Result<bool> {
        let (go, gone) = mpsc::channel();
        let timed = yield_!(gen::with_timeout(Duration::ZERO, from_a_thread(gone)));
        // Only now does the thread answer, and wakes what is not there any more.
        let _ = go.send(());
        yield_!(turn())?;
        Ok(timed.unwrap_err().is::<TimeoutError>())
    }
    assert!(gen::run_sync(body()).unwrap());
}

/// Timers fire by their deadlines, then by their creation; a zero sleep is over in the next turn. A sleep's time begins at its call.
#[test]
fn rule_54_sleeps_fire_by_deadline_and_creation_from_their_call() {
    let order = Order::new();
    #[gen::coroutine]
    fn sleeper(name: char, sleep: gen::Sleep, order: Order) -> gen::Result {
        yield_!(sleep)?;
        order.push(name);
        Ok(())
    }
    #[gen::coroutine]
    fn body(order: Order) -> gen::Result<Duration> {
        let began = IoLoop::current().expect("it runs on one").now();
        let called_early = gen::sleep(SECOND * 3);
        let sleeps = [('c', SECOND * 2), ('a', SECOND), ('b', SECOND), ('0', Duration::ZERO)];
        yield_!(sleeps.map(|(name, duration)| sleeper(name, gen::sleep(duration), order.clone())))?;
        yield_!(called_early)?;
        Ok(IoLoop::current().expect("it runs on one").now() - began)
    }
    assert_eq!(run(body(order.clone())).unwrap(), SECOND * 3);
    assert_eq!(order.text(), "0abc");
}

/// The same failure, read twice, is the same error: its clones share it, and each has its own way.
#[test]
fn rule_59_one_failure_for_two_readers_is_one_error() {
    #[gen::coroutine]
    fn body() -> gen::Result<(usize, bool)> {
        let failure = gen::Error::from(std::fmt::Error);
        let first = yield_!(ready(Err::<(), _>(failure.clone()))).unwrap_err();
        let second = yield_!(ready(Err::<(), _>(failure))).unwrap_err();
        let same = std::ptr::eq(
            first.downcast_ref::<std::fmt::Error>().expect("it is one"),
            second.downcast_ref::<std::fmt::Error>().expect("it is one"),
        );
        Ok((first.trace().len() + second.trace().len(), same))
    }
    let (sites, same) = run(body()).unwrap();
    assert_eq!(sites, 2, "one each");
    assert!(same);
}
