//! `WaitIterator`: the children that it polls, the order of the results, and children that come
//! late or are left behind.

use std::future::{poll_fn, ready, Future};
use std::pin::Pin;
use std::rc::{Rc, Weak};
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use behaviour::{needs, waker_with_hook, Child, Children, Poller, Task};
use gen::{yield_, IoLoop, VirtualClock, WaitIterator};

/// Polls for the next result: `[index]: value` or `[index]: error`; `.` if there is none yet.
macro_rules! next {
    ($waits:expr, $poller:expr) => {{
        let polled = $poller.poll(Pin::new(&mut $waits.next()));
        match polled {
            Poll::Pending => ".".to_owned(),
            Poll::Ready(Ok(value)) => format!("{:?}: {value}", $waits.current_index()),
            Poll::Ready(Err(error)) => format!("{:?}: {error}", $waits.current_index()),
        }
    }};
}

/// Otherwise a request would be sent only after the earlier ones were answered.
#[test]
fn all_children_start_at_the_first_next_in_order() {
    let (children, futures) = Children::of(3);
    children.set(0, Ok(7));
    let (poller, mut waits) = (Poller::new(), WaitIterator::new(futures));
    assert_eq!(children.polls(), "0 0 0");
    assert_eq!(next!(waits, poller), "Some(0): 7");
    assert_eq!(children.journal(), "poll 0, drop 0, poll 1, poll 2");
}

/// Otherwise all children would be polled for each one that is woken.
#[test]
fn only_the_woken_child_is_polled() {
    let (children, futures) = Children::of(4);
    let (poller, mut waits) = (Poller::new(), WaitIterator::new(futures));
    assert_eq!(next!(waits, poller), ".");
    children.wake(2);
    assert_eq!(poller.wakes(), 1);
    assert_eq!(next!(waits, poller), ".");
    assert_eq!(children.polls(), "1 1 2 1");
    // No child is polled if a result is ready, or if no child was woken.
    children.end(1, Ok(1));
    children.end(3, Ok(3));
    assert_eq!(next!(waits, poller), "Some(1): 1");
    assert_eq!(next!(waits, poller), "Some(3): 3");
    assert_eq!(next!(waits, poller), ".");
    assert_eq!(children.polls(), "1 2 2 2");
}

/// Otherwise a hundred thousand children would be polled for each one that ends.
#[test]
fn t18_of_100_000_children_each_is_polled_once_and_once_for_its_wake() {
    const COUNT: usize = 100_000;
    let (children, futures) = Children::of(COUNT);
    let (poller, mut waits) = (Poller::new(), WaitIterator::new(futures));
    assert_eq!(next!(waits, poller), ".");
    for child in (0..COUNT).rev() {
        children.end(child, Ok(1));
        assert!(poller.poll(Pin::new(&mut waits.next())).is_ready());
        assert_eq!(waits.current_index(), Some(child));
    }
    let polls: usize =
        children.polls().split(' ').map(|polls| polls.parse::<usize>().expect("a number")).sum();
    assert_eq!(polls, 2 * COUNT);
    assert!(waits.done());
}

/// Children that are ready at once come first, in the order of the arguments. The others come in
/// the order of their wakes.
#[test]
fn t20_results_come_in_the_order_of_their_ends() {
    let (children, futures) = Children::of(5);
    children.set(1, Ok(10));
    children.set(3, Ok(30));
    let (poller, mut waits) = (Poller::new(), WaitIterator::new(futures));
    assert_eq!(next!(waits, poller), "Some(1): 10");
    children.end(4, Ok(40));
    children.end(0, Ok(0));
    children.end(2, Ok(20));
    for expected in ["Some(3): 30", "Some(4): 40", "Some(0): 0", "Some(2): 20"] {
        assert_eq!(next!(waits, poller), expected);
    }
}

/// In Tornado 5, two children that end in one turn had the same index (its issues 2034 and 2963).
#[test]
fn t20_each_of_two_ends_in_one_turn_has_its_index() {
    let (children, futures) = Children::of(3);
    let keys = ["a", "b", "c"].into_iter().zip(futures);
    let (poller, mut waits) = (Poller::new(), WaitIterator::keyed(keys));
    assert_eq!(next!(waits, poller), ".");
    assert_eq!(waits.current_index(), None);
    children.end(2, Ok(2));
    children.end(0, Err("failed"));
    assert_eq!(poller.wakes(), 1);
    assert_eq!(next!(waits, poller), "Some(\"c\"): 2");
    assert_eq!(next!(waits, poller), "Some(\"a\"): failed");
    assert_eq!(next!(waits, poller), ".");
    assert_eq!(waits.current_index(), Some(&"a"));
}

