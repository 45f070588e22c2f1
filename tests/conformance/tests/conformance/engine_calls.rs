//! `engine`: GenEngineTest, the tests of the engine itself, and rule 40 of the semantics.

use std::cell::RefCell;
use std::rc::Rc;

use behaviour::{needs, seconds, spawn, Order};
use gen::{yield_, IoLoop, NoHost, Panicked, VirtualClock};
use loop_behaviour::{logged, Drops};

use super::{here, run, run_in_context, run_logged, soon, Fault};

/// A body without a yield runs to its end within the call.
#[test]
fn no_yield() {
    #[gen::engine(send)]
    fn engine(order: Order) {
        order.push("body ");
    }
    let order = Order::new();
    run_logged(async {
        engine(order.clone()).unwrap();
        order.push("returned");
    });
    assert_eq!(order.text(), "body returned");
}

/// A body with a yield runs up to it, and the rest runs on the loop, whether or not a caller waits.
#[test]
fn rule_1_the_call_runs_the_first_step() {
    needs!(OneThread);
    #[gen::engine(send)]
    fn engine(order: Order) -> gen::Result {
        order.push("first ");
        yield_!(std::future::ready(()))?;
        order.push("still ");
        yield_!(gen::sleep(seconds(1)))?;
        order.push("rest");
        Ok(())
    }
    let order = Order::new();
    run_logged(async {
        engine(order.clone()).unwrap();
        order.push("returned ");
        gen::sleep(seconds(2)).await.unwrap();
    });
    assert_eq!(order.text(), "first still returned rest");
}

/// Tornado raises an error of the synchronous phase from the call. Here the call returns it, and
/// nothing is logged.
#[test]
fn exception_phase1() {
    #[gen::engine(send)]
    fn engine() -> Result<(), Fault> {
        Err(Fault("phase 1"))
    }
    let (result, lines) = run_logged(async { engine() });
    assert!(result.unwrap_err().is::<Fault>());
    assert_eq!(lines, Vec::<String>::new());
}

/// An error after a wait can no longer be returned. It is thrown into the coroutine that made the
/// call, at its yield.
#[test]
fn exception_phase2() {
    needs!(OneThread);
    #[gen::engine(send)]
    fn engine() -> gen::Result {
        let callable = yield_!(gen::Callback::<()>::new("k1"))?;
        soon(move || callable.call(()));
        yield_!(gen::Wait::<()>::new("k1"))?;
        Err(Fault("phase 2").into())
    }
    #[gen::coroutine]
    fn caller() -> gen::Result<bool> {
        engine()?;
        let error = yield_!(gen::sleep(seconds(1))).unwrap_err();
        Ok(error.is::<Fault>())
    }
    assert!(run_in_context(caller()).unwrap());
}

/// The same after a task: nothing hangs. (In Tornado a web handler answers with an error.)
#[test]
fn exception_handler() {
    #[gen::engine(send)]
    fn engine() -> gen::Result {
        yield_!(gen::from_callback(|done| soon(move || done.call(()))))?;
        Err(Fault("oops").into())
    }
    #[gen::coroutine]
    fn caller() -> gen::Result {
        engine()?;
        yield_!(std::future::pending::<()>())
    }
    assert!(run_in_context(caller()).unwrap_err().is::<Fault>());
}

/// A stop of the loop does not hide an error of the first step. The call returns the error.
#[test]
fn raise_after_stop() {
    needs!(TheLoop);
    #[gen::engine(send)]
    fn engine() -> gen::Result {
        here().stop();
        Err(Fault("after the stop").into())
    }
    let io_loop = IoLoop::with_clock(VirtualClock::new());
    let order = Order::new();
    let noted = order.clone();
    io_loop.add_callback(move || noted.push(engine().unwrap_err()));
    io_loop.start();
    assert_eq!(order.text(), "after the stop");
}

/// A `Return` with a value does not end an engine. After a yield it is thrown into the caller, like
/// any error of the engine, and its text says that it is a `Return`.
#[test]
fn async_raise_return_value() {
    #[gen::engine(send)]
    fn engine() -> gen::Result {
        yield_!(gen::moment())?;
        Err(gen::Return(42))
    }
    #[gen::coroutine]
    fn caller() -> gen::Result {
        engine()?;
        yield_!(gen::sleep(seconds(1)))
    }
    let error = run_in_context(caller()).unwrap_err();
    assert!(error.is::<gen::Return<i32>>());
    assert!(error.to_string().starts_with("a `gen::Return` of `i32` ended no coroutine"), "{error}");
}

/// If no coroutine takes it, it is logged once.
#[test]
fn rule_40_without_a_context_it_is_logged() {
    needs!(OneThread);
    #[gen::engine(send)]
    fn engine() -> gen::Result {
        yield_!(gen::moment())?;
        Err(Fault("nobody's").into())
    }
    #[gen::coroutine]
    fn ends_first() -> gen::Result {
        engine()
    }
    let (result, lines) = run_logged(async {
        spawn(ends_first()).await?;
        gen::sleep(seconds(1)).await
    });
    assert!(result.is_ok());
    assert_eq!(lines.len(), 1, "{lines:?}");
    assert!(lines[0].starts_with("ERROR gen: an engine failed: nobody's"), "{lines:?}");
}

