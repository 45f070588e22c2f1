//! Panics also end the scope in an orderly way.

use std::panic::{catch_unwind, AssertUnwindSafe};

use behaviour::PanicsInDrop;

use super::*;

#[gen::coroutine]
fn panics(text: &'static str) -> gen::Result {
    yield_!(gen::moment())?;
    panic!("{text}")
}

/// Otherwise one child's panic would drop its siblings.
#[test]
fn t19_a_panic_of_a_child_is_a_failure() {
    #[gen::coroutine]
    fn body(journal: Journal) -> gen::Result {
        yield_!(gen::scope_local(|scope| async move {
            scope.spawn(works("a", 1, journal));
            scope.spawn(panics("in a child"));
            Ok::<_, gen::Error>(())
        }))
    }
    let journal = Journal::default();
    let error = run(async { Ok(body(journal.clone()).await.unwrap_err()) });
    assert_eq!(error.downcast_ref::<gen::Panicked>().unwrap().message(), "in a child");
    assert_eq!(journal.take(), "a told, a clean");
}

/// Otherwise the panic would unwind through the scope and drop the children before they have
/// cleaned up.
#[test]
fn t19_a_panic_of_the_body_waits_for_the_children() {
    #[gen::coroutine]
    fn body(journal: Journal) -> gen::Result {
        yield_!(gen::scope_local(|scope| async move {
            scope.spawn(works("a", 1, journal));
            yield_!(panics("in the body"))
        }))
    }
    let journal = Journal::default();
    let ended = catch_unwind(AssertUnwindSafe(|| run(body(journal.clone()))));
    assert_eq!(ended.unwrap_err().downcast_ref::<String>().unwrap(), "in the body");
    assert_eq!(journal.take(), "a told, a clean");
}

/// Otherwise a destructor that panics would discard the result.
#[test]
fn t19_a_panic_in_a_childs_destructor_is_contained() {
    #[gen::coroutine]
    fn body() -> gen::Result<u32> {
        yield_!(gen::scope(|scope| async move {
            let told = scope.spawn(std::future::poll_fn({
                let held = PanicsInDrop;
                move |_| {
                    let _ = &held;
                    std::task::Poll::Ready(Ok::<_, gen::Error>(7))
                }
            }));
            let untold = scope.spawn({
                let held = PanicsInDrop;
                std::future::poll_fn(move |_| {
                    let _ = &held;
                    std::task::Poll::<gen::Result>::Pending
                })
            });
            yield_!(untold.cancel("stop"))?;
            yield_!(told)
        }))
    }
    let (value, lines) = logged(|| run(body()));
    assert_eq!(value, 7);
    assert_eq!(lines.len(), 2, "{lines:?}");
}

/// Otherwise the panic would unwind through the scope, and drop the children before they have
/// ended.
#[test]
fn t19_a_panic_in_the_destructor_of_the_body_is_contained() {
    #[gen::coroutine]
    fn body(journal: Journal) -> gen::Result<u32> {
        yield_!(gen::scope(|scope| {
            scope.spawn(async move {
                gen::moment().await?;
                journal.say("ended");
                Ok::<_, gen::Error>(())
            });
            let held = PanicsInDrop;
            std::future::poll_fn(move |_| {
                let _ = &held;
                std::task::Poll::Ready(Ok::<_, gen::Error>(7))
            })
        }))
    }
    let journal = Journal::default();
    let (value, lines) = logged(|| run(body(journal.clone())));
    assert_eq!((value, journal.take()), (7, "ended".to_owned()));
    assert_eq!(lines, ["ERROR gen: the drop of a scope's body panicked: in a drop"]);
}

/// Otherwise code that has cancelled the child would wait for its end for ever.
#[test]
fn t19_a_child_that_never_started_has_ended_even_if_its_destructor_panics() {
    let spawned = RefCell::new(None);
    let scope = gen::scope_local(|scope| {
        let held = PanicsInDrop;
        spawned.replace(Some(scope.spawn(async move {
            let _held = held;
            Ok::<_, gen::Error>(())
        })));
        std::future::ready(Ok::<_, gen::Error>(()))
    });
    let child = spawned.take().expect("the closure was called");
    let mut cancelling = std::pin::pin!(child.cancel("stop"));
    assert!(behaviour::Poller::new().poll(cancelling.as_mut()).is_pending());
    assert!(catch_unwind(AssertUnwindSafe(|| drop(scope))).is_err());
    assert!(behaviour::Poller::new().poll(cancelling).is_ready());
}

/// Otherwise two destructors that panic would end the process.
#[test]
fn t19_destructors_that_panic_are_contained_when_a_scope_is_dropped() {
    struct AlwaysPanics;
    impl Drop for AlwaysPanics {
        fn drop(&mut self) {
            panic!("in a drop")
        }
    }
    let test = "panics::t19_destructors_that_panic_are_contained_when_a_scope_is_dropped";
    behaviour::in_a_process_of_its_own(test, 2, || {
        let mut scope = Box::pin(gen::scope_local(async |scope| {
            for _ in 0..2 {
                let held = AlwaysPanics;
                scope.spawn(async move {
                    let _held = held;
                    std::future::pending::<gen::Result>().await
                });
            }
            std::future::pending::<gen::Result>().await
        }));
        let poller = behaviour::Poller::new();
        assert!(poller.poll(scope.as_mut()).is_pending());
        drop(scope);
    });
}
