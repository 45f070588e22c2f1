//! A callback fails and owns the callable that a coroutine waits for. The error arrives at the
//! yield, and not the message that the callable was dropped.

use std::future::Future;
use std::sync::{Arc, Mutex};
use std::task::Waker;
use std::thread;
use std::time::Duration;

use super::{later, run, run_in_context, soon};
use behaviour::{needs, seconds, spawn};
use gen::context::{capture, wrap, Context};
use gen::{yield_, Callable, Callback, CallbackDroppedError, LeakedCallbackError, Resolve, Wait};
use loop_behaviour::until;

/// On a thread of its own, in that context: drops `owned`, lets the executor resume the coroutines
/// that were woken by that, and fails.
fn fails_elsewhere(context: Context, owned: impl Send + 'static) {
    let (dropped, is_dropped) = gen::promise();
    let turns = spawn(async move {
        is_dropped.await?;
        for _ in 0..5 {
            gen::moment().await?;
        }
        Ok::<_, gen::Error>(())
    });
    thread::spawn(move || {
        context.run(|| {
            drop(owned);
            dropped.set(())?;
            gen::block_on(turns)?;
            Err::<(), _>(gen::Error::new("the real reason"))
        });
    });
}

#[test]
fn on_another_thread_with_the_callback_of_a_task() {
    #[gen::coroutine]
    fn body() -> gen::Result {
        yield_!(gen::from_callback(|done: Resolve<()>| fails_elsewhere(capture(), done)))
    }
    assert_eq!(run_in_context(body()).unwrap_err().to_string(), "the real reason");
}

#[test]
fn on_another_thread_with_a_callable() {
    #[gen::coroutine]
    fn body() -> gen::Result<String> {
        let callable = yield_!(Callback::<()>::new("k"))?;
        fails_elsewhere(capture(), callable);
        let first = yield_!(Wait::<()>::new("k")).unwrap_err();
        let second = yield_!(Wait::<()>::new("k")).unwrap_err();
        assert!(second.is::<CallbackDroppedError>());
        Ok(first.to_string())
    }
    assert_eq!(run_in_context(body()).unwrap(), "the real reason");
}

/// The same in a group, where the error arrives at the yield that waits for the group.
#[test]
fn on_another_thread_with_a_callable_that_a_list_waits_for() {
    #[gen::coroutine]
    fn body() -> gen::Result {
        let callables = yield_!((Callback::<()>::new("k"), Callback::<()>::new("l")))?;
        fails_elsewhere(capture(), callables);
        let both = yield_!(vec![Wait::<()>::new("k"), Wait::<()>::new("l")]);
        both.map(drop)
    }
    assert_eq!(run_in_context(body()).unwrap_err().to_string(), "the real reason");
}

/// A panic is a failure like any other.
#[test]
fn a_panic_on_another_thread() {
    #[gen::coroutine]
    fn body() -> gen::Result {
        let (context, callable) = (capture(), yield_!(Callback::<()>::new("k"))?);
        thread::spawn(move || {
            context.run(|| -> gen::Result {
                let _callable = callable;
                panic!("the real reason")
            })
        });
        yield_!(Wait::<()>::new("k"))
    }
    assert_eq!(run_in_context(body()).unwrap_err().to_string(), "panicked: the real reason");
}

/// A callback that the executor itself calls drops its data before it fails.
#[test]
fn in_a_callback_of_the_executor() {
    #[gen::coroutine]
    fn body() -> gen::Result<String> {
        let callable = yield_!(Callback::<()>::new("k"))?;
        soon(move || {
            drop(callable);
            Err("callback")
        });
        let first = yield_!(Wait::<()>::new("k")).unwrap_err();
        let callable = yield_!(Callback::<()>::new("l"))?;
        later(Duration::ZERO, move || {
            drop(callable);
            Err("timer")
        });
        let second = yield_!(Wait::<()>::new("l")).unwrap_err();
        yield_!(Wait::<()>::new("k")).unwrap_err();
        yield_!(Wait::<()>::new("l")).unwrap_err();
        Ok(format!("{first} {second}"))
    }
    assert_eq!(run_in_context(body()).unwrap(), "callback timer");
}

