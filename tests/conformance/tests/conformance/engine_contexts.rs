//! GenEngineTest, the tests of error contexts.

use behaviour::{in_seconds, seconds, spawn};
use gen::{yield_, Callable, Callback, Resolve, Wait};

use super::{fails_in_a_callback, run_timed, soon};

/// In Tornado, ten tasks one after the other, over an engine that yields once, may lengthen the
/// chain of contexts by two. Here it does not grow at all: a body always runs in the context of its
/// own task, whatever resumed it.
#[test]
fn stack_context_leak() {
    #[gen::engine(send)]
    fn inner(done: Resolve<usize>) -> gen::Result {
        yield_!(gen::from_callback(|done| soon(move || done.call(()))))?;
        done.call(gen::context::depth());
        Ok(())
    }
    #[gen::coroutine]
    fn outer() -> gen::Result<(usize, Vec<usize>, usize)> {
        let (before, mut inside) = (gen::context::depth(), Vec::new());
        for _ in 0..10 {
            inside.push(yield_!(gen::from_callback(inner))?);
        }
        Ok((before, inside, gen::context::depth()))
    }
    // Inside of the engine: the coroutine, the task's function, the engine.
    assert_eq!(run_timed(outer()), (Ok((1, vec![3; 10], 1)), in_seconds(0), vec![]));
}

/// The same if the inner engine fails, and the outer coroutine catches the error at the yield of
/// the task. This is also rule 41.
#[test]
fn stack_context_leak_exception() {
    #[gen::engine(send)]
    fn inner(_done: Resolve<()>) -> gen::Result {
        yield_!(gen::from_callback(|done| soon(move || done.call(()))))?;
        Err(gen::Error::new("inner"))
    }
    #[gen::coroutine]
    fn outer() -> gen::Result<(usize, usize, usize)> {
        let (before, mut caught) = (gen::context::depth(), 0);
        for _ in 0..10 {
            let error = yield_!(gen::from_callback(inner)).unwrap_err();
            assert_eq!(error.to_string(), "inner");
            caught += 1;
        }
        yield_!(gen::sleep(seconds(10)))?;
        Ok((before, gen::context::depth(), caught))
    }
    assert_eq!(run_timed(outer()), (Ok((1, 1, 10)), in_seconds(10), vec![]));
}

/// The task's function schedules a callback that fails. Its error arrives at the task's yield, even
/// if the callback holds the task's callback.
#[test]
fn exception_in_task_phase2() {
    #[gen::coroutine]
    fn body() -> gen::Result<String> {
        let mut kept = None;
        let held = yield_!(gen::from_callback(|done: Resolve<()>| {
            kept = Some(done);
            fails_in_a_callback("kept");
        }));
        let moved = yield_!(gen::from_callback(|done: Resolve<()>| {
            soon(move || {
                let _moved = done;
                Err::<(), _>("moved")
            });
        }));
        yield_!(gen::sleep(seconds(10)))?;
        Ok(format!("{} {}", held.unwrap_err(), moved.unwrap_err()))
    }
    assert_eq!(run_timed(body()), (Ok("kept moved".to_owned()), in_seconds(10), vec![]));
}

/// Like `wait_transfer_stack_context`, for a task's callback.
#[test]
fn task_transfer_stack_context() {
    #[gen::coroutine]
    fn body() -> gen::Result<(usize, usize, usize)> {
        let before = gen::context::depth();
        let inside = yield_!(gen::from_callback(|done| {
            soon(move || done.call(gen::context::depth()));
        }))?;
        Ok((before, inside, gen::context::depth()))
    }
    assert_eq!(run_timed(body()), (Ok((1, 2, 1)), in_seconds(0), vec![]));
}

/// The contexts in which a callable is called are not visible in the body that it resumes.
#[test]
fn wait_transfer_stack_context() {
    #[gen::coroutine]
    fn calls(callable: Callable<usize>) -> gen::Result {
        yield_!(gen::moment())?;
        soon(move || callable.call(gen::context::depth()));
        yield_!(gen::moment())
    }
    #[gen::coroutine]
    fn waits() -> gen::Result<(usize, usize)> {
        let callable = yield_!(Callback::<usize>::new("k1"))?;
        let other = spawn(calls(callable));
        let inside = yield_!(Wait::<usize>::new("k1"))?;
        let after = gen::context::depth();
        yield_!(other)?;
        Ok((inside, after))
    }
    assert_eq!(run_timed(waits()), (Ok((2, 1)), in_seconds(0), vec![]));
}
