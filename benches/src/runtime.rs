//! Work of the runtime around the bodies: lists, tasks, timers, and values of callbacks. Each
//! function does so many operations, on the present thread.

use std::cell::{Cell, RefCell};
use std::future::Future;
use std::hint::black_box;
use std::pin::{pin, Pin};
use std::rc::Rc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use crate::leaves::{at_once, bare, later};

const HOUR: Duration = Duration::from_secs(3_600);

thread_local! {
    static WAKERS: RefCell<Vec<Waker>> = const { RefCell::new(Vec::new()) };
}

/// Pending once. It leaves its waker to the program.
struct Woken {
    is_polled: bool,
}

fn woken() -> Woken {
    Woken { is_polled: false }
}

impl Future for Woken {
    type Output = gen::Result<u64>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        if std::mem::replace(&mut self.is_polled, true) {
            return Poll::Ready(Ok(1));
        }
        WAKERS.with_borrow_mut(|wakers| wakers.push(cx.waker().clone()));
        Poll::Pending
    }
}

/// Polls a future that waits for [`Woken`]s.
fn drive<F: Future>(future: F, is_polled_after_each: bool) -> F::Output {
    let mut future = pin!(future);
    let mut cx = Context::from_waker(Waker::noop());
    let mut poll = || future.as_mut().poll(&mut cx);
    assert!(poll().is_pending());
    for waker in WAKERS.with_borrow_mut(std::mem::take) {
        waker.wake();
        if is_polled_after_each {
            if let Poll::Ready(output) = poll() {
                return output;
            }
        }
    }
    match poll() {
        Poll::Ready(output) => output,
        Poll::Pending => panic!("a wake was lost"),
    }
}

/// Lists of ten children that are ready.
pub fn ready_lists(children: u64) {
    for _ in 0..children / 10 {
        let list: Vec<_> = (0..10).map(at_once).collect();
        let _ = black_box(bare(gen::multi(list).join()));
    }
}

/// Lists of ten children that are all woken between two polls.
pub fn lists_in_batches(children: u64) {
    for _ in 0..children / 10 {
        let list: Vec<_> = (0..10).map(|_| woken()).collect();
        let _ = black_box(drive(gen::multi(list).join(), false));
    }
}

/// Lists of a hundred children; the list is polled after each wake.
pub fn lists_one_by_one(children: u64) {
    for _ in 0..children / 100 {
        let list: Vec<_> = (0..100).map(|_| woken()).collect();
        let _ = black_box(drive(gen::multi(list).join(), true));
    }
}

/// Results of a hundred children in the order in which they come; a poll after each wake.
pub fn results_one_by_one(children: u64) {
    for _ in 0..children / 100 {
        let mut results = gen::WaitIterator::new((0..100).map(|_| woken()));
        let all = async {
            while !results.done() {
                let _ = black_box(results.next().await);
            }
        };
        drive(all, true);
    }
}

/// A scope of so many children, whose handles are dropped.
async fn scope_of<F>(children: u64, child: fn() -> F) -> gen::Result
where
    F: Future<Output = gen::Result<u64>>,
{
    gen::scope_local(|scope| async move {
        (0..children).for_each(|_| drop(scope.spawn(child())));
        Ok::<(), gen::Error>(())
    })
    .await
}

/// Children of scopes of ten, which are ready.
pub fn ready_scopes(children: u64) {
    for _ in 0..children / 10 {
        let _ = black_box(bare(scope_of(10, || at_once(1))));
    }
}

/// Children of scopes of ten, which are all woken between two polls.
pub fn scopes_in_batches(children: u64) {
    for _ in 0..children / 10 {
        let _ = black_box(drive(scope_of(10, woken), false));
    }
}

/// Children of one scope, which come one after the other and suspend once.
pub fn children_one_by_one(children: u64) {
    let body = |scope: gen::LocalScope<'static>| async move {
        for n in 0..children {
            let _ = black_box(scope.spawn(later(n)).await);
        }
        Ok::<(), gen::Error>(())
    };
    bare(gen::scope_local(body)).expect("no child fails");
}

/// Tasks that end in their first step.
pub fn ready_tasks(tasks: u64) {
    gen::IoLoop::new().block_on(async {
        for n in 0..tasks {
            let _ = black_box(gen::spawn_local(at_once(n)).await);
        }
    });
}