/// A callback that is called again and again is dropped by its owner, after it has failed.
#[test]
fn a_callback_that_is_dropped_after_it_has_failed() {
    fn calls_and_drops(callable: Callable<()>) {
        let mut callback = wrap(move |()| {
            let _owned = &callable;
            Err("the real reason")
        });
        thread::spawn(move || callback(())).join().expect("it does not panic");
    }
    #[gen::coroutine]
    fn before_the_mail_is_read() -> gen::Result {
        let callable = yield_!(Callback::<()>::new("k"))?;
        calls_and_drops(callable);
        yield_!(Wait::<()>::new("k"))
    }
    /// The waiter is polled in the turn in which the error is sent, before the loop has read the
    /// error.
    #[gen::coroutine]
    fn in_the_turn_of_the_error() -> gen::Result {
        let callable = yield_!(Callback::<()>::new("k"))?;
        let waker = Arc::new(Mutex::new(None::<Waker>));
        let wakes = waker.clone();
        soon(move || {
            calls_and_drops(callable);
            let waker = wakes.lock().unwrap().take();
            waker.expect("the coroutine waits").wake();
        });
        let woken = until(move |new| *waker.lock().unwrap() = Some(new.clone()), || false);
        yield_!((Wait::<()>::new("k"), woken)).map(drop)
    }
    assert_eq!(run_in_context(before_the_mail_is_read()).unwrap_err().to_string(), "the real reason");
    needs!(OneThread);
    assert_eq!(run_in_context(in_the_turn_of_the_error()).unwrap_err().to_string(), "the real reason");
}

/// A callback that ends well, or whose error belongs to another coroutine, does not delay the
/// report of a drop.
#[test]
fn a_drop_is_told_in_the_end() {
    #[gen::coroutine]
    fn elsewhere(callable: Callable<()>) -> gen::Result {
        soon(move || {
            drop(callable);
            Err("not yours")
        });
        yield_!(gen::sleep(seconds(3600)))
    }
    #[gen::coroutine]
    fn body() -> gen::Result {
        let callable = yield_!(Callback::<()>::new("k"))?;
        soon(move || drop(callable));
        let error = yield_!(Wait::<()>::new("k")).unwrap_err();
        assert!(error.is::<CallbackDroppedError>());

        let callable = yield_!(Callback::<()>::new("k"))?;
        let task = spawn(elsewhere(callable));
        let error = yield_!(Wait::<()>::new("k")).unwrap_err();
        assert!(error.is::<CallbackDroppedError>());
        assert_eq!(yield_!(task).unwrap_err().to_string(), "not yours");
        Ok(())
    }
    run_in_context(body()).unwrap();
}

/// Another executor polls the wait within a callback of the loop, which reads no message meanwhile.
#[test]
fn a_wait_on_another_executor_within_a_callback() {
    needs!(TheLoop);
    #[gen::coroutine]
    fn waits() -> gen::Result {
        let callable = yield_!(Callback::<()>::new("k"))?;
        thread::spawn(move || drop(callable));
        yield_!(Wait::<()>::new("k"))
    }
    #[gen::coroutine]
    fn body() -> gen::Result<bool> {
        yield_!(gen::from_callback(|done: Resolve<bool>| soon(move || {
            let error = futures::executor::block_on(waits()).unwrap_err();
            done.call(error.is::<CallbackDroppedError>());
        })))
    }
    assert!(run(body()).unwrap());
}

/// A callback that itself waits for the key that it has dropped does not hang.
#[test]
fn a_callback_that_waits_for_what_it_has_dropped() {
    #[gen::coroutine]
    fn body() -> gen::Result {
        let callable = yield_!(Callback::<()>::new("k"))?;
        drop(callable);
        yield_!(Wait::<()>::new("k"))
    }
    let error = capture().run(|| match run(body()) {
        Err(error) => Ok::<_, gen::Error>(error.is::<CallbackDroppedError>()),
        Ok(()) => Ok(false),
    });
    assert_eq!(error, Some(true));
    // Without a loop, where only the coroutine's own polls can notice the drop.
    let polls = || {
        let mut task = std::pin::pin!(gen::from_callback(|done: Resolve<()>| drop(done)));
        let mut cx = std::task::Context::from_waker(Waker::noop());
        (0..10).any(|_| task.as_mut().poll(&mut cx).is_ready())
    };
    assert_eq!(capture().run(|| Ok::<_, gen::Error>(polls())), Some(true));
}

