//! `with_timeout`: WithTimeoutTest, and rules 45 to 53 of the semantics.

use std::cell::{Cell, RefCell};
use std::future::{pending, poll_fn, ready, Future};
use std::pin::pin;
use std::rc::Rc;
use std::sync::{mpsc, Arc, Mutex};
use std::task::{Poll, Waker};
use std::thread;
use std::time::Duration;

use behaviour::{needs, now, seconds, spawn, Order};
use gen::{yield_, IoLoop, TimeoutError};
use loop_behaviour::WatchedClock;

use super::{here, later, run, run_logged, unlogged, Fault};

#[gen::coroutine]
fn after(time: u64, result: Result<u32, Fault>) -> gen::Result<u32> {
    yield_!(gen::sleep(seconds(time)))?;
    Ok(result?)
}

/// A wait that never ends fails with a `TimeoutError` at the yield.
#[test]
fn timeout() {
    #[gen::coroutine]
    fn body() -> gen::Result<u32> {
        yield_!(gen::with_timeout(seconds(1) / 10, pending::<gen::Result<u32>>()))
    }
    assert!(run_logged(body()).0.unwrap_err().is::<TimeoutError>());
}

/// A future that is ready in time gives its value at once.
#[test]
fn completes_before_timeout() {
    needs!(VirtualTime);
    #[gen::coroutine]
    fn body() -> gen::Result<u32> {
        let began = now();
        let value = yield_!(gen::with_timeout(seconds(3600), after(1, Ok(7))))?;
        assert_eq!(now() - began, seconds(1));
        Ok(value)
    }
    assert_eq!(run_logged(body()).0.unwrap(), 7);
}

/// Its own error arrives unchanged.
#[test]
fn fails_before_timeout() {
    #[gen::coroutine]
    fn body() -> gen::Result<u32> {
        yield_!(gen::with_timeout(seconds(3600), after(1, Err(Fault("its own")))))
    }
    assert_eq!(run_logged(body()).0.unwrap_err().downcast_ref(), Some(&Fault("its own")));
}

/// A future that is already ready gives its value in place.
#[test]
fn already_resolved() {
    #[gen::coroutine]
    fn body() -> gen::Result<u32> {
        yield_!(gen::with_timeout(seconds(3600), ready(Ok::<_, gen::Error>(7))))
    }
    assert_eq!(run_logged(body()).0.unwrap(), 7);
}

/// Tornado accepts only futures there, and raises `BadYieldError` from the call for other values.
/// Here `with_timeout` accepts everything that `yield_!` accepts, and the rest does not compile.
#[test]
fn rule_45_anything_yieldable() {
    needs!(VirtualTime);
    #[gen::coroutine]
    fn body() -> gen::Result<(Vec<u32>, u32)> {
        let list = yield_!(gen::with_timeout(seconds(3600), vec![after(2, Ok(1)), after(1, Ok(2))]))?;
        let callable = yield_!(gen::Callback::<u32>::new("k"))?;
        later(seconds(1), move || callable.call(3));
        let wait = || gen::Wait::<u32>::new("k");
        assert!(yield_!(gen::with_timeout(seconds(1) / 2, wait())).unwrap_err().is::<TimeoutError>());
        Ok((list, yield_!(gen::with_timeout(seconds(1), wait()))?))
    }
    assert_eq!(run(body()).unwrap(), (vec![1, 2], 3));
}

/// A task goes on after the deadline, and a future that was only borrowed can be waited for again.
#[test]
fn rule_46_the_input_is_never_cancelled() {
    needs!(VirtualTime);
    #[gen::coroutine]
    fn body(order: Order) -> gen::Result {
        let noted = order.clone();
        let task = spawn(async move {
            gen::sleep(seconds(2)).await?;
            noted.push("went on");
            Ok::<_, gen::Error>(())
        });
        assert!(yield_!(gen::with_timeout(seconds(1), task)).is_err());
        yield_!(gen::sleep(seconds(2)))?;
        // The future is only borrowed, so that it can be used again.
        let mut slow = pin!(after(2, Ok(7)));
        assert!(yield_!(gen::with_timeout(seconds(1), slow.as_mut())).is_err());
        order.push(format_args!(" {}", yield_!(gen::with_timeout(seconds(2), slow))?));
        Ok(())
    }
    let order = Order::new();
    run(body(order.clone())).unwrap();
    assert_eq!(order.text(), "went on 7");
}

