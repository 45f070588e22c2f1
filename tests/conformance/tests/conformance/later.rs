//! Tests that later versions of Tornado have and 4.4.3 does not.

use std::collections::BTreeMap;
use std::future::poll_fn;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Poll, Waker};

use behaviour::{needs, seconds, spawn, Order};
use futures::FutureExt;
use gen::{yield_, Coroutine, IoLoop, VirtualClock};
use loop_behaviour::Drops;

use super::{after_turns, run, soon, unlogged, Fault};

/// The function keeps its name, and here also the place of its definition.
#[test]
fn attributes() {
    #[gen::coroutine]
    fn named_so() -> gen::Result {
        Ok(())
    }
    let coroutine = named_so();
    assert_eq!(coroutine.name(), "named_so");
    assert!(coroutine.site().to_string().ends_with("in named_so"));
    assert!(coroutine.site().file().ends_with("later.rs"));
}

/// A future of another executor that yields to other tasks once works in a coroutine.
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

/// The local variables of a coroutine that failed are dropped after its error was handed on.
#[test]
fn coroutine_refcounting() {
    let drops = Drops::new();
    #[gen::coroutine]
    fn fails_with_a_local(local: impl Sized) -> gen::Result {
        let _local = local;
        yield_!(gen::moment())?;
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

/// Coroutines work with the platform's own combinator.
#[test]
fn asyncio_gather() {
    #[gen::coroutine]
    fn outer() -> gen::Result<u32> {
        let (a, b) = futures::join!(after_turns(1, Ok(40)), after_turns(2, Ok(2)));
        let (c, d) = futures::try_join!(after_turns(1, Ok(1)), after_turns(2, Ok(2)))?;
        assert_eq!((c, d), (1, 2));
        Ok(a? + b?)
    }
    assert_eq!(run(outer()).unwrap(), 42);
}

/// The waker of a task.
type Kept = Arc<Mutex<Option<Waker>>>;

/// Tornado's issue 1769: a task does not vanish if only itself holds the future that it waits for.
#[test]
fn gc() {
    let waker: Kept = Arc::default();
    let resolved = Arc::new(AtomicBool::new(false));
    #[gen::coroutine]
    fn waits(waker: Kept, resolved: Arc<AtomicBool>) -> gen::Result<u32> {
        yield_!(poll_fn(|cx| {
            *waker.lock().unwrap() = Some(cx.waker().clone());
            if resolved.load(Ordering::SeqCst) {
                Poll::Ready(42)
            } else {
                Poll::Pending
            }
        }))
    }
    #[gen::coroutine]
    fn outer(waker: Kept, resolved: Arc<AtomicBool>) -> gen::Result<u32> {
        let task = spawn(waits(waker.clone(), resolved.clone()));
        for _ in 0..3 {
            yield_!(gen::moment())?;
        }
        resolved.store(true, Ordering::SeqCst);
        let waker = waker.lock().unwrap().take();
        waker.expect("it waits").wake();
        yield_!(task)
    }
    assert_eq!(run(outer(waker, resolved)).unwrap(), 42);
}

/// A coroutine that never ends is freed with its loop, even if it holds the loop.
#[test]
fn gc_infinite_coro() {
    needs!(TheLoop);
    #[gen::coroutine]
    fn endless(local: impl Sized) -> gen::Result {
        let _held = (local, IoLoop::current());
        loop {
            yield_!(gen::sleep(seconds(1)))?;
        }
    }
    let drops = Drops::new();
    unlogged(|| {
        let io_loop = IoLoop::with_clock(VirtualClock::new());
        drop(io_loop.spawn_local(endless(drops.one())));
        io_loop.run_sync(async { gen::sleep(seconds(5)).await }).unwrap();
        assert_eq!(drops.count(), 0);
    });
    assert_eq!(drops.count(), 1);
}

/// The same for a native one. (Tornado logs that it was destroyed while pending. Here this is the
/// meaning of dropping a loop, and nothing is logged.)
#[test]
fn gc_infinite_async_await() {
    needs!(TheLoop);
    async fn endless(local: impl Sized) -> gen::Result {
        let _held = (local, IoLoop::current());
        loop {
            gen::moment().await?;
        }
    }
    let drops = Drops::new();
    unlogged(|| {
        let io_loop = IoLoop::with_clock(VirtualClock::new());
        drop(io_loop.spawn_local(endless(drops.one())));
        io_loop.run_sync(async { gen::moment().await }).unwrap();
        assert_eq!(drops.count(), 0);
    });
    assert_eq!(drops.count(), 1);
}

/// If a waiting coroutine is dropped with its owner, the destructors of its local variables run.
/// These are its finalizers.
#[test]
fn rule_60_an_abandoned_coroutine_drops_its_locals() {
    #[gen::coroutine]
    fn waits(local: impl Sized) -> gen::Result {
        let _local = local;
        yield_!(std::future::pending::<()>())
    }
    let drops = Drops::new();
    let mut abandoned = Box::pin(waits(drops.one()));
    assert!(abandoned.as_mut().now_or_never().is_none());
    assert_eq!(drops.count(), 0);
    drop(abandoned);
    assert_eq!(drops.count(), 1);
    // As a task it belongs to its executor, whether or not its handle is held.
    needs!(EndDropsTasks);
    let waits = async {
        drop(spawn(waits(drops.one())));
        gen::sleep(seconds(1)).await?;
        assert_eq!(drops.count(), 1);
        Ok::<_, gen::Error>(())
    };
    run(waits).unwrap();
    assert_eq!(drops.count(), 2);
}

/// Coroutines that are delayed by moments. The values have the order of the list.
#[test]
fn multi_delayed() {
    #[gen::coroutine]
    fn body() -> gen::Result<Vec<u32>> {
        yield_!(gen::multi(vec![after_turns(3, Ok(1)), after_turns(1, Ok(2))]))
    }
    assert_eq!(run(body()).unwrap(), [1, 2]);
}

/// The same with a map.
#[test]
fn multi_dict_delayed() {
    #[gen::coroutine]
    fn body() -> gen::Result<BTreeMap<&'static str, u32>> {
        let children = [("foo", after_turns(3, Ok(1))), ("bar", after_turns(1, Ok(2)))];
        yield_!(gen::multi(BTreeMap::from(children)))
    }
    assert_eq!(run(body()).unwrap(), BTreeMap::from([("foo", 1), ("bar", 2)]));
}

/// `run_sync` raises the coroutine's own error, from before a yield and from after one.
#[test]
fn gen_basic_exceptions() {
    for turns in 0..2 {
        let error = run(after_turns(turns, Err(Fault("its own")))).unwrap_err();
        assert_eq!(error.downcast_ref(), Some(&Fault("its own")));
    }
}

/// A `Return` with a value is not an error of a coroutine, before a yield and after one.
#[test]
fn gen_basic_return_values() {
    #[gen::coroutine(returns)]
    fn body<T: Send + 'static>(value: T, moments: u8) -> gen::Result<T> {
        for _ in 0..moments {
            yield_!(gen::moment())?;
        }
        Err(gen::Return(value))
    }
    assert_eq!(run(body(42, 0)).unwrap(), 42);
    assert_eq!(run(body(42, 1)).unwrap(), 42);
    assert_eq!(run(body((42, 43), 0)).unwrap(), (42, 43));
    assert_eq!(run(body((42, 43), 1)).unwrap(), (42, 43));
}