/// Otherwise an error would end the iteration, and the other results would be lost.
#[test]
fn t20_an_error_does_not_end_it() {
    let (children, futures) = Children::of(2);
    children.set(0, Err("failed"));
    let (poller, mut waits) = (Poller::new(), WaitIterator::new(futures));
    assert_eq!(next!(waits, poller), "Some(0): failed");
    assert!(!waits.done());
    children.end(1, Ok(1));
    assert_eq!(next!(waits, poller), "Some(1): 1");
    assert!(waits.done());
}

/// The same future twice is a `KeyError` in Tornado (its issue 2029).
#[test]
fn t20_clones_of_one_future_are_children_of_their_own() {
    let (promise, future) = gen::promise();
    let (poller, mut waits) = (Poller::new(), WaitIterator::new(vec![future; 3]));
    assert_eq!(next!(waits, poller), ".");
    promise.set(7).unwrap();
    for index in 0..3 {
        assert_eq!(next!(waits, poller), format!("Some({index}): 7"));
    }
    assert!(waits.done());
}

/// Otherwise an iterator without children would wait for ever.
#[test]
fn t20_an_empty_one_is_done() {
    let poller = Poller::new();
    let mut waits = WaitIterator::new(Vec::<Child>::new());
    assert!(waits.done() && waits.is_empty());
    assert_eq!(
        next!(waits, poller),
        "None: the `WaitIterator` has no results left: check `done` before each `next`"
    );
    let (children, mut futures) = Children::of(1);
    assert_eq!(waits.push(futures.remove(0)), 0);
    assert_eq!(next!(waits, poller), ".");
    children.end(0, Ok(7));
    assert_eq!(next!(waits, poller), "Some(0): 7");
}

/// Otherwise a wake while the body is elsewhere, or while no call of `next` waits, would be lost
/// (Tornado's issue 1429).
#[test]
fn t20_a_wake_while_nobody_asks_is_not_lost() {
    let (children, futures) = Children::of(2);
    let mut waits = WaitIterator::new(futures);
    let (before, now) = (Poller::new(), Poller::new());
    assert_eq!(next!(waits, before), ".");
    children.end(1, Ok(1));
    children.end(0, Ok(0));
    assert_eq!(next!(waits, now), "Some(1): 1");
    assert_eq!(next!(waits, now), "Some(0): 0");
}

/// Otherwise children that are left behind would go on, or their memory would stay.
#[test]
fn t20_dropped_half_way_it_drops_each_child_once() {
    let (children, futures) = Children::of(4);
    let (poller, mut waits) = (Poller::new(), WaitIterator::new(futures));
    children.set(1, Ok(1));
    children.set(3, Ok(3));
    assert_eq!(next!(waits, poller), "Some(1): 1");
    assert_eq!(children.drops(), "0 1 0 1", "a child is dropped as soon as it ends");
    drop(waits);
    assert_eq!(children.drops(), "1 1 1 1");
    children.forget_wakers();
    assert_eq!(poller.into_leak().clones(), 0, "nobody is woken any more");
}

/// A child that holds a lock would block the body for ever if it stood still. Cold children do so
/// in any iterator. Spawned children and those of a scope go on while the body waits.
#[test]
fn t20_spawned_children_go_on_while_the_body_waits_for_their_lock() {
    type Lock = Rc<futures::lock::Mutex<()>>;

    #[gen::coroutine]
    fn quick() -> gen::Result {
        yield_!(gen::moment())
    }
    #[gen::coroutine]
    fn holds(lock: Lock) -> gen::Result {
        let _guard = yield_!(lock.lock())?;
        for _ in 0..3 {
            yield_!(gen::moment())?;
        }
        Ok(())
    }
    fn cold(lock: &Lock) -> [gen::BoxYieldable<'static, ()>; 2] {
        [gen::boxed(quick()), gen::boxed(holds(lock.clone()))]
    }
    async fn each_takes_the_lock(mut results: impl futures::Stream + Unpin, lock: Lock) -> gen::Result {
        use futures::StreamExt;
        while results.next().await.is_some() {
            drop(lock.lock().await);
        }
        Ok(())
    }
    fn ends<B: Future<Output = gen::Result>>(body: impl FnOnce(Lock) -> B) -> bool {
        let result = behaviour::run_to_result(async {
            let body = body(Lock::default());
            let limited = gen::with_timeout(behaviour::seconds(3600), body);
            gen::multi(vec![limited]).join().await
        });
        match result {
            Ok(_) => true,
            Err(error) if error.is::<gen::TimeoutError>() => false,
            Err(error) => panic!("{error:?}"),
        }
    }
    let unordered = |lock: &Lock| futures::stream::FuturesUnordered::from_iter(cold(lock));
    assert!(!ends(|lock| each_takes_the_lock(unordered(&lock), lock)));
    assert!(!ends(|lock| each_takes_the_lock(WaitIterator::new(cold(&lock)), lock)));
    let spawned = |lock: &Lock| WaitIterator::new(cold(lock).map(gen::spawn_local));
    assert!(ends(|lock| each_takes_the_lock(spawned(&lock), lock)));
    assert!(ends(|lock| gen::scope_local(|scope| {
        let scoped = WaitIterator::new(cold(&lock).map(|child| scope.spawn(child)));
        each_takes_the_lock(scoped, lock)
    })));
}