/// Runs a task that a timeout has given up, and which then ends with the given result. Returns the
/// records.
fn late(
    result: Result<u32, Fault>,
    wait: impl FnOnce(gen::JoinHandle<u32>) -> Waiting + 'static,
) -> Vec<String> {
    let (outcome, lines) = run_logged(async move {
        let result = wait(spawn(after(10, result))).await;
        gen::sleep(seconds(15)).await.unwrap();
        result
    });
    assert!(outcome.unwrap_err().is::<TimeoutError>());
    lines
}

type Waiting = gen::LocalBoxCoroutine<'static, gen::Result>;

#[gen::coroutine(dyn(local))]
fn plainly(task: gen::JoinHandle<u32>) -> gen::Result {
    yield_!(gen::with_timeout(seconds(1), task)).map(drop)
}

#[gen::coroutine(dyn(local))]
fn quietly(task: gen::JoinHandle<u32>) -> gen::Result {
    let limited = gen::with_timeout(seconds(1), task).quiet::<std::fmt::Error>().quiet::<Fault>();
    yield_!(limited).map(drop)
}

#[gen::coroutine(dyn(local))]
fn quiet_of_all(task: gen::JoinHandle<u32>) -> gen::Result {
    yield_!(gen::with_timeout(seconds(1), task).quiet::<gen::Error>()).map(drop)
}

#[gen::coroutine(dyn(local))]
fn quiet_of_another_type(task: gen::JoinHandle<u32>) -> gen::Result {
    yield_!(gen::with_timeout(seconds(1), task).quiet::<std::fmt::Error>()).map(drop)
}

#[gen::coroutine(dyn(local))]
fn in_a_list(task: gen::JoinHandle<u32>) -> gen::Result {
    yield_!(gen::with_timeout(seconds(1), vec![task])).map(drop)
}

#[gen::coroutine(dyn(local))]
fn within_a_coroutine(task: gen::JoinHandle<u32>) -> gen::Result {
    #[gen::coroutine]
    fn waits(task: gen::JoinHandle<u32>) -> gen::Result<u32> {
        yield_!(task)
    }
    yield_!(gen::with_timeout(seconds(1), waits(task))).map(drop)
}

const AFTER_TIMEOUT: &str = "ERROR gen: a task failed after the timeout that waited for it: late";

/// A late failure is logged once, and not again as unread. The record says that the timeout gave it
/// up.
#[test]
fn rule_50_a_late_failure_is_logged() {
    for wait in [plainly, in_a_list, within_a_coroutine, quiet_of_another_type] {
        let lines = late(Err(Fault("late")), wait);
        assert_eq!(lines.len(), 1, "{lines:?}");
        assert!(lines[0].starts_with(AFTER_TIMEOUT), "{lines:?}");
    }
}

/// A late success is not logged.
#[test]
fn rule_50_a_late_success_is_not_logged() {
    assert_eq!(late(Ok(1), plainly), Vec::<String>::new());
}

/// A late failure of a quiet type is not logged at all.
#[test]
fn rule_51_a_quiet_late_failure_is_not_logged() {
    for wait in [quietly, quiet_of_all] {
        assert_eq!(late(Err(Fault("late")), wait), Vec::<String>::new());
    }
}

/// A handle that other code drops does not belong to the timeout. Its failure is logged as usual.
#[test]
fn what_is_detached_otherwise_is_logged_as_before() {
    let ((), lines) = run_logged(async {
        drop(spawn(after(2, Err(Fault("detached")))));
        let quiet = gen::with_timeout(seconds(1), pending::<gen::Result>()).quiet::<Fault>();
        #[gen::coroutine]
        fn wait<Y: gen::Yieldable<M, Output = ()>, M>(limited: Y) -> gen::Result {
            yield_!(limited)
        }
        assert!(wait(quiet).await.is_err());
        drop(spawn(after(1, Err(Fault("later")))));
        gen::sleep(seconds(3)).await.unwrap();
    });
    let starts = |line: &String, error| {
        line.starts_with(&format!("ERROR gen: a task failed, and its result was never read: {error}"))
    };
    assert_eq!(lines.len(), 2, "{lines:?}");
    assert!(
        lines.iter().any(|line| starts(line, "detached")) && lines.iter().any(|line| starts(line, "later"))
    );
}

