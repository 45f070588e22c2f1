//! Groups that come to another thread between two polls, as in a task on a runtime with several
//! threads. Each child is then polled once more, for its new waker, and no wake is lost.

use std::future::Future;
use std::pin::Pin;
use std::sync::{Barrier, Mutex, MutexGuard, PoisonError};
use std::task::Poll;
use std::thread;

use behaviour::{elsewhere, Child, Children, Poller};
use gen::{yield_, WaitIterator};

#[gen::coroutine]
fn list(children: Vec<Child>) -> gen::Result<Vec<u32>> {
    yield_!(children)
}

#[gen::coroutine]
fn pair(mut children: Vec<Child>) -> gen::Result<(u32, u32)> {
    let last = children.pop().expect("two children");
    let first = children.pop().expect("two children");
    yield_!((first, last))
}

#[gen::coroutine]
fn in_the_order_of_their_ends<P>(mut waits: WaitIterator<P, u32>) -> gen::Result<Vec<usize>>
where
    P: Future<Output = gen::Result<u32>>,
{
    let mut order = Vec::new();
    while !waits.done() {
        yield_!(waits.next())?;
        order.extend(waits.current_index());
    }
    Ok(order)
}

fn wake_and_end<F>(children: &Children, poller: &Poller, mut task: Pin<Box<F>>, count: usize) -> F::Output
where
    F: Future + Send,
    F::Output: Send,
{
    assert!(poller.poll(task.as_mut()).is_pending());
    children.journal();
    // Two are woken before the group moves.
    children.wake(count - 1);
    children.wake(0);
    assert_eq!(poller.wakes(), 1);
    assert!(elsewhere(|| poller.poll(task.as_mut()).is_pending()));
    let others = (1..count - 1).map(|child| format!(", poll {child}")).collect::<String>();
    assert_eq!(children.journal(), format!("poll {}, poll 0{others}", count - 1), "the woken ones first");
    // From now on only those that are woken, on whatever thread.
    children.wake(1);
    assert_eq!(poller.wakes(), 1);
    assert!(poller.poll(task.as_mut()).is_pending());
    assert_eq!(children.journal(), "poll 1");
    elsewhere(|| children.wake(0));
    assert_eq!(poller.wakes(), 1);
    assert!(elsewhere(|| poller.poll(task.as_mut()).is_pending()));
    assert_eq!(children.journal(), "poll 0");
    for child in (1..count).rev() {
        children.end(child, Ok(child as u32));
    }
    elsewhere(|| children.end(0, Ok(0)));
    assert_eq!(poller.wakes(), 1);
    let Poll::Ready(output) = poller.poll(task.as_mut()) else { panic!("all children have ended") };
    output
}

/// Lets one test run at a time. A thread takes the place of one that has ended, and with it the
/// blocks that were left to that one: it would keep them until it makes a group or ends.
fn alone() -> MutexGuard<'static, ()> {
    static ALONE: Mutex<()> = Mutex::new(());
    ALONE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Otherwise a list on a runtime with several threads would lose wakes, or change their order.
#[test]
fn a_list_that_moves_polls_each_child_once_more_and_the_woken_ones_first() {
    let _alone = alone();
    for count in [2, 5, 40] {
        let (children, futures) = Children::of(count);
        let results = wake_and_end(&children, &Poller::new(), Box::pin(list(futures)), count);
        assert!(results.expect("no child fails").into_iter().eq(0..count as u32));
    }
}

#[test]
fn a_tuple_that_moves_polls_each_child_once_more_and_the_woken_ones_first() {
    let _alone = alone();
    let (children, futures) = Children::of(2);
    let results = wake_and_end(&children, &Poller::new(), Box::pin(pair(futures)), 2);
    assert_eq!(results.expect("no child fails"), (0, 1));
}

/// The wakers of children that were added are in further blocks.
#[test]
fn an_iterator_that_moves_polls_each_child_once_more_and_the_woken_ones_first() {
    let _alone = alone();
    for (count, added) in [(5, 0), (2, 3), (0, 20)] {
        let (children, mut futures) = Children::of(count + added);
        let late = futures.split_off(count);
        let mut waits = WaitIterator::new(futures);
        for child in late {
            waits.push(child);
        }
        let task = Box::pin(in_the_order_of_their_ends(waits));
        let order = wake_and_end(&children, &Poller::new(), task, count + added);
        let ends = (1..count + added).rev().chain([0]);
        assert!(order.expect("no child fails").into_iter().eq(ends));
    }
}

/// The children are spawned by the body, which has ended when the scope moves.
#[test]
fn a_scope_that_moves_polls_each_child_once_more_and_the_woken_ones_first() {
    let _alone = alone();
    for count in [2, 5, 40] {
        let (children, futures) = Children::of(count);
        let scope = gen::scope(|scope| async move {
            futures.into_iter().for_each(|child| drop(scope.spawn(child)));
            Ok::<_, gen::Error>(count)
        });
        let ended = wake_and_end(&children, &Poller::new(), Box::pin(scope), count);
        assert_eq!(ended.expect("no child fails"), count);
    }
}

