//! The feature `tokio`: a blocking call in a task of tokio is refused, with a message that says
//! what to do instead.

use std::cell::Cell;
use std::future::{pending, poll_fn};
use std::panic::{catch_unwind, AssertUnwindSafe};
use std::rc::Rc;
use std::task::{Context, Poll, Waker};
use std::thread;
use std::time::Duration;

use gen::{IoLoop, RuntimeRunning};
use tokio::runtime::Builder;
use tokio::task::{coop, LocalSet};

use crate::runtimes::runtimes;

const SECOND: Duration = Duration::from_secs(1);
const TEXT: &str =
    "a task of tokio is running on this thread, and a blocking call would stop its runtime: await or \
     yield the coroutine instead, or make the call in `tokio::task::spawn_blocking`";

/// Whether `run_sync` is refused here. If it is not refused, it must work.
fn is_refused() -> bool {
    match gen::run_sync(async { Ok::<_, gen::Error>(7) }) {
        Ok(seven) => seven != 7,
        Err(error) => error.is::<RuntimeRunning>(),
    }
}

#[test]
fn run_sync_in_a_task_is_an_error_that_says_what_to_do() {
    for runtime in runtimes() {
        let error = runtime.block_on(async {
            tokio::spawn(async { gen::run_sync(gen::sleep(SECOND)).unwrap_err() }).await.unwrap()
        });
        assert!(error.is::<RuntimeRunning>());
        assert_eq!(error.to_string(), TEXT);
    }
}

#[test]
fn every_blocking_call_is_refused() {
    fn panic_of<T>(call: impl FnOnce() -> T) -> String {
        let caught = catch_unwind(AssertUnwindSafe(|| drop(call())));
        *caught.unwrap_err().downcast::<String>().unwrap()
    }
    let runtime = Builder::new_current_thread().build().unwrap();
    runtime.block_on(async {
        let io_loop = IoLoop::new();
        let errors: [gen::Error; 3] = [
            gen::run_sync(pending::<gen::Result>()).unwrap_err(),
            io_loop.run_sync(pending::<gen::Result>()).unwrap_err(),
            io_loop.run_sync_timeout(SECOND, pending::<gen::Result>()).unwrap_err(),
        ];
        assert!(errors.iter().all(|error| error.is::<RuntimeRunning>()));
        assert_eq!(panic_of(|| gen::block_on(pending::<()>())), TEXT);
        assert_eq!(panic_of(|| io_loop.block_on(pending::<()>())), TEXT);
        assert_eq!(panic_of(|| io_loop.start()), TEXT);
        assert_eq!(panic_of(|| IoLoop::new().shutdown(SECOND)), TEXT);
    });
}

#[test]
fn what_was_to_run_is_dropped() {
    let held = Rc::new(());
    let inner = held.clone();
    let runtime = Builder::new_current_thread().build().unwrap();
    runtime.block_on(async {
        let body = async move {
            drop(inner);
            Ok::<(), gen::Error>(())
        };
        assert!(gen::run_sync(body).is_err());
    });
    assert_eq!(Rc::strong_count(&held), 1);
}

#[test]
fn it_is_refused_wherever_tokio_polls() {
    for runtime in runtimes() {
        assert!(runtime.block_on(async { is_refused() }), "the root");
        assert!(runtime.block_on(async { tokio::spawn(async { is_refused() }).await.unwrap() }), "a task");
        let local = LocalSet::new();
        assert!(local.block_on(&runtime, async { is_refused() }), "the root of a local set");
        let in_local = async { tokio::task::spawn_local(async { is_refused() }).await.unwrap() };
        assert!(runtime.block_on(local.run_until(in_local)), "a task of a local set");
        let nested = async { futures::executor::block_on(async { is_refused() }) };
        assert!(runtime.block_on(nested), "below an executor that blocks");
    }
}

#[test]
fn it_is_allowed_where_a_thread_may_block() {
    assert!(!is_refused(), "off all runtimes");
    for runtime in runtimes() {
        let blocking = runtime.block_on(async { tokio::task::spawn_blocking(is_refused).await.unwrap() });
        assert!(!blocking, "on a thread for it");
        let other = runtime.block_on(async { thread::spawn(is_refused).join().unwrap() });
        assert!(!other, "on a thread of the task's own");
        let _entered = runtime.enter();
        assert!(!is_refused(), "where the runtime is entered only");
    }
    let [_, threads] = runtimes();
    let in_place = threads
        .block_on(async { tokio::spawn(async { tokio::task::block_in_place(is_refused) }).await.unwrap() });
    assert!(!in_place, "in place");
}

/// The probe takes the task's budget, and gives it back.
#[test]
fn a_refused_call_leaves_the_budget_of_its_task_as_it_was() {
    /// Takes at most `limit` units of the budget, and returns how many there were.
    fn take(limit: usize) -> usize {
        let mut cx = Context::from_waker(Waker::noop());
        let one = |_: &usize| match coop::poll_proceed(&mut cx) {
            Poll::Ready(unit) => {
                unit.made_progress();
                true
            }
            Poll::Pending => false,
        };
        (0..limit).take_while(one).count()
    }
    let runtime = Builder::new_current_thread().build().unwrap();
    let counts = Rc::new(Cell::new((0, 0)));
    runtime.block_on(async {
        let whole = poll_fn(|_| Poll::Ready(take(1000))).await;
        tokio::task::yield_now().await;
        let rest = poll_fn(|_| {
            let before = take(50);
            assert!(is_refused());
            Poll::Ready(before + take(1000))
        })
        .await;
        counts.set((whole, rest));
        // The budget is spent now, but the task still has one.
        assert!(is_refused());
    });
    let (whole, rest) = counts.get();
    assert!(whole > 0);
    assert_eq!(whole, rest);
}

/// Code that blocks on a loop of its own goes on doing so, on a thread that may block.
#[test]
fn a_thread_that_may_block_runs_a_loop_of_its_own() {
    #[gen::coroutine]
    fn sleeps() -> gen::Result<bool> {
        gen::yield_!(gen::sleep(Duration::ZERO))?;
        Ok(IoLoop::current().is_some())
    }
    #[gen::coroutine]
    fn handler() -> gen::Result<bool> {
        gen::yield_!(tokio::task::spawn_blocking(|| gen::run_sync(sleeps())))?
    }
    for runtime in runtimes() {
        assert!(runtime.block_on(handler()).unwrap());
    }
}
