//! `#[gen::main(tokio)]` and `#[gen::test(tokio)]`: the runtime is the one that the options name.

use std::collections::HashSet;
use std::rc::Rc;
use std::thread;
use std::time::Duration;

use gen::yield_;
use tokio::runtime::{Handle, RuntimeFlavor};

const HOUR: Duration = Duration::from_secs(3600);

fn flavor() -> RuntimeFlavor {
    Handle::current().runtime_flavor()
}

mod mains {
    use super::*;

    #[gen::main(tokio)]
    pub(super) fn by_default() -> gen::Result<(RuntimeFlavor, u32)> {
        let answer = yield_!(tokio::spawn(async { 6 * 7 }))?;
        Ok((flavor(), answer))
    }

    #[gen::main(tokio, flavor = "multi_thread", worker_threads = 3)]
    pub(super) fn workers() -> usize {
        Handle::current().metrics().num_workers()
    }

    #[gen::main(tokio, flavor = "current_thread")]
    pub(super) fn on_this_thread() -> gen::Result<(RuntimeFlavor, thread::ThreadId)> {
        let spawned = yield_!(tokio::spawn(async { thread::current().id() }))?;
        Ok((flavor(), spawned))
    }

    /// `gen::spawn_local` has its place, also in a task.
    #[gen::main(tokio, flavor = "local")]
    pub(super) fn spawns_locally() -> gen::Result<usize> {
        let shared = Rc::new(());
        let inner = |shared: Rc<()>| async move { Ok::<_, gen::Error>(Rc::strong_count(&shared)) };
        let other = Rc::clone(&shared);
        yield_!(gen::spawn_local(async move {
            gen::moment().await?;
            gen::spawn_local(inner(other)).await
        }))
    }

    /// The errors of its callbacks arrive at its yields.
    #[gen::main(tokio)]
    pub(super) fn schedules_a_callback() -> gen::Result {
        let mut fails = gen::context::wrap(|()| Err::<(), _>("the callback failed"));
        thread::spawn(move || fails(()));
        yield_!(std::future::pending::<()>())
    }

    #[gen::main(tokio, flavor = "local", crate = ::gen)]
    pub(super) fn local() -> gen::Result<usize> {
        let shared = Rc::new(());
        let other = Rc::clone(&shared);
        yield_!(tokio::task::spawn_local(async move { Rc::strong_count(&other) }))
    }
}

#[test]
fn main_runs_on_the_flavor_that_it_names() {
    assert_eq!(mains::by_default().unwrap(), (RuntimeFlavor::MultiThread, 42));
    assert_eq!(mains::workers(), 3);
    assert_eq!(mains::on_this_thread().unwrap(), (RuntimeFlavor::CurrentThread, thread::current().id()));
    assert_eq!(mains::local().unwrap(), 2);
    assert_eq!(mains::spawns_locally().unwrap(), 2);
    assert_eq!(mains::schedules_a_callback().unwrap_err().to_string(), "the callback failed");
}

#[gen::test(tokio)]
fn a_test_has_one_thread_by_default() {
    assert_eq!(flavor(), RuntimeFlavor::CurrentThread);
}

#[gen::test(tokio, flavor = "multi_thread", worker_threads = 2)]
fn a_test_has_the_workers_that_it_names() {
    assert_eq!(flavor(), RuntimeFlavor::MultiThread);
    assert_eq!(Handle::current().metrics().num_workers(), 2);
}

#[gen::test(tokio, start_paused = true)]
fn a_paused_clock_takes_no_time() -> gen::Result {
    let (before, real) = (tokio::time::Instant::now(), std::time::Instant::now());
    yield_!(tokio::time::sleep(HOUR))?;
    assert!(before.elapsed() >= HOUR && real.elapsed() < HOUR / 2);
    Ok(())
}

#[gen::test(tokio, flavor = "local", start_paused = true)]
fn a_local_runtime_may_be_paused() -> gen::Result {
    let shared = Rc::new(());
    yield_!(tokio::task::spawn_local(async move { drop(shared) }))?;
    yield_!(tokio::time::sleep(HOUR))
}

/// The timers and the tasks of gen are those of the runtime.
#[gen::test(tokio, start_paused = true)]
fn a_paused_clock_is_that_of_gen_too() -> gen::Result {
    let before = tokio::time::Instant::now();
    yield_!(gen::spawn(gen::sleep(HOUR)))?;
    assert!(before.elapsed() >= HOUR);
    let never = std::future::pending::<()>();
    assert!(yield_!(gen::with_timeout(HOUR, never)).unwrap_err().is::<gen::TimeoutError>());
    Ok(())
}

#[gen::test(tokio, flavor = "multi_thread", worker_threads = 2)]
fn tasks_of_gen_run_on_the_workers() -> gen::Result {
    // After its suspension a task is on a worker, and never on the thread of the test.
    let worker = || async { gen::sleep(Duration::ZERO).await.map(|()| thread::current().id()) };
    let tasks = (0..10).map(|_| gen::spawn(worker()));
    let workers: HashSet<_> = yield_!(tasks.collect::<Vec<_>>())?.into_iter().collect();
    assert!((1..=2).contains(&workers.len()) && !workers.contains(&thread::current().id()));
    Ok(())
}

#[gen::test(tokio, start_paused = false)]
#[should_panic(expected = "of the body")]
fn a_panic_that_should_be() {
    yield_!(tokio::task::yield_now()).unwrap();
    panic!("of the body");
}

/// A task that is left would go on without its runtime.
#[test]
fn what_is_left_is_dropped_with_the_runtime() {
    #[gen::main(tokio)]
    fn leaves_one() -> std::sync::Weak<()> {
        let held = std::sync::Arc::new(());
        let weak = std::sync::Arc::downgrade(&held);
        tokio::spawn(async move {
            std::future::pending::<()>().await;
            drop(held);
        });
        weak
    }
    assert!(leaves_one().upgrade().is_none());
}