/// Otherwise a crawler that adds the links of each page would never see them.
#[test]
fn a_child_that_is_pushed_is_polled_by_the_next_next() {
    let (children, mut futures) = Children::of(3);
    let (poller, mut waits) = (Poller::new(), WaitIterator::new([futures.remove(0)]));
    assert_eq!(next!(waits, poller), ".");
    assert_eq!(waits.push(futures.remove(0)), 1);
    assert_eq!(poller.wakes(), 1, "whoever waits is to poll it");
    children.set(1, Ok(1));
    assert_eq!(next!(waits, poller), "Some(1): 1");
    assert_eq!(waits.push(futures.remove(0)), 2);
    assert_eq!(poller.wakes(), 0, "nobody waits");
    children.end(0, Ok(0));
    children.set(2, Ok(2));
    assert_eq!(next!(waits, poller), "Some(0): 0");
    assert_eq!(next!(waits, poller), "Some(2): 2");
    assert!(waits.done());
}

#[test]
fn children_keep_their_positions_when_others_take_the_memory_of_those_that_have_ended() {
    let number = |number: usize| ready(Ok::<_, gen::Error>(number));
    let mut waits = WaitIterator::new((0..6).map(number));
    let mut count = 6;
    for _ in 0..20 {
        for more in [false, true, true] {
            let position = gen::block_on(waits.next()).unwrap();
            assert_eq!(waits.current_index(), Some(position));
            if more {
                assert_eq!(waits.push(number(count)), count);
                count += 1;
            }
        }
        assert_eq!(waits.push(number(count)), count);
        count += 1;
    }
}

/// Otherwise children that come late would have a queue of their own, and their results would be
/// out of order.
#[test]
fn children_that_come_late_keep_the_order_of_their_ends_with_the_others() {
    const COUNT: usize = 100;
    let (children, futures) = Children::of(COUNT);
    let (poller, mut waits) = (Poller::new(), WaitIterator::new(Vec::<Child>::new()));
    for future in futures {
        waits.push(future);
        assert_eq!(next!(waits, poller), ".");
    }
    assert_eq!(waits.len(), COUNT);
    // A permutation, since 37 and 100 have no common divisor.
    let order: Vec<usize> = (0..COUNT).map(|child| child * 37 % COUNT).collect();
    for &child in &order {
        children.end(child, Ok(child as u32));
    }
    for child in order {
        assert_eq!(next!(waits, poller), format!("Some({child}): {child}"));
    }
    assert!(children.polls().split(' ').all(|polls| polls == "2"));
}

/// A key whose result was given is free for another child.
#[test]
fn keyed_children_are_inserted_under_any_key() {
    let (children, mut futures) = Children::of(3);
    let (poller, mut waits) = (Poller::new(), WaitIterator::keyed([("a", futures.remove(0))]));
    waits.insert("b", futures.remove(0));
    children.set(0, Ok(0));
    assert_eq!(next!(waits, poller), "Some(\"a\"): 0");
    waits.insert("a", futures.remove(0));
    children.set(2, Ok(2));
    assert_eq!(next!(waits, poller), "Some(\"a\"): 2");
    children.end(1, Ok(1));
    assert_eq!(next!(waits, poller), "Some(\"b\"): 1");
}