/// A thread that answers on request, and the future of its answer.
fn from_a_thread() -> (Thread, impl Future<Output = Option<u32>>) {
    let (go, gone) = mpsc::channel();
    let shared = Arc::new(Mutex::new((None::<Option<u32>>, None::<Waker>)));
    let theirs = Arc::clone(&shared);
    let handle = thread::spawn(move || {
        let answer = gone.recv().ok().map(|()| 42);
        let mut shared = theirs.lock().unwrap();
        shared.0 = Some(answer);
        if let Some(waker) = shared.1.take() {
            waker.wake();
        }
    });
    let answer = poll_fn(move |cx| {
        let mut shared = shared.lock().unwrap();
        shared.1 = Some(cx.waker().clone());
        shared.0.map_or(Poll::Pending, Poll::Ready)
    });
    (Thread { go, handle }, answer)
}

struct Thread {
    go: mpsc::Sender<()>,
    handle: thread::JoinHandle<()>,
}

impl Thread {
    /// Makes the thread answer, and returns after the answer.
    fn answer(self) {
        // This cannot fail, because the thread listens.
        let _ = self.go.send(());
        self.handle.join().expect("it does not panic");
    }
}

/// The deadline passes before another thread has done its work. Here it is an absolute time that
/// has already passed.
#[test]
fn timeout_concurrent_future() {
    #[gen::coroutine]
    fn body() -> gen::Result<Option<u32>> {
        let (thread, answer) = from_a_thread();
        let result = yield_!(gen::with_timeout(now(), answer));
        thread.answer();
        result
    }
    assert!(run(body()).unwrap_err().is::<TimeoutError>());
}

/// Another thread does its work in time. The loop has the real clock, because a virtual one would
/// not wait for a thread.
#[test]
fn completed_concurrent_future() {
    needs!(TheLoop);
    #[gen::coroutine]
    fn body() -> gen::Result<Option<u32>> {
        let (thread, answer) = from_a_thread();
        let waiter = gen::with_timeout(seconds(3600), answer);
        let _ = thread.go.send(());
        yield_!(waiter)
    }
    assert_eq!(unlogged(|| gen::run_sync(body())).unwrap(), Some(42));
}

/// From a later version: the work is done before the timeout is created.
#[test]
fn done_concurrent_future() {
    #[gen::coroutine]
    fn body() -> gen::Result<Option<u32>> {
        let (thread, answer) = from_a_thread();
        thread.answer();
        yield_!(gen::with_timeout(seconds(3600), answer))
    }
    assert_eq!(run(body()).unwrap(), Some(42));
}

/// From a later version: the work is done while the body waits.
#[test]
fn normal_concurrent_future() {
    needs!(TheLoop);
    #[gen::coroutine]
    fn body(order: Order) -> gen::Result<Option<u32>> {
        let (thread, answer) = from_a_thread();
        let answered = order.clone();
        super::soon(move || {
            thread.answer();
            answered.push("answered ");
        });
        let answer = yield_!(gen::with_timeout(seconds(3600), answer));
        order.push("resumed");
        answer
    }
    let order = Order::new();
    assert_eq!(unlogged(|| gen::run_sync(body(order.clone()))).unwrap(), Some(42));
    assert_eq!(order.text(), "answered resumed");
}

/// The times at which an idle loop that runs the body waits, in seconds from its beginning.
fn waits(body: impl Future<Output = gen::Result>) -> Vec<u64> {
    let clock = WatchedClock::default();
    unlogged(|| IoLoop::with_clock(clock.clone()).run_sync(body)).unwrap();
    clock.waits()
}

/// An input that is ready leaves no timer behind, so the loop is not woken for one.
#[test]
fn rule_47_a_ready_input_leaves_no_timer() {
    needs!(TheLoop);
    #[gen::coroutine]
    fn body() -> gen::Result {
        yield_!(gen::with_timeout(seconds(1), ready(())))?;
        yield_!(gen::sleep(seconds(5)))
    }
    assert_eq!(waits(body()), [5]);
}

