//! `limit(..).as_completed()`: each result as soon as it is ready, of a limited number of children.

use std::cell::Cell;
use std::future::{ready, Ready};
use std::task::Poll;
use std::time::Duration;

use behaviour::{logged, needs, reason, run, seconds, works, Child, Children, Fault, Journal, Poller, Task};
use futures::{stream, FutureExt, StreamExt};
use gen::{yield_, ZeroLimitError};

/// Takes all results, good or bad, and says which they are.
macro_rules! takes_all {
    ($children:expr) => {
        async {
            let mut results = gen::limit(2, $children).as_completed();
            let mut texts = Vec::new();
            loop {
                let result = match results.next().await {
                    Ok(None) => break,
                    Ok(Some(number)) => number.to_string(),
                    Err(error) => error.to_string(),
                };
                texts.push(format!("{:?} {result}", results.current_index()));
            }
            assert!(matches!(results.next().await, Ok(None)), "the end stays");
            assert_eq!(results.current_index(), None);
            texts.join(", ")
        }
    };
}

/// Otherwise the first results would be kept until the last ones have come, or more children would
/// run than may.
#[test]
fn results_come_in_the_order_of_their_ends_and_the_next_child_begins() {
    let (children, futures) = Children::of(4);
    let mut all = Box::pin(takes_all!(futures));
    let poller = Poller::new();
    assert!(poller.poll(all.as_mut()).is_pending());
    assert_eq!(children.polls(), "1 1 0 0");
    children.end(1, Ok(10));
    assert_eq!(poller.wakes(), 1);
    assert!(poller.poll(all.as_mut()).is_pending());
    assert_eq!(children.polls(), "1 2 1 0");
    children.end(2, Err("down"));
    children.end(0, Ok(0));
    children.set(3, Ok(30));
    let Poll::Ready(texts) = poller.poll(all.as_mut()) else { panic!("all have ended") };
    assert_eq!(texts, "Some(1) 10, Some(2) down, Some(0) 0, Some(3) 30");
    assert_eq!(children.drops(), "1 1 1 1");
}

/// Otherwise a slow body would have the results of a fast source pile up.
#[test]
fn the_source_waits_until_a_result_is_taken() {
    let taken = Cell::new(0);
    let numbers = (0..9).map(|number| ready(Ok::<_, Fault>(number)));
    let counted = || numbers.clone().inspect(|_| taken.set(taken.get() + 1));
    let mut of_a_list = gen::limit(2, counted()).as_completed();
    assert_eq!(of_a_list.next().now_or_never().unwrap().unwrap(), Some(0));
    assert_eq!(taken.replace(0), 2);
    assert_eq!(of_a_list.next().now_or_never().unwrap().unwrap(), Some(1));
    assert_eq!(taken.replace(0), 1);
    let mut of_a_stream = gen::limit(2, stream::iter(counted())).as_completed();
    assert_eq!(of_a_stream.next().now_or_never().unwrap().unwrap(), Some(0));
    assert_eq!(taken.get(), 2);
}

/// Otherwise a stream that has no child yet would look like one that has ended.
#[test]
fn it_waits_for_the_end_of_a_stream() {
    let (sender, receiver) = futures::channel::mpsc::unbounded::<Ready<Result<u32, Fault>>>();
    let mut all = Box::pin(takes_all!(receiver));
    let poller = Poller::new();
    assert!(poller.poll(all.as_mut()).is_pending());
    sender.unbounded_send(ready(Ok::<_, Fault>(7))).unwrap();
    assert_eq!(poller.wakes(), 1);
    assert!(poller.poll(all.as_mut()).is_pending());
    drop(sender);
    assert_eq!(poller.wakes(), 1);
    let Poll::Ready(texts) = poller.poll(all.as_mut()) else { panic!("the stream has ended") };
    assert_eq!(texts, "Some(0) 7");
}

/// Otherwise each child would cost two polls.
#[test]
fn a_child_that_a_stream_gives_later_needs_no_other_poll() {
    let (children, futures) = Children::of(2);
    let (sender, receiver) = futures::channel::mpsc::unbounded();
    let mut results = gen::limit(3, receiver).as_completed();
    let (poller, mut next) = (Poller::new(), Box::pin(results.next()));
    for (sent, child) in futures.into_iter().enumerate() {
        sender.unbounded_send(child).unwrap();
        assert_eq!(poller.wakes(), sent.min(1));
        assert!(poller.poll(next.as_mut()).is_pending());
    }
    assert_eq!((poller.wakes(), children.polls().as_str()), (0, "1 1"));
}

/// Otherwise it would wait for ever.
#[test]
fn a_limit_of_zero_is_an_error_and_then_the_end() {
    let mut results = gen::limit(0, [ready(Ok::<_, Fault>(1))]).as_completed();
    let error = results.next().now_or_never().unwrap().unwrap_err();
    assert!(error.is::<ZeroLimitError>());
    assert!(matches!(results.next().now_or_never(), Some(Ok(None))));
    let results = gen::limit(0, stream::iter([ready(Ok::<_, Fault>(1))])).as_completed();
    assert_eq!(results.collect::<Vec<_>>().now_or_never().unwrap().len(), 1);
}

/// Otherwise one child's panic would take the results of the others with it.
#[test]
fn t19_a_child_that_panics_is_given_as_an_error() {
    let (children, futures) = Children::of(2);
    children.on_poll(0, |_| panic!("the child panics"));
    children.set(1, Ok(1));
    let texts = takes_all!(futures).now_or_never().unwrap();
    assert_eq!(texts, "Some(0) panicked: the child panics, Some(1) 1");
}