/// If a callable was dropped by a callback that failed, the error settles its key. A body that
/// catches the error does not have to wait for the key.
#[test]
fn a_body_that_catches_the_error_leaks_no_key() {
    #[gen::coroutine]
    fn on_the_loop() -> gen::Result {
        let callable = yield_!(Callback::<()>::new("k"))?;
        soon(move || {
            drop(callable);
            Err("the real reason")
        });
        let error = yield_!(Wait::<()>::new("k")).unwrap_err();
        assert_eq!(error.to_string(), "the real reason");
        Ok(())
    }
    /// The body waits for another future when the error comes.
    #[gen::coroutine]
    fn elsewhere() -> gen::Result {
        let callable = yield_!(Callback::<()>::new("k"))?;
        soon(move || -> gen::Result {
            let _callable = callable;
            panic!("the real reason")
        });
        let error = yield_!(gen::sleep(seconds(3600))).unwrap_err();
        assert_eq!(error.to_string(), "panicked: the real reason");
        Ok(())
    }
    #[gen::coroutine]
    fn on_another_thread() -> gen::Result {
        let callables = yield_!(vec![Callback::<()>::new("k"), Callback::<()>::new("l")])?;
        fails_elsewhere(capture(), callables);
        let error = yield_!(vec![Wait::<()>::new("k"), Wait::<()>::new("l")]).unwrap_err();
        assert_eq!(error.to_string(), "the real reason");
        Ok(())
    }
    /// The owner of the callback drops the callable after the failure.
    #[gen::coroutine]
    fn dropped_after_it_has_failed() -> gen::Result {
        let callable = yield_!(Callback::<()>::new("k"))?;
        let mut callback = wrap(move |()| {
            let _owned = &callable;
            Err("the real reason")
        });
        thread::spawn(move || callback(())).join().expect("it does not panic");
        let error = yield_!(Wait::<()>::new("k")).unwrap_err();
        assert_eq!(error.to_string(), "the real reason");
        Ok(())
    }
    run_in_context(on_the_loop()).unwrap();
    run_in_context(elsewhere()).unwrap();
    run_in_context(on_another_thread()).unwrap();
    run_in_context(dropped_after_it_has_failed()).unwrap();
}

/// Otherwise a body that tries again would find its key in use.
#[test]
fn a_body_that_catches_the_error_may_register_the_key_anew() {
    #[gen::coroutine]
    fn body() -> gen::Result<(u8, usize)> {
        for failures in 0.. {
            let callable = yield_!(Callback::<u8>::new("k"))?;
            soon(move || {
                if failures < 3 {
                    return Err("not yet");
                }
                callable.call(7);
                Ok(())
            });
            match yield_!(Wait::<u8>::new("k")) {
                Err(error) => assert_eq!(error.to_string(), "not yet"),
                Ok(value) => return Ok((value, failures)),
            }
        }
        unreachable!("it ends in the loop")
    }
    assert_eq!(run_in_context(body()).unwrap(), (7, 3));
}

/// A key whose callable the failed callback did not own, or had passed on, is waited for as before,
/// and leaks as before.
#[test]
fn a_callback_that_fails_settles_no_other_keys() {
    #[gen::coroutine]
    fn body(waits: bool) -> gen::Result<u8> {
        let owned = yield_!(Callback::<u8>::new("owned"))?;
        let (clone, other) = (owned.clone(), yield_!(Callback::<u8>::new("other"))?);
        soon(move || {
            drop(owned);
            Err("the real reason")
        });
        assert!(yield_!(Wait::<u8>::new("owned")).is_err());
        clone.call(1);
        other.call(2);
        if !waits {
            return Ok(0);
        }
        Ok(yield_!(Wait::<u8>::new("owned"))? + yield_!(Wait::<u8>::new("other"))?)
    }
    assert_eq!(run_in_context(body(true)).unwrap(), 3);
    let error = run_in_context(body(false)).unwrap_err();
    let leaked = error.downcast_ref::<LeakedCallbackError>().expect("a leak");
    assert_eq!(leaked.keys().iter().map(gen::LeakedKey::key).collect::<Vec<_>>(), ["\"owned\"", "\"other\""]);
}

/// A callable that is dropped by a callback that ends well, or by the body itself, leaks as usual.
#[test]
fn a_callback_that_ends_well_leaves_a_leak() {
    #[gen::coroutine]
    fn body() -> gen::Result {
        let callable = yield_!(Callback::<u8>::new("k"))?;
        soon(move || drop(callable));
        yield_!(gen::sleep(seconds(1)))
    }
    assert!(run(body()).unwrap_err().is::<LeakedCallbackError>());
}
