//! `limit`: the number of children that run at a time, and the time at which a child is taken from
//! the iterator.

use std::cell::Cell;
use std::collections::{BTreeMap, HashMap};
use std::future::{ready, Future};
use std::pin::Pin;
use std::rc::Rc;
use std::task::Poll;

use behaviour::{logged, needs, run, run_to_result, spawn, Child, Children, Fault, Poller, Task};
use gen::{yield_, ZeroLimitError};

/// A coroutine that waits for a limit of lists.
macro_rules! task {
    ($limit:expr) => {{
        #[gen::coroutine]
        fn wait<Y: gen::Yieldable<M>, M>(limit: Y) -> gen::Result<Y::Output> {
            yield_!(limit)
        }
        Task::new(wait($limit))
    }};
}

/// Runs a test for each kind of source of the children: a list, and a stream that always has its
/// next child ready. Their rules are the same.
macro_rules! for_each_source {
    (|$source:ident| $body:block) => {{
        {
            let $source = std::convert::identity::<Vec<_>>;
            $body
        }
        {
            let $source = futures::stream::iter::<Vec<_>>;
            $body
        }
    }};
}

/// Otherwise a thousand connections would be opened at once.
#[test]
fn no_more_are_started_than_may_run_and_the_next_one_when_one_has_ended() {
    for_each_source!(|source| {
        let (children, futures) = Children::of(5);
        let mut task = task!(gen::limit(2, source(futures)));
        assert!(task.poll().is_pending());
        assert_eq!(children.journal(), "poll 0, poll 1");
        children.end(1, Ok(1));
        assert!(task.poll().is_pending());
        assert_eq!(children.journal(), "poll 1, drop 1, poll 2");
        children.end(2, Ok(2));
        children.end(0, Ok(0));
        assert!(task.poll().is_pending());
        assert_eq!(children.journal(), "poll 2, drop 2, poll 0, drop 0, poll 3, poll 4");
        children.end(4, Ok(4));
        assert!(task.poll().is_pending());
        children.end(3, Ok(3));
        assert_eq!(task.run().unwrap(), [0, 1, 2, 3, 4]);
    });
}

/// Otherwise children would exist long before they may run.
#[test]
fn children_are_taken_from_the_iterator_when_there_is_room() {
    let (children, futures) = Children::of(4);
    let taken = Cell::new(0);
    let lazy = futures.into_iter().inspect(|_| taken.set(taken.get() + 1));
    let mut limit = Box::pin(gen::multi(gen::limit(2, lazy)).join());
    let poller = Poller::new();
    assert_eq!(taken.get(), 0);
    assert!(poller.poll(limit.as_mut()).is_pending());
    assert_eq!(taken.get(), 2);
    children.end(0, Ok(0));
    assert!(poller.poll(limit.as_mut()).is_pending());
    assert_eq!(taken.get(), 3);
    // When it is dropped, it takes no more children.
    drop(limit);
    assert_eq!((taken.get(), children.drops().as_str()), (3, "1 1 1 1"));
}

/// Otherwise a page would be fetched one turn later than possible.
#[test]
fn a_child_that_is_ready_leaves_its_room_in_the_same_poll() {
    let poller = Poller::new();
    let numbers = gen::multi(gen::limit(3, (0..100).map(|number| ready(Ok::<_, Fault>(number))))).join();
    let Poll::Ready(Ok(numbers)) = poller.poll(std::pin::pin!(numbers)) else { panic!("all are ready") };
    assert!(numbers.into_iter().eq(0..100));
}

/// Otherwise all waiting children would be polled for each one that is woken.
#[test]
fn t18_each_child_is_polled_once_and_once_for_its_wake() {
    const COUNT: usize = 10_000;
    for_each_source!(|source| {
        let (children, futures) = Children::of(COUNT);
        let mut task = task!(gen::limit(1_000, source(futures)));
        assert!(task.poll().is_pending());
        for child in 0..COUNT {
            children.end(child, Ok(child as u32));
            assert_eq!(task.poll().is_ready(), child == COUNT - 1);
        }
        assert!(children.polls().split(' ').all(|polls| polls == "2"));
    });
}