/// Otherwise a scope on a runtime with several threads would not hear of a child that is spawned or
/// cancelled while it moves.
#[test]
fn a_scope_that_moves_still_takes_spawns_and_requests() {
    let _alone = alone();
    let (children, mut futures) = Children::of(3);
    let (sender, receiver) = std::sync::mpsc::channel();
    let first = futures.remove(0);
    let mut task = Box::pin(gen::scope(move |scope| {
        sender.send((scope.spawn(first), scope)).expect("the test receives");
        std::future::ready(Ok::<_, gen::Error>(()))
    }));
    let (cancelled, scope) = receiver.recv().expect("the closure was called");
    let poller = Poller::new();
    assert!(poller.poll(task.as_mut()).is_pending());
    // Events before the scope moves, while it is away, and after.
    drop(scope.spawn(futures.remove(0)));
    assert_eq!(poller.wakes(), 1);
    assert!(elsewhere(|| poller.poll(task.as_mut()).is_pending()));
    assert_eq!(children.journal(), "poll 0, poll 0, poll 1");
    drop(cancelled.cancel("stop"));
    elsewhere(|| drop(scope.spawn(futures.remove(0))));
    assert_eq!(poller.wakes(), 1);
    assert!(poller.poll(task.as_mut()).is_pending());
    assert_eq!(children.journal(), "poll 2, poll 0, drop 0");
    children.end(1, Ok(1));
    elsewhere(|| children.end(2, Ok(2)));
    assert_eq!(poller.wakes(), 1);
    assert!(poller.poll(task.as_mut()).is_ready());
}

/// Otherwise a child that is added on another thread would never be polled, or twice.
#[test]
fn a_child_that_is_added_on_another_thread_is_polled_once() {
    let _alone = alone();
    let (children, mut futures) = Children::of(3);
    let late = futures.pop().expect("three children");
    let (poller, mut waits) = (Poller::new(), WaitIterator::new(futures));
    assert!(poller.poll(Pin::new(&mut waits.next())).is_pending());
    children.journal();
    elsewhere(|| {
        waits.push(late);
        assert_eq!(poller.wakes(), 1);
        children.set(2, Ok(2));
        assert!(poller.poll(Pin::new(&mut waits.next())).is_ready());
    });
    assert_eq!(children.journal(), "poll 0, poll 1, poll 2, drop 2");
    children.end(1, Ok(1));
    assert!(poller.poll(Pin::new(&mut waits.next())).is_ready());
    assert_eq!(waits.current_index(), Some(1));
}

/// The group is gone on one thread, and its wakers are used on the thread that made them.
#[test]
fn t19_wakers_of_a_group_that_is_dropped_on_another_thread_are_harmless() {
    let _alone = alone();
    let (children, futures) = Children::of(3);
    let poller = Poller::new();
    let mut task = Box::pin(list(futures));
    assert!(poller.poll(task.as_mut()).is_pending());
    elsewhere(move || drop(task));
    children.waker(0).wake();
    elsewhere(|| children.waker(1).wake());
    children.forget_wakers();
    // The next group of this thread settles what was left of the first one.
    let (children, futures) = Children::of(3);
    let mut task = Box::pin(list(futures));
    assert!(poller.poll(task.as_mut()).is_pending());
    children.forget_wakers();
    drop(task);
    assert_eq!(poller.into_leak().clones(), 0, "the wakers of children keep the task's waker");
}

/// The thread that made the wakers has ended.
#[test]
fn t19_a_group_may_outlive_the_thread_that_has_polled_it_first() {
    let _alone = alone();
    let (children, futures) = Children::of(3);
    let poller = Poller::new();
    let mut task = Box::pin(list(futures));
    assert!(elsewhere(|| poller.poll(task.as_mut()).is_pending()));
    for child in 0..3 {
        children.end(child, Ok(1));
    }
    assert_eq!(poller.wakes(), 1);
    assert!(poller.poll(task.as_mut()).is_ready());
    children.forget_wakers();
    drop(task);
    assert_eq!(poller.into_leak().clones(), 0, "the wakers of children keep the task's waker");
}

/// Otherwise a program with very many threads would lose wakes: a limited number of threads own the
/// blocks of their groups, and the groups of all others use blocks that no thread owns.
#[test]
fn groups_work_on_300_threads_at_once() {
    const THREADS: usize = 300;
    let _alone = alone();
    let all_have_a_group = Barrier::new(THREADS);
    let one_of_them = || {
        let (children, futures) = Children::of(3);
        let (poller, mut task) = (Poller::new(), Box::pin(list(futures)));
        let polled = poller.poll(task.as_mut());
        all_have_a_group.wait();
        assert!(polled.is_pending());
        children.journal();
        children.wake(1);
        assert_eq!(poller.wakes(), 1);
        assert!(poller.poll(task.as_mut()).is_pending());
        assert_eq!(children.journal(), "poll 1");
        children.wake(0);
        assert_eq!(poller.wakes(), 1);
        assert!(elsewhere(|| poller.poll(task.as_mut()).is_pending()));
        // A block that no thread owns stays, so the others are not polled.
        let journal = children.journal();
        assert!(["poll 0", "poll 0, poll 1, poll 2"].contains(&&*journal), "{journal}");
        (0..3).for_each(|child| children.end(child, Ok(1)));
        assert_eq!(poller.wakes(), 1);
        assert!(poller.poll(task.as_mut()).is_ready());
    };
    thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(one_of_them);
        }
    });
}
