//! The order in which children go on, are cancelled and are dropped, also after others have ended.

use std::future::{poll_fn, Future};
use std::pin::Pin;
use std::task::Poll;

use behaviour::{Child, Children, Poller};

use super::*;

/// A scope that is polled by hand, and into which the test spawns children.
struct Scope {
    future: Pin<Box<dyn Future<Output = gen::Result>>>,
    spawner: gen::LocalScope<'static>,
    poller: Poller,
}

impl Scope {
    /// The body waits for ever.
    fn new() -> Self {
        let spawner = Rc::new(RefCell::new(None));
        let given = spawner.clone();
        let future = Box::pin(gen::scope_local(move |scope| {
            given.replace(Some(scope));
            std::future::pending::<gen::Result>()
        }));
        let spawner = spawner.take().expect("the closure was called");
        Scope { future, spawner, poller: Poller::new() }
    }

    fn spawn(&self, child: Child) -> gen::ScopeHandle<u32> {
        self.spawner.spawn(child)
    }

    fn poll(&mut self) {
        assert!(self.poller.poll(Pin::new(&mut self.future)).is_pending());
    }
}

fn numbered<const N: usize>() -> (Children, [Child; N]) {
    let (children, futures) = Children::of(N);
    (children, futures.try_into().unwrap_or_else(|_| unreachable!("as many as asked for")))
}

/// Otherwise a child would go on in the turn of another one, whose place it has taken.
#[test]
fn a_child_is_not_polled_for_a_wake_of_one_that_has_ended() {
    let (children, [ends, stays, late]) = numbered();
    let mut scope = Scope::new();
    drop((scope.spawn(ends), scope.spawn(stays)));
    scope.poll();
    // It is woken again in its last poll.
    children.on_poll(0, |children| children.wake(0));
    children.end(0, Ok(0));
    drop(scope.spawn(late));
    scope.poll();
    children.journal();
    children.wake(1);
    children.wake(2);
    scope.poll();
    assert_eq!(children.journal(), "poll 1, poll 2");
}

/// Otherwise one of two children in one place would be lost.
#[test]
fn children_that_were_woken_in_their_last_polls_leave_one_place_each() {
    const MANY: usize = 100;
    let (children, futures) = Children::of(MANY);
    let mut scope = Scope::new();
    for (n, child) in futures.into_iter().enumerate() {
        drop(scope.spawn(child));
        scope.poll();
        children.on_poll(n, move |children| children.wake(n));
        // The last two are alive at once.
        if let Some(before) = n.checked_sub(1) {
            children.end(before, Ok(0));
            scope.poll();
            scope.poll();
        }
    }
    let last = MANY - 1;
    assert_eq!(children.drops().matches('1').count(), last);
    children.journal();
    children.wake(last);
    scope.poll();
    assert_eq!(children.journal(), format!("poll {last}"));
}

/// Otherwise a child that ends late could not rely on the earlier ones being cancelled, or gone.
#[test]
fn children_in_the_place_of_others_are_cancelled_and_dropped_in_the_order_of_their_spawns() {
    for is_cancelled in [false, true] {
        let (children, [first, second, third, late]) = numbered();
        let mut scope = Scope::new();
        drop((scope.spawn(first), scope.spawn(second), scope.spawn(third)));
        scope.poll();
        children.end(0, Ok(0));
        scope.poll();
        drop(scope.spawn(late));
        scope.poll();
        children.journal();
        if is_cancelled {
            drop(scope.spawner.spawn(async { Err::<(), _>(gen::Error::new("no route")) }));
            drop(scope.poller.poll(Pin::new(&mut scope.future)));
            // They cannot take a cancellation.
            assert_eq!(children.journal(), "poll 1, drop 1, poll 2, drop 2, poll 3, drop 3");
        } else {
            drop(scope);
            assert_eq!(children.journal(), "drop 1, drop 2, drop 3");
        }
    }
}

/// Otherwise a request for a child that ends just then would cancel its successor.
#[test]
fn t21_a_request_for_a_child_that_ends_does_not_reach_the_next_one_in_its_place() {
    let (children, [ends, late]) = numbered();
    let mut scope = Scope::new();
    let ending = scope.spawn(ends);
    scope.poll();
    children.end(0, Ok(7));
    let cancelling = ending.cancel("late");
    let next = scope.spawn(late);
    scope.poll();
    assert_eq!(gen::block_on(ending).expect("it ended before"), 7);
    gen::block_on(cancelling);
    assert!(!next.is_done());
    children.end(1, Ok(8));
    scope.poll();
    assert_eq!(gen::block_on(next).expect("it is not cancelled"), 8);
}

/// Otherwise a child that wakes another one in each poll would keep the task from running.
#[test]
fn a_child_that_is_woken_while_the_scope_is_polled_waits_for_the_next_poll() {
    // When so many have ended in one poll, the others are left to the next one.
    const ENDED_AT_ONCE: usize = 100;
    let (children, futures) = Children::of(ENDED_AT_ONCE + 4);
    let mut scope = Scope::new();
    futures.into_iter().for_each(|child| drop(scope.spawn(child)));
    scope.poll();
    (0..ENDED_AT_ONCE).for_each(|child| children.end(child, Ok(0)));
    let [stays, left, meanwhile, woken_by_left] = [0, 1, 2, 3].map(|more| ENDED_AT_ONCE + more);
    children.wake(stays);
    children.wake(left);
    children.on_poll(stays, move |children| children.wake(meanwhile));
    children.on_poll(left, move |children| children.wake(woken_by_left));
    scope.poller.wakes();
    scope.poll();
    assert_eq!(scope.poller.wakes(), 1, "once for those that are left and those that were woken");
    assert!(children.journal().ends_with(&format!("poll {stays}")));
    scope.poll();
    assert_eq!(children.journal(), format!("poll {left}, poll {meanwhile}"));
    scope.poll();
    assert_eq!(children.journal(), format!("poll {woken_by_left}"));
}

/// Otherwise the task would be polled once more for each request, each spawn and each wake.
#[test]
fn requests_spawns_and_wakes_before_one_poll_wake_the_task_once() {
    let (children, [first, second, third]) = numbered();
    let mut scope = Scope::new();
    let (first, second) = (scope.spawn(first), scope.spawn(second));
    scope.poll();
    scope.poller.wakes();
    drop(first.cancel("stop"));
    drop(scope.spawn(third));
    children.wake(1);
    drop(second.cancel("stop"));
    assert_eq!(scope.poller.wakes(), 1);
    scope.poll();
    assert_eq!(scope.poller.wakes(), 0, "there is nothing more to do");
    assert!(first.is_done() && second.is_done());
}

/// Otherwise the tasks that a child wakes after itself would have to wait for the scope's own task.
#[test]
fn a_scope_asks_for_its_next_poll_at_the_end_of_a_poll() {
    let seen = Rc::new(Cell::new(usize::MAX));
    let mut scope = Scope::new();
    let (poller, said) = (Rc::new(Poller::new()), seen.clone());
    let asks = poller.clone();
    let mut polls = 0;
    drop(scope.spawner.spawn(poll_fn(move |cx| {
        polls += 1;
        cx.waker().wake_by_ref();
        said.set(asks.wakes());
        if polls == 3 {
            Poll::Ready(Ok::<(), gen::Error>(()))
        } else {
            Poll::Pending
        }
    })));
    for _ in 0..2 {
        assert!(poller.poll(Pin::new(&mut scope.future)).is_pending());
        assert_eq!((seen.get(), poller.wakes()), (0, 1));
    }
}
