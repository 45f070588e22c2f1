//! `gen::blocking` on the pool of the crate `blocking`.

use std::sync::mpsc;
use std::thread::{self, ThreadId};
use std::time::Duration;

use gen::{yield_, IoLoop, LoopClosed, Panicked, TimeoutError, VirtualClock};

const SECOND: Duration = Duration::from_secs(1);

fn run<T>(coroutine: impl std::future::Future<Output = gen::Result<T>>) -> gen::Result<T> {
    IoLoop::with_clock(VirtualClock::new()).run_sync(coroutine)
}

/// Takes so long that a loop which does not wait for it would move its clock meanwhile.
fn work() {
    (0..1000).for_each(|_| thread::yield_now());
}

#[test]
fn a_closure_runs_on_another_thread_and_any_value_of_it_arrives() {
    #[gen::coroutine]
    fn body() -> gen::Result<(ThreadId, u8)> {
        let id = yield_!(gen::blocking(|| thread::current().id()))?;
        Ok((id, yield_!(gen::blocking(|| "7".parse::<u8>()))?))
    }
    let (id, seven) = run(body()).unwrap();
    assert_ne!(id, thread::current().id());
    assert_eq!(seven, 7);
}

#[test]
fn an_error_of_the_closure_arrives_at_the_yield() {
    #[gen::coroutine]
    fn body() -> gen::Result<String> {
        yield_!(gen::blocking(|| std::fs::read_to_string("/no/such/file")))
    }
    let error = run(body()).unwrap_err();
    assert_eq!(error.downcast_ref::<std::io::Error>().unwrap().kind(), std::io::ErrorKind::NotFound);
}

#[test]
fn raw_keeps_the_result_of_the_closure() {
    #[gen::coroutine]
    fn body() -> gen::Result<bool> {
        Ok(yield_!(gen::raw(gen::blocking(|| Err::<(), _>("kept"))))? == Err("kept"))
    }
    assert!(run(body()).unwrap());
}

#[test]
fn a_panic_of_the_closure_arrives_at_the_yield() {
    #[gen::coroutine]
    fn value() -> gen::Result<u8> {
        yield_!(gen::blocking(|| -> u8 { panic!("no value") }))
    }
    #[gen::coroutine]
    fn result() -> gen::Result<u8> {
        yield_!(gen::blocking(|| -> gen::Result<u8> { panic!("no result") }))
    }
    for (error, message) in [(run(value()), "no value"), (run(result()), "no result")] {
        assert_eq!(error.unwrap_err().downcast_ref::<Panicked>().unwrap().message(), message);
    }
}

#[test]
fn the_closure_begins_with_the_call() {
    let (began, seen) = mpsc::channel();
    let call = gen::blocking(move || began.send(()).unwrap());
    // Blocks until the closure runs, before anything has polled the call.
    seen.recv().unwrap();
    run(gen::raw(call).join()).unwrap();
}

#[test]
fn lists_tuples_and_wrappers_take_it() {
    #[gen::coroutine]
    fn body() -> gen::Result<u32> {
        let squares = yield_!([1, 2, 3].map(|n| gen::blocking(move || n * n)))?;
        let (four, five) = yield_!((gen::blocking(|| 4), async { 5 }))?;
        let parsed = yield_!(vec![gen::blocking(|| "6".parse::<u32>())])?;
        let seven = yield_!(gen::shield(gen::blocking(|| 7)))?;
        Ok(squares.iter().sum::<u32>() + four + five + parsed[0] + seven)
    }
    assert_eq!(run(body()).unwrap(), 36);
}

#[test]
fn virtual_time_stands_still_until_the_closure_has_ended() {
    #[gen::coroutine]
    fn body() -> gen::Result<u8> {
        let works = || {
            work();
            42
        };
        yield_!(gen::with_timeout(SECOND, gen::blocking(works)))
    }
    let clock = VirtualClock::new();
    let began = clock.now();
    assert_eq!(IoLoop::with_clock(clock.clone()).run_sync(body()).unwrap(), 42);
    assert_eq!(clock.now(), began);
}