/// The waker of a child that has ended may be woken at any time. By then another child has its
/// place.
#[test]
fn t19_a_wake_of_a_child_that_has_ended_is_harmless() {
    let (children, mut futures) = Children::of(2);
    let (poller, mut waits) = (Poller::new(), WaitIterator::new([futures.remove(0)]));
    assert_eq!(next!(waits, poller), ".");
    let stale = children.waker(0);
    children.end(0, Ok(0));
    assert_eq!(next!(waits, poller), "Some(0): 0");
    stale.wake_by_ref();
    waits.push(futures.remove(0));
    assert_eq!(next!(waits, poller), ".");
    stale.wake_by_ref();
    assert_eq!(next!(waits, poller), ".");
    children.end(1, Ok(1));
    assert_eq!(next!(waits, poller), "Some(1): 1");
    drop(waits);
    stale.wake();
}

/// The slot of a child that has ended is used again. A late wake of that child must not take the
/// new one, which was not polled yet, out of the order of the children that were added.
#[test]
fn t19_a_wake_of_a_child_that_has_ended_loses_no_child_that_was_added_since() {
    let (children, mut futures) = Children::of(3);
    let added = futures.split_off(1);
    let (poller, mut waits) = (Poller::new(), WaitIterator::new(futures));
    assert_eq!(next!(waits, poller), ".");
    let stale = children.waker(0);
    children.end(0, Ok(0));
    assert_eq!(next!(waits, poller), "Some(0): 0");
    for child in added {
        waits.push(child);
    }
    children.set(1, Ok(1));
    children.set(2, Ok(2));
    stale.wake();
    assert_eq!(next!(waits, poller), "Some(1): 1");
    assert_eq!(next!(waits, poller), "Some(2): 2");
    assert_eq!(children.polls(), "2 1 1");
}

/// Otherwise a child that panics would discard the wakes of those behind it, and
/// `while !waits.done()` would wait for ever.
#[test]
fn t19_a_child_that_panics_is_given_as_an_error() {
    let (children, futures) = Children::of(3);
    let (poller, mut waits) = (Poller::new(), WaitIterator::new(futures));
    assert_eq!(next!(waits, poller), ".");
    children.on_poll(0, |_| panic!("in a poll"));
    children.end(0, Ok(0));
    children.end(1, Ok(1));
    children.end(2, Ok(2));
    assert_eq!(next!(waits, poller), "Some(0): panicked: in a poll");
    assert_eq!((waits.len(), waits.done()), (2, false));
    assert_eq!(next!(waits, poller), "Some(1): 1");
    assert_eq!(next!(waits, poller), "Some(2): 2");
    assert_eq!((waits.len(), waits.done()), (0, true));
    assert_eq!(children.drops(), "1 1 1");
}

/// The same for a map, at the first poll, and for a child that comes later.
#[test]
fn t19_a_child_that_panics_is_given_as_an_error_under_its_key() {
    let (children, mut futures) = Children::of(3);
    let late = futures.pop().expect("three children");
    let (poller, mut waits) = (Poller::new(), WaitIterator::keyed(["a", "b"].into_iter().zip(futures)));
    children.on_poll(0, |_| panic!("at once"));
    children.on_poll(2, |_| panic!("later"));
    assert_eq!(next!(waits, poller), "Some(\"a\"): panicked: at once");
    waits.insert("c", late);
    assert_eq!(next!(waits, poller), "Some(\"c\"): panicked: later");
    assert_eq!((waits.len(), waits.done()), (1, false));
    assert_eq!(next!(waits, poller), ".");
    children.end(1, Ok(1));
    assert_eq!(next!(waits, poller), "Some(\"b\"): 1");
    assert!(waits.done());
    assert_eq!(children.drops(), "1 1 1");
}

/// Otherwise the second of two children that panic in one poll would discard the first.
#[test]
fn t19_each_child_that_panics_is_given_as_an_error() {
    let (children, futures) = Children::of(2);
    let (poller, mut waits) = (Poller::new(), WaitIterator::new(futures));
    (0..2).for_each(|child| children.on_poll(child, move |_| panic!("child {child}")));
    assert_eq!(next!(waits, poller), "Some(0): panicked: child 0");
    assert_eq!(next!(waits, poller), "Some(1): panicked: child 1");
    assert!(waits.done());
}

