//! A virtual clock beside real work. While another thread holds a `KeepAlive` of the loop, the time
//! stands still.
use std::future::pending;
use std::thread;
use std::time::{Duration, Instant};

use gen::{yield_, Clock, IoLoop, KeepAlive, Promise, SharedFuture, TimeoutError, VirtualClock};
use loop_behaviour::Order;

const SECOND: Duration = Duration::from_secs(1);

fn virtual_loop() -> (VirtualClock, IoLoop) {
    let clock = VirtualClock::new();
    (clock.clone(), IoLoop::with_clock(clock))
}

/// Takes so long that a loop which does not wait for it would move its clock meanwhile.
fn work() {
    (0..1000).for_each(|_| thread::yield_now());
}

/// Works on another thread, which sends its answer and then drops the `KeepAlive`.
fn answer_from_a_thread(owed: KeepAlive) -> SharedFuture<u32> {
    let (promise, answer) = gen::promise();
    let _detached = thread::spawn(move || {
        work();
        promise.set(42).unwrap();
        drop(owed);
    });
    answer
}

/// The same, called on the running loop.
fn ask_a_thread() -> SharedFuture<u32> {
    answer_from_a_thread(IoLoop::current().expect("it runs on one").remote().keep_alive())
}

#[test]
fn a_timeout_around_the_work_of_another_thread_waits_for_the_work() {
    #[gen::coroutine]
    fn body() -> gen::Result<u32> {
        yield_!(gen::with_timeout(SECOND * 10, ask_a_thread()))
    }
    let (clock, io_loop) = virtual_loop();
    let began = clock.now();
    assert_eq!(io_loop.run_sync(body()).unwrap(), 42);
    assert_eq!(clock.now(), began);
}

#[test]
fn a_deadline_that_leaves_time_to_clean_up_waits_for_the_work() {
    #[gen::coroutine]
    fn body() -> gen::Result<u32> {
        yield_!(gen::with_timeout(SECOND * 10, ask_a_thread()).cancel(SECOND))
    }
    assert_eq!(virtual_loop().1.run_sync(body()).unwrap(), 42);
}

#[test]
fn run_sync_timeout_waits_for_the_work() {
    let (_, io_loop) = virtual_loop();
    let answer = answer_from_a_thread(io_loop.remote().keep_alive());
    assert_eq!(io_loop.run_sync_timeout(SECOND * 10, answer).unwrap(), 42);
}

#[test]
fn block_on_waits_for_the_work_before_a_sleep_is_over() {
    let (clock, io_loop) = virtual_loop();
    let (began, order) = (clock.now(), Order::new());
    let inner = order.clone();
    io_loop.block_on(async move {
        let sleeper = inner.clone();
        let slept = gen::spawn_local(async move {
            gen::sleep(SECOND).await?;
            sleeper.push(", slept");
            Ok::<(), gen::Error>(())
        });
        ask_a_thread().await.unwrap();
        inner.push("answered");
        slept.await.unwrap();
    });
    assert_eq!(order.text(), "answered, slept");
    assert_eq!(clock.now() - began, SECOND);
}

#[test]
fn shutdown_waits_for_the_work_of_a_clean_up() {
    #[gen::coroutine]
    fn serve(order: Order) -> gen::Result {
        let end = yield_!(pending::<()>());
        order.push(yield_!(ask_a_thread())?);
        end
    }
    let (clock, io_loop) = virtual_loop();
    let (began, order) = (clock.now(), Order::new());
    let server = io_loop.spawn_local(serve(order.clone()));
    assert_eq!(io_loop.shutdown(SECOND * 10), 0);
    assert_eq!((order.text().as_str(), clock.now()), ("42", began));
    assert!(gen::block_on(server).unwrap_err().is::<gen::Cancelled>());
}

#[test]
fn start_waits_for_the_work_before_a_timer() {
    let (_, io_loop) = virtual_loop();
    let order = Order::new();
    let (handle, inner) = (io_loop.handle(), order.clone());
    io_loop.call_later(SECOND, move || {
        inner.push("the timer");
        handle.stop();
    });
    let (remote, owed) = (io_loop.remote(), io_loop.remote().keep_alive());
    let thread = thread::spawn(move || {
        work();
        let stop = remote.clone();
        remote.add_callback(move || stop.stop()).unwrap();
        drop(owed);
    });
    io_loop.start();
    thread.join().unwrap();
    assert_eq!(order.text(), "");
}