/// An engine may start engines. The error of an inner one arrives at a yield of the outer one,
/// whose own error goes to its caller.
#[test]
fn contexts_nest() {
    needs!(OneThread);
    #[gen::engine(send)]
    fn inner() -> gen::Result {
        yield_!(gen::moment())?;
        Err(Fault("inner").into())
    }
    #[gen::engine(send)]
    fn outer() -> gen::Result {
        inner()?;
        yield_!(gen::sleep(seconds(10))).map_err(|error| error.context("outer"))
    }
    #[gen::coroutine]
    fn caller() -> gen::Result {
        outer()?;
        yield_!(gen::sleep(seconds(10)))
    }
    let error = run_in_context(caller()).unwrap_err();
    assert_eq!(format!("{error:#}"), "outer: inner");
}

/// A `Return` without a value ends an engine successfully, before a yield.
#[test]
fn sync_raise_return() {
    #[gen::engine(send)]
    fn engine(order: Order) -> gen::Result {
        order.push("ended");
        leave()?;
        order.push(", and went on");
        Ok(())
    }
    let order = Order::new();
    run(async { engine(order.clone()) }).unwrap();
    assert_eq!(order.text(), "ended");
}

fn leave() -> gen::Result {
    Err(gen::Return(()))
}

/// The same after a yield. An engine that cannot fail uses `return`.
#[test]
fn async_raise_return() {
    #[gen::engine(send)]
    fn engine(order: Order) -> gen::Result {
        yield_!(gen::moment())?;
        order.push("ended");
        leave()?;
        order.push(", and went on");
        Ok(())
    }
    #[gen::engine(send)]
    fn cannot_fail(order: Order) {
        if yield_!(gen::moment()).is_ok() {
            order.push(", twice");
            return;
        }
        order.push("was thrown into");
    }
    let order = Order::new();
    run(async {
        engine(order.clone())?;
        cannot_fail(order.clone())?;
        gen::sleep(seconds(1)).await
    })
    .unwrap();
    assert_eq!(order.text(), "ended, twice");
}

/// The same engine can run twice at the same time.
#[test]
fn an_engine_may_run_twice_at_once() {
    needs!(OrderOfTasks);
    #[gen::engine(send)]
    fn engine(order: Order, name: &'static str) -> gen::Result {
        for _ in 0..3 {
            order.push(name);
            yield_!(gen::moment())?;
        }
        Ok(())
    }
    let order = Order::new();
    run_logged(async {
        engine(order.clone(), "a").unwrap();
        engine(order.clone(), "b").unwrap();
        gen::sleep(seconds(1)).await
    })
    .0
    .unwrap();
    assert_eq!(order.text(), "ababab");
}

/// A panic ends at the edge of the task. In the first step the call returns it, and later it is
/// logged.
#[test]
fn rule_10_a_panic_is_an_error() {
    needs!(OneThread);
    #[gen::engine(send)]
    fn engine(moments: u8) -> gen::Result {
        for _ in 0..moments {
            yield_!(gen::moment())?;
        }
        panic!("in the engine")
    }
    let (results, lines) = run_logged(async {
        let results = [engine(0), engine(1)];
        gen::sleep(seconds(1)).await.unwrap();
        results
    });
    let [first, later] = results;
    assert!(first.unwrap_err().is::<Panicked>());
    assert!(later.is_ok());
    assert_eq!(lines, ["ERROR gen: an engine panicked: in the engine"]);
}

/// Without a running loop the call returns an error, and the body never runs.
#[test]
fn without_a_loop_nothing_starts() {
    needs!(TheLoop);
    #[gen::engine(send)]
    fn engine<T: Send + 'static>(held: T) {
        drop(held);
        unreachable!("no loop runs");
    }
    let drops = Drops::new();
    let lines = logged(|| assert!(engine(drops.one()).unwrap_err().is::<NoHost>()));
    assert_eq!((drops.count(), lines), (1, Vec::new()));
}

/// An engine may be a method, also of a trait, and take any pattern.
#[test]
fn an_engine_may_be_a_method() {
    needs!(LocalTasks);
    trait Start {
        #[gen::engine]
        fn start(self: Rc<Self>, pair: (u8, u8));
    }
    struct Sum(RefCell<u8>);
    impl Start for Sum {
        #[gen::engine]
        fn start(self: Rc<Self>, (a, mut b): (u8, u8)) {
            b += a;
            drop(yield_!(gen::moment()));
            *self.0.borrow_mut() = b;
        }
    }
    let sum = Rc::new(Sum(RefCell::new(0)));
    run_logged(async {
        sum.clone().start((1, 2)).unwrap();
        gen::sleep(seconds(1)).await
    })
    .0
    .unwrap();
    assert_eq!((*sum.0.borrow(), Rc::strong_count(&sum)), (3, 1), "and everything is freed at its end");
}

/// An engine may yield points. A key without a wait is an error of the engine.
#[test]
fn leaked_callback_of_an_engine() {
    #[gen::engine(send)]
    fn engine() -> gen::Result {
        let _never_called = yield_!(gen::Callback::<u8>::new("k1"))?;
        Ok(())
    }
    let (result, lines) = run_logged(async { engine() });
    assert!(result.unwrap_err().is::<gen::LeakedCallbackError>());
    assert_eq!(lines, Vec::<String>::new());
}