/// Otherwise a limit that is higher than the number of children would wait for children that never
/// come.
#[test]
fn a_limit_above_the_number_of_children_is_none() {
    for_each_source!(|source| {
        let (children, futures) = Children::of(2);
        let mut task = task!(gen::limit(usize::MAX, source(futures)));
        assert!(task.poll().is_pending());
        assert_eq!(children.polls(), "1 1");
        children.end(0, Ok(0));
        children.end(1, Ok(1));
        assert_eq!(task.run().unwrap(), [0, 1]);
        assert!(task!(gen::limit(1, source(Vec::<Child>::new()))).run().unwrap().is_empty());
    });
}

/// Otherwise it would wait for ever.
#[test]
fn a_limit_of_zero_is_an_error() {
    for_each_source!(|source| {
        let (children, futures) = Children::of(1);
        assert!(task!(gen::limit(0, source(futures))).run().unwrap_err().is::<ZeroLimitError>());
        let (_, futures) = Children::of(1);
        assert!(task!(gen::multi(gen::limit(0, source(futures))).settle())
            .run()
            .unwrap_err()
            .is::<ZeroLimitError>());
        assert_eq!(children.polls(), "0");
    });
}

/// Otherwise the first answers would be kept until the last one has come.
#[test]
fn unordered_results_are_in_the_order_of_their_ends() {
    for_each_source!(|source| {
        let (children, futures) = Children::of(4);
        let mut task = task!(gen::limit(3, source(futures)).unordered());
        assert!(task.poll().is_pending());
        for child in [2, 0, 1] {
            children.end(child, Ok(child as u32));
        }
        assert!(task.poll().is_pending());
        children.end(3, Ok(3));
        assert_eq!(task.run().unwrap(), [2, 0, 1, 3]);
    });
}

/// Otherwise the results would not say which key they belong to.
#[test]
fn a_map_keeps_its_keys() {
    let numbers = |keys: [u32; 3]| keys.map(|key| (key, ready(Ok::<_, Fault>(key * 10))));
    let hash = task!(gen::limit(2, HashMap::from(numbers([3, 1, 2])))).run().unwrap();
    assert_eq!(hash, HashMap::from([(1, 10), (2, 20), (3, 30)]));
    let tree = task!(gen::limit(2, BTreeMap::from(numbers([3, 1, 2]))).unordered()).run().unwrap();
    assert_eq!(tree, BTreeMap::from([(1, 10), (2, 20), (3, 30)]));
    // The error contains its key.
    let failing = BTreeMap::from(
        [("a", "1"), ("b", "x"), ("c", "y")].map(|(key, text)| (key, ready(text.parse::<u8>()))),
    );
    let (result, _) = logged(|| task!(gen::limit(1, failing)).run());
    assert_eq!(result.unwrap_err().others()[0].key.to_string(), "\"c\"");
}

/// Otherwise the rest would not be done, and the other failures would stay unknown.
#[test]
fn a_failure_stops_nobody_and_the_first_in_child_order_is_raised() {
    for_each_source!(|source| {
        let (children, futures) = Children::of(3);
        let mut task = task!(gen::limit(2, source(futures)));
        assert!(task.poll().is_pending());
        children.end(1, Err("second"));
        assert!(task.poll().is_pending());
        children.end(2, Err("third"));
        assert!(task.poll().is_pending());
        children.end(0, Err("first"));
        let (result, lines) = logged(|| task.run());
        let error = result.unwrap_err();
        let others: Vec<_> = error.others().iter().map(ToString::to_string).collect();
        assert_eq!(
            (error.to_string().as_str(), others),
            ("first", vec!["[1]: second".to_owned(), "[2]: third".to_owned()])
        );
        assert_eq!(lines, ["ERROR gen: multiple errors in a parallel yield: [1]: second\n[2]: third"]);
    });
}

/// Otherwise the log would be full of one failure, for instance that of a server that is down.
#[test]
fn a_hundred_failures_are_one_record() {
    let failing = || (0..100).map(|page| ready(Err::<u32, _>(format!("page {page} is missing"))));
    for in_order in [true, false] {
        let limit = || gen::limit(8, failing());
        let (result, records) = logged(|| match in_order {
            true => task!(limit()).run(),
            false => task!(limit().unordered()).run(),
        });
        assert_eq!(result.unwrap_err().others().len(), 99);
        assert_eq!(records.len(), 1, "{records:?}");
        let lines: Vec<_> = records[0].lines().collect();
        assert_eq!(lines[0], "ERROR gen: multiple errors in a parallel yield: [1]: page 1 is missing");
        assert_eq!((lines.len(), lines[98]), (99, "[99]: page 99 is missing"));
    }
}

