//! `with_timeout`: WithTimeoutTest, and rules 45 to 53 of the semantics.

use std::future::{pending, ready};

use gen::{yield_, IoLoop, TimeoutError};
use loop_behaviour::Order;

use super::{run_logged, Fault, SECOND};

#[gen::coroutine]
fn after(seconds: u32, result: Result<u32, Fault>) -> gen::Result<u32> {
    yield_!(gen::sleep(SECOND * seconds))?;
    Ok(result?)
}

/// What is never done ends with a `TimeoutError` at the yield.
#[test]
fn test_timeout() {
    #[gen::coroutine]
    fn body() -> gen::Result<u32> {
        yield_!(gen::with_timeout(SECOND / 10, pending::<gen::Result<u32>>()))
    }
    assert!(run_logged(body()).0.unwrap_err().is::<TimeoutError>());
}

/// What is done in time gives its value, at once.
#[test]
fn test_completes_before_timeout() {
    #[gen::coroutine]
    fn body() -> gen::Result<u32> {
        let began = IoLoop::current().unwrap().now();
        let value = yield_!(gen::with_timeout(SECOND * 3600, after(1, Ok(7))))?;
        assert_eq!(IoLoop::current().unwrap().now() - began, SECOND);
        Ok(value)
    }
    assert_eq!(run_logged(body()).0.unwrap(), 7);
}

/// Its own error comes out unchanged.
#[test]
fn test_fails_before_timeout() {
    #[gen::coroutine]
    fn body() -> gen::Result<u32> {
        yield_!(gen::with_timeout(SECOND * 3600, after(1, Err(Fault("its own")))))
    }
    assert_eq!(run_logged(body()).0.unwrap_err().downcast_ref(), Some(&Fault("its own")));
}

/// What is done already gives its value in place.
#[test]
fn test_already_resolved() {
    #[gen::coroutine]
    fn body() -> gen::Result<u32> {
        yield_!(gen::with_timeout(SECOND * 3600, ready(Ok::<_, gen::Error>(7))))
    }
    assert_eq!(run_logged(body()).0.unwrap(), 7);
}

/// Tornado takes only futures there, and raises `BadYieldError` from the call for the rest; here it is what `yield_!` takes, or it does not compile.
#[test]
fn rule_45_anything_yieldable() {
    #[gen::coroutine]
    fn body() -> gen::Result<Vec<u32>> {
        yield_!(gen::with_timeout(SECOND * 3600, vec![after(2, Ok(1)), after(1, Ok(2))]))
    }
    assert_eq!(run_logged(body()).0.unwrap(), [1, 2]);
}

/// The task of what was waited for goes on.
#[test]
fn rule_46_the_input_is_never_cancelled() {
    #[gen::coroutine]
    fn body(order: Order) -> gen::Result {
        let noted = order.clone();
        let task = gen::spawn_local(async move {
            gen::sleep(SECOND * 2).await?;
            noted.push("went on");
            Ok::<_, gen::Error>(())
        });
        assert!(yield_!(gen::with_timeout(SECOND, task)).is_err());
        yield_!(gen::sleep(SECOND * 2))
    }
    let order = Order::new();
    run_logged(body(order.clone())).0.unwrap();
    assert_eq!(order.text(), "went on");
}

/// A task that `with_timeout` has given up, and which then ends so; what was logged.
fn late(
    result: Result<u32, Fault>,
    wait: impl FnOnce(gen::JoinHandle<u32>) -> Waiting + 'static,
) -> Vec<String> {
    let (outcome, lines) = run_logged(async move {
        let result = wait(gen::spawn_local(after(2, result))).await;
        gen::sleep(SECOND * 2).await.unwrap();
        result
    });
    assert!(outcome.unwrap_err().is::<TimeoutError>());
    lines
}

type Waiting = gen::LocalBoxCoroutine<'static, gen::Result>;

#[gen::coroutine(dyn(local))]
fn plainly(task: gen::JoinHandle<u32>) -> gen::Result {
    yield_!(gen::with_timeout(SECOND, task)).map(drop)
}

