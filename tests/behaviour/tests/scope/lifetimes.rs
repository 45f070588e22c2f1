//! Lifetimes: how long the parts of a scope live.

use std::future::Future;
use std::mem;
use std::panic::{catch_unwind, AssertUnwindSafe};
use std::pin::pin;
use std::rc::Weak;

use behaviour::Poller;

use super::*;

#[gen::coroutine]
fn waits(_guard: Guard) -> gen::Result {
    yield_!(std::future::pending::<()>())
}

/// Otherwise a child would outlive the values that it borrows.
#[test]
fn t03_a_scope_that_is_dropped_drops_its_children() {
    let dropped = Count::default();
    {
        let counted = &dropped;
        let mut scope = Box::pin(gen::scope_local(|scope| async move {
            scope.spawn(waits(Guard(counted.clone())));
            // This child is never taken from the inbox. It forms a cycle, because it holds the
            // scope with the inbox that it is in.
            let late = scope.clone();
            waits(Guard(counted.clone())).await?;
            drop(late);
            Ok::<_, gen::Error>(())
        }));
        assert!(Poller::new().poll(scope.as_mut()).is_pending());
        assert_eq!(dropped.get(), 0);
    }
    assert_eq!(dropped.get(), 2);
}

/// Otherwise a child that was spawned and never started would leak, because it holds its own scope.
#[test]
fn t26_a_child_that_holds_its_scope_is_no_cycle() {
    let dropped = Count::default();
    {
        let counted = &dropped;
        let scope = gen::scope_local(|scope| {
            let guard = Guard(counted.clone());
            scope.spawn({
                let scope = scope.clone();
                async move {
                    let _held = (scope, guard);
                    Ok::<_, gen::Error>(())
                }
            });
            std::future::ready(Ok::<_, gen::Error>(()))
        });
        drop(scope); // The scope was never polled.
        assert_eq!(dropped.get(), 1);
    }
}

/// Forgetting a scope leaks it, and its borrows last for ever, so nothing can dangle.
#[test]
fn a_scope_that_is_forgotten_leaks_and_no_more() {
    let dropped = Count::default();
    let counted = &dropped;
    let mut scope = Box::pin(gen::scope_local(|scope| async move {
        scope.spawn(waits(Guard(counted.clone())));
        yield_forever().await
    }));
    assert!(Poller::new().poll(scope.as_mut()).is_pending());
    mem::forget(scope);
    assert_eq!(dropped.get(), 0);
}

async fn yield_forever() -> gen::Result {
    std::future::pending().await
}

/// Otherwise a child that has ended would stay until the scope ends, and the scope of a server
/// would fill the memory.
#[test]
fn t26_a_child_is_freed_when_it_ends_and_its_result_when_it_is_read() {
    #[gen::coroutine]
    fn body() -> gen::Result {
        let value = Rc::new(());
        let weak: Weak<()> = Rc::downgrade(&value);
        let seen = &weak;
        yield_!(gen::scope_local(|scope| async move {
            let child = scope.spawn(async move {
                gen::moment().await?;
                let local = value.clone();
                gen::moment().await?;
                Ok::<_, gen::Error>(local)
            });
            while !child.is_done() {
                yield_!(gen::moment())?;
            }
            assert_eq!(seen.strong_count(), 1, "the result; the child's own are gone");
            drop(yield_!(child)?);
            assert_eq!(seen.strong_count(), 0);
            let unread = Rc::new(());
            let its = Rc::downgrade(&unread);
            drop(scope.spawn(async move { Ok::<_, gen::Error>(unread) }));
            yield_!(gen::moment())?;
            assert_eq!(its.strong_count(), 0, "nobody can read it");
            Ok::<_, gen::Error>(())
        }))
    }
    run(body());
}

/// Otherwise a handle outside of its scope would wait for ever, or give a value that does not
/// exist.
#[test]
fn t03_a_handle_may_outlive_its_scope() {
    #[gen::coroutine]
    fn body() -> gen::Result {
        let out = RefCell::new(Vec::new());
        let kept = &out;
        yield_!(gen::scope_local(|scope| async move {
            kept.borrow_mut().push(scope.spawn(std::future::ready(Ok::<_, gen::Error>(7))));
            Ok::<_, gen::Error>(())
        }))?;
        let mut dropped = Box::pin(gen::scope_local(|scope| async move {
            kept.borrow_mut().push(scope.spawn(std::future::pending::<gen::Result<u32>>()));
            yield_forever().await
        }));
        assert!(futures::poll!(&mut dropped).is_pending());
        drop(dropped);
        let mut handles = out.take();
        assert!(yield_!(handles.pop().unwrap()).unwrap_err().is::<gen::ScopeEnded>());
        let ended = handles.pop().unwrap();
        yield_!(ended.cancel("late"))?;
        assert_eq!(yield_!(ended)?, 7);
        Ok(())
    }
    run(body());
}