/// Otherwise the children of a limit could have no options for their errors.
#[test]
fn multi_has_its_say_in_a_limit() {
    let texts = ["1", "x", "3", "y"].map(|text| ready(text.parse::<u8>()));
    let settled = task!(gen::multi(gen::limit(2, texts.clone())).settle()).run().unwrap();
    assert_eq!(settled.iter().map(|result| result.is_ok()).collect::<Vec<_>>(), [true, false, true, false]);
    let (result, lines) =
        logged(|| task!(gen::multi(gen::limit(2, texts)).quiet::<std::num::ParseIntError>()).run());
    assert_eq!((result.unwrap_err().others().len(), lines.len()), (1, 0));
}

/// Otherwise work would go on that is of no use any more.
#[test]
fn fail_fast_takes_no_more_children_and_drops_those_that_run() {
    let (children, futures) = Children::of(5);
    let mut futures = futures.into_iter();
    let mut limit = Box::pin(gen::multi(gen::limit(3, futures.by_ref())).fail_fast().join());
    let poller = Poller::new();
    assert!(poller.poll(limit.as_mut()).is_pending());
    children.end(2, Ok(2));
    children.end(1, Err("at once"));
    let (polled, lines) = logged(|| poller.poll(limit.as_mut()));
    let Poll::Ready(Err(error)) = polled else { panic!("one has failed") };
    assert_eq!((error.to_string().as_str(), error.others().len(), lines.len()), ("at once", 0, 0));
    assert_eq!(children.drops(), "1 1 1 0 0");
    drop(limit);
    assert_eq!(futures.len(), 2);
}

/// Outputs that are no results, and raw results, as in lists.
#[test]
fn it_can_be_yielded_in_every_mode() {
    #[gen::coroutine]
    fn body() -> gen::Result<(Vec<u8>, usize)> {
        let plain: Vec<u8> = yield_!(gen::limit(2, (1..=3).map(ready)))?;
        let raw = yield_!(gen::raw(gen::limit(2, ["1", "x"].map(|text| ready(text.parse::<u8>())))))?;
        let nested = yield_!(gen::limit(1, vec![vec![ready(1), ready(2)], vec![]]))?;
        assert_eq!(nested, [vec![1, 2], vec![]]);
        let pairs = yield_!(gen::limit(1, vec![(ready(1), ready("two"))]))?;
        assert_eq!(pairs, [(1, "two")]);
        let within = yield_!((gen::limit(1, [ready(1)]), async { 2 }))?;
        assert_eq!(within, (vec![1], 2));
        yield_!(gen::Callback::<u8>::new("key"))?.call(7);
        let mixed = yield_!((gen::Wait::<u8>::new("key"), gen::limit(1, [ready(1)])))?;
        assert_eq!(mixed, (7, vec![1]));
        Ok((plain, raw.iter().filter(|result| result.is_err()).count()))
    }
    assert_eq!(run(body()), (vec![1, 2, 3], 1));
}

/// Otherwise one child that is always ready again would keep the whole group in one poll.
#[test]
fn a_child_that_always_wakes_itself_stops_nobody() {
    struct Restless(Rc<Cell<u32>>);
    impl Future for Restless {
        type Output = gen::Result<u32>;
        fn poll(self: Pin<&mut Self>, cx: &mut std::task::Context<'_>) -> Poll<Self::Output> {
            self.0.set(self.0.get() + 1);
            cx.waker().wake_by_ref();
            Poll::Pending
        }
    }
    let polls = Rc::new(Cell::new(0));
    let restless = gen::boxed(Restless(polls.clone()));
    let others = (0..100).map(|number| gen::boxed(ready(Ok::<_, Fault>(number))));
    let mut limit = Box::pin(gen::multi(gen::limit(2, [restless].into_iter().chain(others))).join());
    let poller = Poller::new();
    assert!(poller.poll(limit.as_mut()).is_pending());
    assert_eq!((polls.get(), poller.wakes()), (1, 1));
}