#[gen::coroutine(dyn(local))]
fn quietly(task: gen::JoinHandle<u32>) -> gen::Result {
    let limited = gen::with_timeout(SECOND, task).quiet::<std::fmt::Error>().quiet::<Fault>();
    yield_!(limited).map(drop)
}

#[gen::coroutine(dyn(local))]
fn quiet_of_another_type(task: gen::JoinHandle<u32>) -> gen::Result {
    yield_!(gen::with_timeout(SECOND, task).quiet::<std::fmt::Error>()).map(drop)
}

#[gen::coroutine(dyn(local))]
fn in_a_list(task: gen::JoinHandle<u32>) -> gen::Result {
    yield_!(gen::with_timeout(SECOND, vec![task])).map(drop)
}

#[gen::coroutine(dyn(local))]
fn within_a_coroutine(task: gen::JoinHandle<u32>) -> gen::Result {
    #[gen::coroutine]
    fn waits(task: gen::JoinHandle<u32>) -> gen::Result<u32> {
        yield_!(task)
    }
    yield_!(gen::with_timeout(SECOND, waits(task))).map(drop)
}

const AFTER_TIMEOUT: &str = "ERROR gen: a task failed after the timeout of whoever waited for it: late";

/// A late failure is logged, once, and says what it is; not again as one that nobody looked at.
#[test]
fn rule_50_a_late_failure_is_logged() {
    for wait in [plainly, in_a_list, within_a_coroutine, quiet_of_another_type] {
        let lines = late(Err(Fault("late")), wait);
        assert_eq!(lines.len(), 1, "{lines:?}");
        assert!(lines[0].starts_with(AFTER_TIMEOUT), "{lines:?}");
    }
}

/// A late success is silent.
#[test]
fn rule_50_a_late_success_is_not_logged() {
    assert_eq!(late(Ok(1), plainly), Vec::<String>::new());
}

/// A late failure of a quiet type is not logged at all.
#[test]
fn rule_51_a_quiet_late_failure_is_not_logged() {
    assert_eq!(late(Err(Fault("late")), quietly), Vec::<String>::new());
}

/// A handle that is dropped elsewhere is none of the timeout's: its failure is told as ever.
#[test]
fn what_is_detached_otherwise_is_logged_as_before() {
    let ((), lines) = run_logged(async {
        drop(gen::spawn_local(after(2, Err(Fault("detached")))));
        let quiet = gen::with_timeout(SECOND, pending::<gen::Result>()).quiet::<Fault>();
        #[gen::coroutine]
        fn wait<Y: gen::Yieldable<M, Output = ()>, M>(limited: Y) -> gen::Result {
            yield_!(limited)
        }
        assert!(wait(quiet).await.is_err());
        drop(gen::spawn_local(after(1, Err(Fault("later")))));
        gen::sleep(SECOND * 3).await.unwrap();
    });
    let starts = |line: &String, error| {
        line.starts_with(&format!("ERROR gen: a task failed, and nobody looked at its result: {error}"))
    };
    assert_eq!(lines.len(), 2, "{lines:?}");
    assert!(
        lines.iter().any(|line| starts(line, "detached")) && lines.iter().any(|line| starts(line, "later"))
    );
}

/// What a destructor spawns while the timeout drops what it waited for was none of what it waited for: its failure is told, however quiet the timeout.
#[test]
fn what_a_destructor_spawns_is_none_of_the_timeouts() {
    struct CleansUp;
    impl Drop for CleansUp {
        fn drop(&mut self) {
            drop(gen::spawn_local(after(1, Err(Fault("cleaning up")))));
        }
    }
    #[gen::coroutine]
    fn slow(_held: CleansUp) -> gen::Result {
        yield_!(pending::<gen::Result>())
    }
    #[gen::coroutine]
    fn impatient() -> gen::Result {
        yield_!(gen::with_timeout(SECOND, slow(CleansUp)).quiet::<Fault>()).unwrap_err();
        yield_!(gen::sleep(SECOND * 3))
    }
    let (result, lines) = run_logged(impatient());
    result.unwrap();
    assert_eq!(lines, ["ERROR gen: a task failed, and nobody looked at its result: cleaning up"]);
}