/// A timeout that is made early and yielded late has its whole time.
#[test]
fn rule_47_a_duration_begins_at_the_yield() {
    needs!(TheLoop);
    #[gen::coroutine]
    fn body() -> gen::Result {
        let limited = gen::with_timeout(seconds(1), pending::<gen::Result>());
        yield_!(gen::sleep(seconds(5)))?;
        yield_!(limited).unwrap_err();
        Ok(())
    }
    assert_eq!(waits(body()), [5, 6]);
}

/// An input that is ready before the deadline removes the timer at that moment. Its failure arrives
/// unchanged.
#[test]
fn rule_48_the_input_first_removes_the_timer() {
    needs!(TheLoop);
    #[gen::coroutine]
    fn body() -> gen::Result {
        yield_!(gen::with_timeout(seconds(3), after(1, Ok(1))))?;
        let failing = gen::with_timeout(seconds(3), after(1, Err(Fault("its own"))));
        assert_eq!(yield_!(failing).unwrap_err().downcast_ref(), Some(&Fault("its own")));
        yield_!(gen::sleep(seconds(10)))
    }
    assert_eq!(waits(body()), [1, 2, 12]);
}

/// A deadline that has passed fires in a later turn. So a value that an already queued callback
/// sets still wins.
#[test]
fn rule_49_a_past_deadline_is_not_immediate() {
    needs!(TheLoop);
    #[gen::coroutine]
    fn body() -> gen::Result<&'static str> {
        let resolved = Rc::new(Cell::new(false));
        let io_loop = here();
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
        let past = now() - seconds(1);
        yield_!(gen::with_timeout(past, input))
    }
    assert_eq!(run(body()).unwrap(), "the input");
}

/// A timeout's own error that is not read is logged like any other.
#[test]
fn rule_52_an_unobserved_timeout_is_logged() {
    #[gen::coroutine]
    fn times_out() -> gen::Result {
        yield_!(gen::with_timeout(seconds(1), pending::<()>()))
    }
    #[gen::coroutine]
    fn outer() -> gen::Result {
        drop(spawn(times_out()));
        yield_!(gen::sleep(seconds(2)))
    }
    let (result, lines) = run_logged(outer());
    assert!(result.is_ok() && lines.len() == 1, "{lines:?}");
    let text =
        format!("ERROR gen: a task failed, and its result was never read: timeout after {:?}", seconds(1));
    assert!(lines[0].starts_with(&text), "{lines:?}");
}

/// The result of a thread never replaces the result of the timeout, and vice versa: all state
/// changes on the loop's thread.
#[test]
fn rule_53_a_threads_result_and_the_timeout_do_not_overwrite_each_other() {
    #[gen::coroutine]
    fn after_the_deadline() -> gen::Result {
        let (thread, answer) = from_a_thread();
        let timed = yield_!(gen::with_timeout(Duration::ZERO, answer));
        // Only now the thread answers. It wakes a waiter that no longer exists.
        thread.answer();
        yield_!(gen::moment())?;
        timed.map(drop)
    }
    #[gen::coroutine]
    fn before_the_timer() -> gen::Result<Option<u32>> {
        let (thread, answer) = from_a_thread();
        // It is answered in the turn in which the timer is due, before the timer.
        super::soon(move || thread.answer());
        yield_!(gen::with_timeout(Duration::ZERO, answer))
    }
    assert!(run(after_the_deadline()).unwrap_err().is::<TimeoutError>());
    needs!(TheLoop);
    assert_eq!(run(before_the_timer()).unwrap(), Some(42));
}

/// A task that a destructor spawns while the timeout drops its child does not belong to the child.
/// Its failure is logged, even if the timeout is quiet.
#[test]
fn what_a_destructor_spawns_is_none_of_the_timeouts() {
    struct CleansUp;
    impl Drop for CleansUp {
        fn drop(&mut self) {
            drop(spawn(after(1, Err(Fault("cleaning up")))));
        }
    }
    #[gen::coroutine]
    fn slow(_held: CleansUp) -> gen::Result {
        yield_!(pending::<gen::Result>())
    }
    #[gen::coroutine]
    fn impatient() -> gen::Result {
        yield_!(gen::with_timeout(seconds(1), slow(CleansUp)).quiet::<Fault>()).unwrap_err();
        yield_!(gen::sleep(seconds(3)))
    }
    let (result, lines) = run_logged(impatient());
    result.unwrap();
    assert_eq!(lines, ["ERROR gen: a task failed, and its result was never read: cleaning up"]);
}