/// Otherwise the error would reach the children, or they would be lost with the yield.
#[test]
fn a_thrown_error_reaches_the_yield_and_leaves_the_children_alone() {
    #[gen::coroutine]
    fn inner(child: Child) -> gen::Result<u32> {
        yield_!(child)
    }
    #[gen::coroutine]
    fn body(futures: Vec<Child>) -> gen::Result<String> {
        let mut waits = WaitIterator::new(futures.into_iter().map(inner));
        let error = yield_!(waits.next()).unwrap_err();
        let number = yield_!(waits.next())?;
        Ok(format!("{error}, then {number} of {:?}", waits.current_index()))
    }
    let (children, futures) = Children::of(2);
    let mut task = Task::new(body(futures));
    assert!(task.poll().is_pending());
    assert!(task.throw("thrown").is_pending());
    assert_eq!(children.drops(), "0 0");
    children.end(1, Ok(7));
    assert_eq!(task.run().unwrap(), "thrown, then 7 of Some(1)");
}

/// Otherwise a result would be kept until the iterator is dropped.
#[test]
fn t26_a_result_belongs_to_whoever_got_it() {
    fn run<T>(mut future: impl Future<Output = T> + Unpin) -> T {
        match Pin::new(&mut future).poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(value) => value,
            Poll::Pending => panic!("it is ready"),
        }
    }
    let values = [Rc::new(1), Rc::new(2)];
    let weak = values.each_ref().map(Rc::downgrade);
    let mut waits = WaitIterator::new(values.map(|value| ready(Ok::<_, gen::Error>(value))));
    assert_eq!(run(waits.next()).ok().as_deref(), Some(&1));
    assert_eq!(weak.each_ref().map(Weak::strong_count), [0, 1]);
    drop(waits);
    assert_eq!(weak[1].strong_count(), 0, "one that nobody has asked for goes with the iterator");
}

/// Otherwise a coroutine that holds an iterator over a promise that it sets itself would keep
/// itself alive.
#[test]
fn t26_an_iterator_keeps_nothing_alive_behind_its_next() {
    needs!(EndDropsTasks);
    let alive = Arc::new(());
    let weak = Arc::downgrade(&alive);
    behaviour::run(async {
        drop(behaviour::spawn(async move {
            let (promise, future) = gen::promise::<u32>();
            let mut waits = WaitIterator::new([future]);
            let _held = (alive, promise);
            waits.next().await
        }));
        gen::moment().await?;
        assert_eq!(weak.strong_count(), 1);
        Ok(())
    });
    assert_eq!(weak.strong_count(), 0);
}

/// Otherwise another combinator would poll it without end, or not at all.
#[test]
fn as_a_stream_it_says_what_is_left() {
    use futures::stream::FusedStream;
    use futures::{Stream, StreamExt};

    let (children, futures) = Children::of(3);
    let mut waits = WaitIterator::new(futures);
    assert_eq!((waits.size_hint(), waits.is_terminated()), ((3, Some(3)), false));
    (0..3).for_each(|child| children.set(child, Ok(child as u32)));
    let poller = Poller::new();
    assert!(poller.poll(std::pin::pin!(waits.next())).is_ready());
    assert_eq!(waits.size_hint(), (2, Some(2)));
    let rest = std::pin::pin!(waits.by_ref().map(|result| result.expect("none fails")).collect::<Vec<_>>());
    assert_eq!(poller.poll(rest), Poll::Ready(vec![1, 2]));
    assert!(waits.is_terminated());
    let end = std::pin::pin!(poll_fn(|cx| waits.poll_next_unpin(cx)));
    assert!(matches!(poller.poll(end), Poll::Ready(None)));
}

/// Whether a timeout of one second reaches a body that moves the clock itself.
fn a_timeout_reaches<F>(body: impl FnOnce(VirtualClock) -> F) -> bool
where
    F: Future<Output = gen::Result>,
{
    let clock = VirtualClock::new();
    let limited = gen::with_timeout(Duration::from_secs(1), body(clock.clone())).join();
    IoLoop::with_clock(clock).run_sync(limited).is_err_and(|error| error.is::<gen::TimeoutError>())
}

/// Otherwise a body that adds one ready child after the other would never suspend, and no timeout
/// would reach it.
#[test]
fn an_iterator_that_is_fed_without_an_end_lets_a_timeout_through() {
    needs!(TheLoop);
    #[gen::coroutine]
    fn endless(clock: VirtualClock) -> gen::Result {
        let mut waits = WaitIterator::new([ready(Ok::<_, gen::Error>(0))]);
        loop {
            let number = yield_!(waits.next())?;
            clock.advance(Duration::from_millis(1));
            waits.push(ready(Ok(number + 1)));
        }
    }
    assert!(a_timeout_reaches(endless));
}