/// Otherwise a thrown error would end a child instead of the wait.
#[test]
fn a_thrown_error_reaches_the_yield_and_drops_the_children() {
    for_each_source!(|source| {
        let (children, futures) = Children::of(3);
        #[gen::coroutine]
        fn inner(child: Child) -> gen::Result<u32> {
            yield_!(child)
        }
        let mut task = task!(gen::limit(2, source(futures.into_iter().map(inner).collect())));
        assert!(task.poll().is_pending());
        let Poll::Ready(Err(error)) = task.throw("thrown") else { panic!("the yield takes it") };
        assert_eq!((error.to_string().as_str(), error.trace().len()), ("thrown", 1));
        assert_eq!(children.drops(), "1 1 1");
    });
}

/// Otherwise one child's panic would drop the running children, and the others would never be
/// started.
#[test]
fn t19_a_child_that_panics_has_failed_and_the_others_go_on() {
    for unordered in [false, true] {
        let (children, futures) = Children::of(4);
        let limit = gen::limit(2, futures);
        let mut task = task!(if unordered { limit.unordered() } else { limit });
        children.on_poll(1, |_| panic!("the child panics"));
        children.on_poll(3, |_| panic!("another one panics"));
        assert!(task.poll().is_pending());
        assert_eq!(children.polls(), "1 1 1 0", "its room is free");
        children.end(2, Ok(2));
        children.end(0, Ok(0));
        let (result, lines) = logged(|| task.run());
        let error = result.unwrap_err();
        assert_eq!(error.to_string(), "panicked: the child panics");
        let others: Vec<_> = error.others().iter().map(ToString::to_string).collect();
        assert_eq!(others, ["[3]: panicked: another one panics"]);
        assert_eq!((children.drops().as_str(), lines.len()), ("1 1 1 1", 1));
    }
}

/// The same for the options of a limit.
#[test]
fn t19_a_panic_is_a_failure_to_its_options_too() {
    let panics = |number: u32| async move {
        assert_ne!(number, 1, "the child panics");
        Ok::<_, Fault>(number)
    };
    let settled = task!(gen::multi(gen::limit(2, (0..3).map(panics))).settle()).run().unwrap();
    assert_eq!(settled.iter().map(Result::is_ok).collect::<Vec<_>>(), [true, false, true]);
    let started = Cell::new(0);
    let lazy = (0..9).inspect(|_| started.set(started.get() + 1)).map(panics);
    assert!(task!(gen::multi(gen::limit(1, lazy)).fail_fast()).run().unwrap_err().is::<gen::Panicked>());
    assert_eq!(started.get(), 2);
}

/// Otherwise the error would be lost if the destructor of a child that it drops panics.
#[test]
fn t19_a_panic_in_the_drop_of_the_others_leaves_the_failure() {
    for_each_source!(|source| {
        let (children, futures) = Children::of(3);
        let mut task = task!(gen::multi(gen::limit(3, source(futures))).fail_fast());
        assert!(task.poll().is_pending());
        children.panic_in_drop(0);
        children.panic_in_drop(2);
        children.end(1, Err("fault"));
        let (result, lines) = logged(|| task.run());
        assert_eq!((result.unwrap_err().to_string().as_str(), lines.len()), ("fault", 2), "{lines:?}");
        assert_eq!(children.drops(), "1 1 1");
    });
}

/// Otherwise the failures would be neither returned nor logged when a timeout, a throw or the end
/// of the task drops the group.
#[test]
fn the_failures_of_one_that_is_dropped_are_reported_together() {
    for throws in [false, true] {
        let (children, futures) = Children::of(5);
        let mut task = task!(gen::limit(2, futures));
        assert!(task.poll().is_pending());
        children.end(0, Err("fault 0"));
        children.end(1, Ok(1));
        children.set(2, Err("fault 2"));
        let (_, lines) = logged(|| {
            assert!(task.poll().is_pending());
            assert!(!throws || task.throw("stop").is_ready());
            drop(task);
        });
        let what = "ERROR gen: a `limit` was dropped when children of it had failed";
        assert_eq!(lines, [format!("{what}: [0]: fault 0\n[2]: fault 2")]);
        assert_eq!(children.drops(), "1 1 1 1 1");
    }
}

