//! The start of a body and its continuation: rules 1 to 4, 9 and 12, and their consequences for
//! time and errors, rules 54 and 59.

use std::cell::RefCell;
use std::future::{poll_fn, ready};
use std::panic::{catch_unwind, AssertUnwindSafe};
use std::rc::Rc;
use std::task::{Poll, Waker};
use std::time::Duration;

use behaviour::{needs, now, seconds, spawn, Order};
use gen::yield_;

use super::{here, run, run_logged, soon};

/// A call is cold: nothing runs until it is waited for. `spawn` runs the first step before it
/// returns. If all yields are ready, this is the whole body.
#[test]
fn rule_1_a_call_is_cold_and_spawn_runs_the_first_step() {
    needs!(OneThread);
    #[gen::coroutine]
    fn body(order: Order, moments: u8) -> gen::Result {
        order.push("first ");
        yield_!(ready(()))?;
        for _ in 0..moments {
            yield_!(gen::moment())?;
        }
        order.push("last ");
        Ok(())
    }
    let order = Order::new();
    let never = body(order.clone(), 0);
    run_logged(async {
        let cold = body(order.clone(), 0);
        order.push("called ");
        cold.await.unwrap();
        assert!(spawn(body(order.clone(), 0)).is_done());
        let task = spawn(body(order.clone(), 1));
        assert!(!task.is_done());
        order.push("returned ");
        task.await.unwrap();
    });
    drop(never);
    assert_eq!(order.text(), "called first last first last first returned last ");
}

/// Twenty thousand ready yields, of values and of errors, use no stack and no turn of the loop.
#[test]
fn rule_2_ready_yields_resume_in_place() {
    needs!(OneThread);
    #[gen::coroutine]
    fn body(order: Order) -> gen::Result<usize> {
        let noted = order.clone();
        soon(move || noted.push("a turn"));
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

/// A pending future resumes the body in a later turn, after the callbacks that were queued before.
/// Several waiters are resumed in the order in which they began to wait.
#[test]
fn rule_3_a_pending_future_resumes_in_a_later_turn() {
    needs!(OrderOfTasks);
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
        let io_loop = here();
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

/// In a list Tornado's moment is ready at once, because of its implementation. Here it costs its
/// turn there too.
#[test]
fn rule_4_a_moment_in_a_list_costs_a_turn_too() {
    needs!(OrderOfTasks);
    #[gen::coroutine]
    fn body(order: Order) -> gen::Result {
        let noted = order.clone();
        soon(move || noted.push("callback "));
        yield_!([gen::moment(), gen::moment()])?;
        order.push("body");
        for way in 0..3 {
            soon(order.note(" callback "));
            match way {
                0 => yield_!(gen::YieldFuture::new(gen::moment()))?,
                1 => yield_!(gen::with_timeout(seconds(1), gen::moment()))?,
                _ => yield_!(gen::maybe_future!(gen::moment()))?,
            }
            order.push("body");
        }
        Ok(())
    }
    let order = Order::new();
    run(body(order.clone())).unwrap();
    assert_eq!(order.text(), "callback body callback body callback body callback body");
}

/// A function that returns a future gives that future. The result is not awaited.
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

/// A body that ends without a value gives `()`, which is its type.
#[test]
fn rule_12_a_body_without_a_value_gives_unit() {
    #[gen::coroutine]
    fn body() {}
    #[gen::coroutine]
    fn yields() {
        let _ = yield_!(gen::moment());
    }
    #[gen::coroutine]
    fn outer() -> gen::Result<((), ())> {
        yield_!((body(), yields()))
    }
    assert_eq!(run(outer()).unwrap(), ((), ()));
}

/// A panic ends at the edge of the task: the waiter gets it as an error, and may raise it again.
/// `run_sync` raises it in its caller.
#[test]
fn rule_10_a_panic_reaches_whoever_waits() {
    #[gen::coroutine]
    fn panics() -> gen::Result {
        yield_!(gen::moment())?;
        panic!("in the body")
    }
    #[gen::coroutine]
    fn waits() -> gen::Result<String> {
        let error = yield_!(spawn(panics())).unwrap_err();
        Ok(error.downcast_ref::<gen::Panicked>().expect("it is one").message().to_owned())
    }
    assert_eq!(run(waits()).unwrap(), "in the body");
    let payload = catch_unwind(AssertUnwindSafe(|| gen::run_sync(panics()))).unwrap_err();
    assert_eq!(payload.downcast_ref(), Some(&"in the body"));
}

/// Timers fire in the order of their deadlines, then of their creation. A sleep of zero is over in
/// the next turn. The time of a sleep begins at its call.
#[test]
fn rule_54_sleeps_fire_by_deadline_and_creation_from_their_call() {
    needs!(VirtualTime);
    let order = Order::new();
    #[gen::coroutine]
    fn sleeper(name: char, sleep: gen::Sleep, order: Order) -> gen::Result {
        yield_!(sleep)?;
        order.push(name);
        Ok(())
    }
    #[gen::coroutine]
    fn body(order: Order) -> gen::Result<Duration> {
        let began = now();
        let called_early = gen::sleep(seconds(3));
        let sleeps = [('c', seconds(2)), ('a', seconds(1)), ('b', seconds(1)), ('0', Duration::ZERO)];
        yield_!(sleeps.map(|(name, duration)| sleeper(name, gen::sleep(duration), order.clone())))?;
        yield_!(called_early)?;
        Ok(now() - began)
    }
    assert_eq!(run(body(order.clone())).unwrap(), seconds(3));
    assert_eq!(order.text(), "0abc");
}

/// The same failure, read twice, is the same error. Its clones share it, and each has its own
/// trace.
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