/// Otherwise a scope outside of its own body would accept children that never run.
#[test]
fn t03_a_child_that_is_spawned_after_the_end_is_dropped() {
    let dropped = Count::default();
    let late =
        run(async { gen::scope_local(|scope| async move { Ok::<_, gen::Error>(scope.clone()) }).await });
    let handle = late.spawn(waits(Guard(dropped.clone())));
    assert_eq!(dropped.get(), 1);
    assert!(gen::block_on(handle).unwrap_err().is::<gen::ScopeEnded>());
}

/// A value is given once.
#[test]
fn a_handle_gives_its_result_once() {
    run(async {
        gen::scope_local(|scope| async move {
            let mut child = scope.spawn(async { Ok::<_, gen::Error>(7) });
            assert_eq!((&mut child).await?, 7);
            assert!((&mut child).await.unwrap_err().to_string().contains("taken before"));
            Ok::<_, gen::Error>(())
        })
        .await
    });
}

/// Otherwise wakers that live on would keep the scope's memory, or wake a child that is gone.
#[test]
fn t19_a_waker_may_outlive_its_child_and_the_scope() {
    let wakers = RefCell::new(Vec::new());
    let kept = &wakers;
    let poller = Poller::new();
    {
        let mut scope = pin!(gen::scope_local(|scope| async move {
            scope.spawn(std::future::poll_fn(move |cx| {
                kept.borrow_mut().push(cx.waker().clone());
                std::task::Poll::<gen::Result>::Pending
            }));
            yield_forever().await
        }));
        assert!(poller.poll(scope.as_mut()).is_pending());
        poller.wakes();
        wakers.borrow()[0].wake_by_ref();
        wakers.borrow()[0].wake_by_ref();
        assert_eq!(poller.wakes(), 1, "once for both");
    }
    wakers.borrow()[0].wake_by_ref();
    assert_eq!(poller.wakes(), 0);
    assert_eq!(poller.into_leak().clones(), 0);
}

/// A waker may run any code when it is cloned, woken or dropped. If that code wakes another child,
/// it must not cause a deadlock.
#[test]
fn a_waker_that_wakes_another_child_finds_nothing_locked() {
    let (children, futures) = behaviour::Children::of(2);
    let hook = children.clone();
    let waker = behaviour::waker_with_hook(move || hook.wake(1));
    let cx = &mut std::task::Context::from_waker(&waker);
    let mut scope = Box::pin(gen::scope(|scope| {
        futures.into_iter().for_each(|child| drop(scope.spawn(child)));
        std::future::ready(Ok::<_, gen::Error>(7))
    }));
    assert!(scope.as_mut().poll(cx).is_pending());
    children.end(0, Ok(0));
    assert!(scope.as_mut().poll(cx).is_pending());
    children.end(1, Ok(1));
    assert!(matches!(scope.as_mut().poll(cx), std::task::Poll::Ready(Ok(7))));
}

/// Otherwise a child that holds the scope, and the inbox that holds the child, would keep each
/// other alive.
#[test]
fn t26_a_closure_that_panics_leaves_no_child_that_holds_the_scope() {
    let held = std::sync::Arc::new(());
    let (child, local_child) = (held.clone(), held.clone());
    let panics = catch_unwind(AssertUnwindSafe(|| {
        drop(gen::scope(|scope| {
            let inner = scope.clone();
            drop(scope.spawn(async move {
                drop((inner, child));
                Ok::<_, gen::Error>(())
            }));
            makes_no_body()
        }));
    }));
    assert_eq!((panics.is_err(), std::sync::Arc::strong_count(&held)), (true, 2));
    let panics = catch_unwind(AssertUnwindSafe(|| {
        drop(gen::scope_local(|scope| {
            let inner = scope.clone();
            drop(scope.spawn(async move {
                drop((inner, local_child));
                Ok::<_, gen::Error>(())
            }));
            makes_no_body()
        }));
    }));
    assert_eq!((panics.is_err(), std::sync::Arc::strong_count(&held)), (true, 1));
}

fn makes_no_body() -> std::future::Ready<gen::Result> {
    panic!("the closure panics")
}