#[test]
fn a_stop_ends_a_loop_that_waits_for_a_thread() {
    let (clock, io_loop) = virtual_loop();
    let began = clock.now();
    io_loop.call_later(SECOND, || ());
    let _owed = io_loop.remote().keep_alive();
    let remote = io_loop.remote();
    let thread = thread::spawn(move || {
        work();
        remote.stop();
    });
    io_loop.start();
    thread.join().unwrap();
    assert_eq!(clock.now(), began);
}

#[test]
fn time_goes_on_when_a_thread_ends_that_has_told_the_loop_nothing() {
    let (clock, io_loop) = virtual_loop();
    let began = clock.now();
    let owed = io_loop.remote().keep_alive();
    let thread = thread::spawn(move || {
        work();
        drop(owed);
    });
    let error = io_loop.run_sync_timeout(SECOND * 10, pending::<gen::Result>()).unwrap_err();
    thread.join().unwrap();
    assert!(error.is::<TimeoutError>());
    assert_eq!(clock.now() - began, SECOND * 10);
}

#[test]
fn time_stands_still_until_the_last_of_several_threads_has_answered() {
    #[gen::coroutine]
    fn body() -> gen::Result<Vec<u32>> {
        let owed = IoLoop::current().expect("it runs on one").remote().keep_alive();
        let answers: Vec<_> = (0..4).map(|_| answer_from_a_thread(owed.clone())).collect();
        drop(owed);
        yield_!(gen::with_timeout(SECOND, answers))
    }
    assert_eq!(virtual_loop().1.run_sync(body()).unwrap(), [42; 4]);
}

/// The answer is sent just before the `KeepAlive` is dropped, and just when the loop checks for it.
#[test]
fn what_a_thread_has_sent_before_is_never_late() {
    #[gen::coroutine]
    fn body(promise: Promise<u32>, answer: SharedFuture<u32>) -> gen::Result<u32> {
        let owed = IoLoop::current().expect("it runs on one").remote().keep_alive();
        thread::spawn(move || {
            promise.set(42).unwrap();
            drop(owed);
        });
        yield_!(gen::with_timeout(SECOND, answer))
    }
    let (_, io_loop) = virtual_loop();
    for _ in 0..500 {
        let (promise, answer) = gen::promise();
        assert_eq!(io_loop.run_sync(body(promise, answer)).unwrap(), 42);
    }
}

/// A loop would wait for a thread though it has work: the clock need not move to a time that has
/// come.
#[test]
fn a_timer_that_is_due_fires_while_a_wake_is_owed() {
    #[gen::coroutine]
    fn body(clock: VirtualClock) -> gen::Result {
        let owed = IoLoop::current().expect("it runs on one").remote().keep_alive();
        yield_!(gen::sleep(Duration::ZERO))?;
        let task = gen::spawn(async { gen::sleep(SECOND).await });
        // Now the timer of the task has its deadline.
        yield_!(gen::moment())?;
        clock.advance(SECOND);
        yield_!(task)?;
        drop(owed);
        Ok(())
    }
    let (clock, io_loop) = virtual_loop();
    let began = clock.now();
    io_loop.run_sync(body(clock.clone())).unwrap();
    assert_eq!(clock.now() - began, SECOND);
}

#[test]
fn a_clock_that_runs_by_itself_is_not_held_up() {
    /// A clock that runs by itself. It does not report that the loop moves it.
    struct Runs(VirtualClock);
    impl Clock for Runs {
        fn now(&self) -> Instant {
            self.0.now()
        }
        fn idle_until(&self, deadline: Instant) -> Duration {
            self.0.idle_until(deadline)
        }
    }
    let io_loop = IoLoop::with_clock(Runs(VirtualClock::new()));
    let _owed = io_loop.remote().keep_alive();
    io_loop.run_sync(async { gen::sleep(SECOND).await }).unwrap();
}

#[test]
fn a_loop_that_is_gone_is_owed_nothing() {
    let io_loop = IoLoop::with_clock(VirtualClock::new());
    let remote = io_loop.remote();
    let before = remote.keep_alive();
    drop(io_loop);
    let after = remote.keep_alive();
    drop((before, after, remote.keep_alive()));
    // Another loop on the same thread does not wait either.
    let other = IoLoop::with_clock(VirtualClock::new());
    let _owed = remote.keep_alive();
    other.run_sync(async { gen::sleep(SECOND).await }).unwrap();
}