/// Two thousand moments in a list take one turn together, not one each.
#[test]
fn gen_basic_performance() {
    needs!(OrderOfTasks);
    #[gen::coroutine]
    fn body(order: Order) -> gen::Result<usize> {
        let next = order.clone();
        soon(move || {
            next.push("first turn, ");
            soon(next.note("second turn"));
        });
        let count = yield_!((0..2000).map(|_| gen::moment()).collect::<Vec<_>>())?.len();
        order.push("resumed, ");
        yield_!(gen::moment())?;
        Ok(count)
    }
    let order = Order::new();
    assert_eq!(run(body(order.clone())).unwrap(), 2000);
    assert_eq!(order.text(), "first turn, resumed, second turn");
}

/// A coroutine implements the trait `Coroutine`, and a plain future does not, so a bound
/// distinguishes them.
#[test]
fn is_coroutine_function() {
    fn call<C: Coroutine<Output = gen::Result<u32>>>(function: impl Fn() -> C) -> (&'static str, u32) {
        let coroutine = function();
        (coroutine.name(), run(coroutine).unwrap())
    }
    assert_eq!(call(|| after_turns(1, Ok(42))), ("after_turns", 42));
}

/// The debug form of a coroutine names its function and the place of its definition.
#[test]
fn asyncio_future_debug_info() {
    #[gen::coroutine(dyn)]
    fn named_so() -> gen::Result {
        yield_!(gen::moment())
    }
    let text = format!("{:?}", named_so());
    assert!(text.contains("named_so") && text.contains("later.rs"), "{text}");
}