/// Cancels a coroutine that takes the results of the limit that `$results` makes from a journal.
macro_rules! cancelled {
    (|$journal:ident| $limit:expr) => {{
        #[gen::coroutine]
        fn takes($journal: Journal) -> gen::Result {
            let mut results = $limit.as_completed();
            loop {
                let text = match yield_!(results.next()) {
                    Ok(None) => return Ok($journal.say("end".to_owned())),
                    Ok(Some(number)) => format!("{number}"),
                    Err(error) => reason(&error),
                };
                $journal.say(text);
            }
        }
        let journal = Journal::default();
        let (_, lines) = logged(|| {
            run(async {
                let task = behaviour::spawn(takes(journal.clone()));
                gen::sleep(seconds(1)).await?;
                task.cancel("stop").await;
                task.await
            })
        });
        // The warning that the body goes on is right: it takes the other results.
        assert!(lines.iter().all(|line| line.starts_with("WARN gen: a task waits again")), "{lines:?}");
        journal.take()
    }};
}

/// Otherwise children that hold a resource would be dropped, or more of them would be started just
/// to be cancelled.
#[test]
fn a_cancellation_reaches_the_children_and_ends_the_rest() {
    let told = "a told, b told, b clean, stop, a clean, stop, ";
    let of_a_list = cancelled!(|journal| gen::limit(
        2,
        [("a", 2), ("b", 1), ("c", 1)].map(|(name, cleans)| {
            let journal = journal.clone();
            works(name, cleans, journal)
        })
    ));
    assert_eq!(of_a_list, format!("{told}stop, end"));
    let of_all = cancelled!(|journal| gen::limit(
        2,
        [("a", 2), ("b", 1)].map(|(name, cleans)| works(name, cleans, journal.clone()))
    ));
    assert_eq!(of_all, format!("{told}end"), "nothing is missing");
    let of_a_stream = cancelled!(|journal| {
        let children = [("a", 2), ("b", 1)].map(|(name, cleans)| works(name, cleans, journal.clone()));
        gen::limit(3, stream::iter(children).chain(stream::pending()))
    });
    assert_eq!(of_a_stream, format!("{told}stop, end"));
    let of_an_idle_stream = cancelled!(|journal| gen::limit(3, stream::pending::<Ready<gen::Result<u32>>>()));
    assert_eq!(of_an_idle_stream, "stop, end");
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
        let mut results = gen::limit(2, stream::iter(futures).map(inner)).as_completed();
        let error = yield_!(results.next()).unwrap_err();
        let number = yield_!(results.next())?;
        Ok(format!("{error}, then {number:?} of {:?}", results.current_index()))
    }
    let (children, futures) = Children::of(3);
    let mut task = Task::new(body(futures));
    assert!(task.poll().is_pending());
    assert!(task.throw("thrown").is_pending());
    assert_eq!(children.drops(), "0 0 0");
    children.end(1, Ok(7));
    assert_eq!(task.run().unwrap(), "thrown, then Some(7) of Some(1)");
}

/// Otherwise a failure that the body did not wait for would be lost.
#[test]
fn results_that_were_not_taken_are_reported_and_their_children_are_dropped() {
    let (children, futures) = Children::of(3);
    children.set(0, Ok(0));
    children.set(1, Err("down"));
    let (_, lines) = logged(|| {
        let mut results = gen::limit(3, futures).as_completed();
        assert_eq!(results.next().now_or_never().unwrap().unwrap(), Some(0));
        drop(results.next());
    });
    assert_eq!(lines, ["ERROR gen: a child of a `limit` failed, and its result was never read: down"]);
    assert_eq!(children.drops(), "1 1 1");
}

/// Otherwise an endless source of children that are ready would keep everything else from running.
#[test]
fn a_source_without_an_end_lets_a_timeout_through() {
    needs!(TheLoop);
    #[gen::coroutine]
    fn endless(clock: gen::VirtualClock) -> gen::Result {
        // Not without any end, so that a failure of the test has one.
        let children = stream::iter((0_u32..100_000).map(|number| ready(Ok::<_, Fault>(number))));
        let mut results = gen::limit(2, children).as_completed();
        while yield_!(results.next())?.is_some() {
            clock.advance(Duration::from_millis(1));
        }
        Ok(())
    }
    #[gen::coroutine]
    fn body(clock: gen::VirtualClock) -> gen::Result<bool> {
        let limited = gen::with_timeout(Duration::from_secs(1), endless(clock));
        Ok(yield_!(limited).unwrap_err().is::<gen::TimeoutError>())
    }
    let clock = gen::VirtualClock::new();
    assert!(gen::IoLoop::with_clock(clock.clone()).run_sync(body(clock)).unwrap());
}

/// Otherwise another combinator would poll it without end, or not at all.
#[test]
fn as_a_stream_it_says_when_it_has_ended() {
    use futures::stream::FusedStream;
    let numbers = (0..5).map(|number| ready(Ok::<_, Fault>(number)));
    let mut results = gen::limit(2, numbers).as_completed();
    assert!(!results.is_terminated());
    let all = results.by_ref().map(|result| result.unwrap()).collect::<Vec<_>>();
    assert_eq!(all.now_or_never().unwrap(), [0, 1, 2, 3, 4]);
    assert!(results.is_terminated());
}