/// The failures of a map have keys, and quiet errors are not reported.
#[test]
fn the_failures_of_a_map_that_is_dropped_are_reported_by_key() {
    let dropped = |is_quiet: bool| {
        let (children, futures) = Children::of(2);
        let limit =
            gen::multi(gen::limit(2, ["a", "b"].into_iter().zip(futures).collect::<BTreeMap<_, _>>()));
        children.set(1, Err("fault"));
        let drop_it = |mut task: Task<_>| drop((task.poll().is_pending(), task));
        logged(|| match is_quiet {
            true => drop_it(Task::new(gen::BoxCoroutine::new(waits(limit.quiet::<Fault>())))),
            false => drop_it(Task::new(gen::BoxCoroutine::new(waits(limit)))),
        })
        .1
    };
    #[gen::coroutine]
    fn waits<Y: gen::Yieldable<M>, M>(limit: Y) -> gen::Result<()> {
        yield_!(limit).map(drop)
    }
    assert_eq!(
        dropped(false),
        ["ERROR gen: a `limit` was dropped when children of it had failed: [\"b\"]: fault"]
    );
    assert_eq!(dropped(true), [""; 0]);
}

/// Otherwise results of `settle` would be lost when a cancellation prevents the start of the
/// remaining children.
#[test]
fn the_failures_of_one_that_a_cancellation_cuts_short_are_reported() {
    #[gen::coroutine]
    fn work(number: u32) -> gen::Result<u32> {
        match number {
            0 => Err(gen::Error::new("fault")),
            _ => yield_!(gen::sleep(std::time::Duration::from_secs(1))).map(|()| number),
        }
    }
    let body = async {
        let task = spawn(gen::multi(gen::limit(1, (0..9).map(work))).settle().join());
        gen::moment().await?;
        task.cancel("stop").await;
        assert!(task.await.unwrap_err().is::<gen::Cancelled>());
        Ok::<(), gen::Error>(())
    };
    let (result, lines) = logged(|| run_to_result(body));
    assert!(result.is_ok());
    assert_eq!(lines, ["ERROR gen: a `limit` was dropped when children of it had failed: [0]: fault"]);
}

/// Otherwise endlessly many ready children would keep the whole group in one poll, and no timeout
/// would reach it.
#[test]
fn children_that_are_ready_without_an_end_let_a_timeout_through() {
    needs!(TheLoop);
    #[gen::coroutine]
    fn body(clock: gen::VirtualClock) -> gen::Result<bool> {
        let children = (0_u32..).map(|number| {
            clock.advance(std::time::Duration::from_millis(1));
            ready(Ok::<_, Fault>(number))
        });
        let limited = gen::with_timeout(std::time::Duration::from_secs(1), gen::limit(2, children));
        Ok(yield_!(limited).unwrap_err().is::<gen::TimeoutError>())
    }
    let clock = gen::VirtualClock::new();
    assert!(gen::IoLoop::with_clock(clock.clone()).run_sync(body(clock)).unwrap());
}

/// The same for a cancellation, and for other tasks.
#[test]
fn children_that_are_ready_without_an_end_let_a_cancellation_through() {
    #[gen::coroutine]
    fn endless() -> gen::Result<Vec<u32>> {
        yield_!(gen::limit(2, (0_u32..).map(|number| ready(Ok::<_, Fault>(number)))))
    }
    assert!(behaviour::a_cancellation_reaches(endless()));
}

/// Otherwise a poll would go on for as long as there are ready children, or would end without a
/// wake for the next poll.
#[test]
fn of_many_that_are_ready_some_wait_for_the_next_poll() {
    const COUNT: u32 = 1_000;
    let children = (0..COUNT).map(|number| ready(Ok::<_, Fault>(number)));
    let (poller, mut limit) = (Poller::new(), Box::pin(gen::multi(gen::limit(3, children)).join()));
    let mut polls = 0;
    let numbers = loop {
        polls += 1;
        match poller.poll(limit.as_mut()) {
            Poll::Ready(numbers) => break numbers.unwrap(),
            Poll::Pending => assert_eq!(poller.wakes(), 1, "it asks for the next poll"),
        }
    };
    assert!((5..=COUNT / 50).contains(&polls), "{polls}");
    assert!(numbers.into_iter().eq(0..COUNT));
}