/// Calls of an engine that never suspends.
pub fn engines(calls: u64) {
    #[gen::engine]
    fn ready(n: u64) -> gen::Result {
        black_box(n);
        Ok(())
    }
    gen::IoLoop::new().block_on(async move {
        for n in 0..calls {
            ready(n).expect("it does not fail");
        }
    });
}

/// Tasks that suspend once.
pub fn suspended_tasks(tasks: u64) {
    gen::IoLoop::new().block_on(async {
        for n in 0..tasks {
            let _ = black_box(gen::spawn_local(later(n)).await);
        }
    });
}

/// Yields of a hundred tasks in turns.
pub fn yields(yields: u64) {
    gen::IoLoop::new().block_on(async {
        let body = move || async move {
            for n in 0..yields / 100 {
                later(n).await?;
            }
            Ok::<(), gen::Error>(())
        };
        let tasks: Vec<_> = (0..100).map(|_| gen::spawn_local(body())).collect();
        for task in tasks {
            let _ = task.await;
        }
    });
}

/// Timeouts around futures that are ready.
pub fn ready_timeouts(timeouts: u64) {
    gen::IoLoop::new().block_on(async {
        for n in 0..timeouts {
            let _ = black_box(gen::with_timeout(HOUR, at_once(n)).join().await);
        }
    });
}

/// Timeouts around futures that suspend once.
pub fn suspended_timeouts(timeouts: u64) {
    gen::IoLoop::new().block_on(async {
        for n in 0..timeouts {
            let _ = black_box(gen::with_timeout(HOUR, later(n)).join().await);
        }
    });
}

/// Sleeps that are dropped while they wait, a hundred at a time.
pub fn cancelled_sleeps(sleeps: u64) {
    gen::IoLoop::new().block_on(async {
        let mut cx = Context::from_waker(Waker::noop());
        for _ in 0..sleeps / 100 {
            let sleep = |minutes: u64| {
                let mut sleep = Box::pin(gen::sleep(HOUR + Duration::from_secs(60 * minutes)));
                assert!(sleep.as_mut().poll(&mut cx).is_pending());
                sleep
            };
            drop((0..100_u64).map(sleep).collect::<Vec<_>>());
        }
    });
}

/// Promises that are awaited before they are set.
pub fn promises(values: u64) {
    let mut cx = Context::from_waker(Waker::noop());
    for value in 0..values {
        let (promise, future) = gen::promise::<u64>();
        let mut future = pin!(future);
        assert!(future.as_mut().poll(&mut cx).is_pending());
        promise.set(value).expect("it is set once");
        let _ = black_box(future.poll(&mut cx).is_ready());
    }
}

/// Values of callbacks without a key, awaited before the callback is called.
pub fn callback_futures(values: u64) {
    let mut cx = Context::from_waker(Waker::noop());
    for value in 0..values {
        let mut callback = None;
        let mut future = pin!(gen::from_callback(|given| callback = Some(given)));
        assert!(future.as_mut().poll(&mut cx).is_pending());
        callback.expect("it was given").call(value);
        let _ = black_box(future.poll(&mut cx).is_ready());
    }
}

/// Values of callbacks with a key, awaited before the callback is called, in a group.
pub fn callbacks(values: u64) {
    #[gen::coroutine]
    fn pass(values: u64) -> gen::Result {
        for value in 0..values {
            let callback = gen::yield_!(gen::Callback::<u64>::new("key"))?;
            let call = async move {
                later(value).await?;
                callback.call(value);
                Ok::<(), gen::Error>(())
            };
            let wait = gen::Wait::<u64>::new("key");
            let _ = black_box(gen::yield_!((wait, call))?);
        }
        Ok(())
    }
    bare(pass(values)).expect("all values come");
}

/// Values of callbacks with a key, awaited before the callback is called, one by one.
pub fn callbacks_alone(values: u64) {
    type Given = Rc<Cell<Option<gen::Callable<u64>>>>;

    #[gen::coroutine]
    fn pass(values: u64, given: Given) -> gen::Result {
        for _ in 0..values {
            given.set(Some(gen::yield_!(gen::Callback::<u64>::new("key"))?));
            let _ = black_box(gen::yield_!(gen::Wait::<u64>::new("key"))?);
        }
        Ok(())
    }
    let given = Given::default();
    let mut cx = Context::from_waker(Waker::noop());
    let mut body = pin!(pass(values, Rc::clone(&given)));
    while body.as_mut().poll(&mut cx).is_pending() {
        given.take().expect("it was given").call(1);
    }
}