/// The same for a body that always has another result.
#[test]
fn an_iterator_that_never_runs_out_of_results_lets_a_timeout_through() {
    needs!(TheLoop);
    #[gen::coroutine]
    fn endless(clock: VirtualClock) -> gen::Result {
        let mut waits = WaitIterator::new([0, 1, 2].map(|number| ready(Ok::<_, gen::Error>(number))));
        loop {
            let number = yield_!(waits.next())?;
            // So that a failure of the test ends.
            assert!(number < 10_000, "no other task runs");
            clock.advance(Duration::from_millis(1));
            waits.push(ready(Ok(number + 3)));
        }
    }
    assert!(a_timeout_reaches(endless));
}

/// The same for a cancellation, and by key.
#[test]
fn an_iterator_that_is_fed_without_an_end_lets_a_cancellation_through() {
    #[gen::coroutine]
    fn endless() -> gen::Result {
        let mut waits = WaitIterator::keyed([("key", ready(Ok::<_, gen::Error>(0)))]);
        loop {
            let number = yield_!(waits.next())?;
            waits.insert("key", ready(Ok(number + 1)));
        }
    }
    assert!(behaviour::a_cancellation_reaches(endless()));
}

/// Otherwise results that are ready would cost turns of the loop, however many there are.
#[test]
fn results_that_are_there_are_given_without_suspending() {
    const COUNT: u32 = 1_000;
    let (poller, mut waits) =
        (Poller::new(), WaitIterator::new((0..COUNT).map(|number| ready(Ok::<_, gen::Error>(number)))));
    for number in 0..COUNT {
        assert!(
            matches!(poller.poll(Pin::new(&mut waits.next())), Poll::Ready(Ok(value)) if value == number)
        );
    }
    assert_eq!((waits.done(), poller.wakes()), (true, 0));
}

/// If many children are woken, some are left to a later poll. These, those that are woken
/// meanwhile, and new ones must not be lost or change places.
#[test]
fn of_many_that_were_woken_all_are_given_in_the_order_of_their_wakes() {
    const COUNT: usize = 1_000;
    let (children, mut futures) = Children::of(COUNT + 2);
    let (fresh, late) = (futures.pop().expect("a child"), futures.pop().expect("a child"));
    let (poller, mut waits) = (Poller::new(), WaitIterator::new(futures));
    assert_eq!(next!(waits, poller), ".");
    waits.push(late);
    assert_eq!(next!(waits, poller), ".");
    // Every tenth is pending when it is polled.
    let is_pending = |child: &usize| child % 10 == 0;
    for child in (0..COUNT).rev() {
        if !is_pending(&child) {
            children.set(child, Ok(0));
        }
        children.wake(child);
    }
    let mut given = Vec::new();
    let mut feed = Some(fresh);
    while !waits.is_empty() {
        match poller.poll(Pin::new(&mut waits.next())) {
            Poll::Ready(result) => {
                result.unwrap();
                given.extend(waits.current_index());
            }
            Poll::Pending if poller.wakes() > 0 => {}
            Poll::Pending => (0..COUNT).filter(is_pending).for_each(|child| children.end(child, Ok(0))),
        }
        if given.len() == 1 && feed.is_some() {
            children.end(COUNT, Ok(0));
            children.set(COUNT + 1, Ok(0));
            feed.take().map(|fresh| waits.push(fresh));
        }
    }
    let fresh = given.iter().position(|index| *index == COUNT + 1).expect("it was given");
    assert!(fresh <= 120, "it is started by the next `next`: {fresh}");
    given.remove(fresh);
    let woken = (0..COUNT).rev().filter(|child| !is_pending(child));
    assert!(given.into_iter().eq(woken.chain([COUNT]).chain((0..COUNT).filter(is_pending))));
}

/// A waker may run any code when it is cloned, woken or dropped. If that code wakes another child,
/// it must not cause a deadlock.
#[test]
fn a_waker_that_wakes_another_child_when_it_is_cloned_finds_nothing_locked() {
    let (children, mut futures) = Children::of(3);
    let late = futures.pop().expect("three children");
    let mut waits = WaitIterator::new(futures);
    let hook = children.clone();
    let waker = waker_with_hook(move || hook.wake(1));
    let cx = &mut Context::from_waker(&waker);
    assert!(Pin::new(&mut waits.next()).poll(cx).is_pending());
    children.wake(0);
    assert!(Pin::new(&mut waits.next()).poll(cx).is_pending());
    waits.push(late);
    children.end(1, Ok(7));
    assert!(matches!(Pin::new(&mut waits.next()).poll(cx), Poll::Ready(Ok(7))));
}