#[gen::test]
fn a_test_waits_for_the_closure() -> gen::Result {
    // Nothing but the closure is left to do, and that is no deadlock.
    yield_!(gen::blocking(work))?;
    yield_!(gen::with_timeout(SECOND, gen::blocking(work)))
}

#[test]
fn virtual_time_goes_on_after_a_panic_of_the_closure() {
    #[gen::coroutine]
    fn body() -> gen::Result {
        let call = gen::blocking(|| -> u8 { panic!("no value") });
        assert!(yield_!(gen::with_timeout(SECOND, call)).unwrap_err().is::<Panicked>());
        let never = std::future::pending::<()>();
        assert!(yield_!(gen::with_timeout(SECOND, never)).unwrap_err().is::<TimeoutError>());
        Ok(())
    }
    run(body()).unwrap();
}

#[test]
fn a_cancellation_ends_the_wait_and_the_closure_goes_on() {
    #[gen::coroutine]
    fn waits(go: mpsc::Receiver<()>, ended: mpsc::Sender<()>) -> gen::Result {
        yield_!(gen::blocking(move || {
            go.recv().unwrap();
            ended.send(()).unwrap();
        }))
    }
    #[gen::coroutine]
    fn body() -> gen::Result {
        let (go, gone) = mpsc::channel();
        let (ended, end) = mpsc::channel();
        let task = gen::spawn(waits(gone, ended));
        yield_!(task.cancel("enough"))?;
        assert!(yield_!(task).unwrap_err().is_cancelled());
        assert!(end.try_recv().is_err());
        go.send(()).unwrap();
        end.recv().unwrap();
        Ok(())
    }
    run(body()).unwrap();
}

#[test]
fn a_loop_that_is_dropped_does_not_disturb_the_closure() {
    let (go, gone) = mpsc::channel::<()>();
    let (ended, end) = mpsc::channel();
    let io_loop = IoLoop::new();
    let task = io_loop.spawn_local(async move {
        let call = gen::blocking(move || {
            gone.recv().unwrap();
            ended.send(()).unwrap();
        });
        gen::raw(call).join().await
    });
    drop(io_loop);
    go.send(()).unwrap();
    end.recv().unwrap();
    assert!(gen::block_on(task).unwrap_err().is::<LoopClosed>());
}

#[test]
fn join_serves_plain_async_code_on_any_executor() {
    async fn sum() -> gen::Result<u8> {
        Ok(gen::blocking(|| "7".parse::<u8>()).join().await? + gen::raw(gen::blocking(|| 1)).join().await?)
    }
    assert_eq!(futures::executor::block_on(sum()).unwrap(), 8);
}

/// Otherwise work on a thread of the pool would not know its request, and how long the caller
/// waits.
#[test]
fn a_closure_sees_the_inherited_values_of_its_call_and_its_thread_keeps_none() {
    gen::local! {
        static HERE: u32;
        inherited static EVERYWHERE: u32;
    }
    fn seen() -> (Option<u32>, Option<u32>, Option<Duration>) {
        (HERE.get(), EVERYWHERE.get(), gen::time_left())
    }

    #[gen::coroutine]
    fn body() -> gen::Result {
        yield_!(gen::sleep(3600 * SECOND))?;
        let within = yield_!(HERE.with(
            1,
            EVERYWHERE.with(
                2,
                gen::with_timeout(60 * SECOND, async {
                    let here = gen::raw(gen::blocking(seen)).join().await?;
                    gen::Ok([here, gen::spawn(async { gen::raw(gen::blocking(seen)).join().await }).await?])
                })
            )
        ))?;
        for (here, everywhere, left) in within {
            assert_eq!((here, everywhere), (None, Some(2)));
            // On the real clock, though that of the loop is an hour ahead.
            assert!(left.is_some_and(|left| left <= 60 * SECOND), "{left:?}");
        }
        let after = yield_!(vec![gen::blocking(seen), gen::blocking(seen)])?;
        assert_eq!(after, [(None, None, None); 2]);
        Ok(())
    }
    run(body()).unwrap();
}
