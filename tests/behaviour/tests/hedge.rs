//! `hedge`: when a try is started, and which one counts.

use std::collections::VecDeque;
use std::future::{pending, ready};
use std::task::Poll;
use std::time::Duration;

use behaviour::{logged, logged_with_debug, needs, reason, run, seconds, spawn, works, Child, Children};
use behaviour::{Fault, Journal, Task};
use gen::{yield_, ZeroTriesError};

/// A try that ends after `delay` seconds.
#[gen::coroutine]
fn after(delay: u64, result: Result<u32, &'static str>) -> gen::Result<u32> {
    yield_!(gen::sleep(seconds(delay)))?;
    result.map_err(gen::Error::new)
}

type Tries = Vec<(u64, Result<u32, &'static str>)>;

/// Hedges with two seconds between the tries. Returns the result, and the seconds at which tries
/// were started, and the hedge has ended.
fn hedged(tries: Tries) -> String {
    #[gen::coroutine]
    fn body(tries: Tries) -> gen::Result<String> {
        let journal = Journal::default();
        let began = behaviour::now();
        let at = || journal.say(format!("{}", (behaviour::now() - began).as_secs()));
        let mut left = tries.iter();
        let start = || {
            at();
            let &(delay, result) = left.next().expect("no more tries than allowed");
            after(delay, result)
        };
        let result = yield_!(gen::hedge(seconds(2), tries.len(), start));
        at();
        Ok(format!("{:?}: {}", result.map_err(|error| error.to_string()), journal.take()))
    }
    run(body(tries))
}

/// Waits without a clock, so the tries are started by failures only.
#[gen::coroutine]
fn of<C, F>(tries: usize, start: F) -> gen::Result<u32>
where
    C: std::future::Future<Output = Result<u32, Fault>>,
    F: FnMut() -> C,
{
    yield_!(gen::hedge(Duration::MAX, tries, start))
}

fn children_of(count: usize) -> (Children, impl FnMut() -> Child) {
    let (children, futures) = Children::of(count);
    let mut futures = VecDeque::from(futures);
    (children, move || futures.pop_front().expect("no more tries than allowed"))
}

/// Otherwise each call would be made several times, or a slow one would be waited for.
#[test]
fn a_try_is_started_when_the_last_one_is_slow() {
    needs!(VirtualTime);
    let quick = vec![(1, Ok(1)), (1, Ok(2))];
    assert_eq!(hedged(quick), "Ok(1): 0, 1");
    let slow = vec![(60, Ok(1)), (60, Ok(2)), (1, Ok(3)), (1, Ok(4))];
    assert_eq!(hedged(slow), "Ok(3): 0, 2, 4, 5");
}

/// Otherwise an earlier try that comes at last would be thrown away.
#[test]
fn an_earlier_try_may_still_be_the_first() {
    needs!(VirtualTime);
    assert_eq!(hedged(vec![(3, Ok(1)), (60, Ok(2))]), "Ok(1): 0, 2, 3");
}

/// Otherwise a server that refuses at once would cost the whole time.
#[test]
fn a_failure_starts_the_next_try_at_once_and_the_time_begins_again() {
    needs!(VirtualTime);
    let tries = vec![(1, Err("down")), (60, Ok(2)), (1, Ok(3))];
    assert_eq!(hedged(tries), "Ok(3): 0, 1, 3, 4");
}

/// Otherwise there would be more requests than allowed, or the last one would not be waited for.
#[test]
fn no_more_tries_are_started_than_allowed() {
    needs!(VirtualTime);
    assert_eq!(hedged(vec![(60, Ok(1)), (30, Err("down"))]), "Ok(1): 0, 2, 60");
}

/// Otherwise the caller would not know why each of them has failed.
#[test]
fn if_all_fail_the_first_one_is_raised_and_the_others_are_kept() {
    let (children, start) = children_of(3);
    let mut task = Task::new(of(3, start));
    children.set(0, Err("a"));
    children.set(1, Err("b"));
    assert!(task.poll().is_pending());
    children.end(2, Err("c"));
    let (result, lines) = logged(|| task.run());
    let error = result.unwrap_err();
    assert_eq!(error.downcast_ref(), Some(&Fault("a".to_owned())));
    let others: Vec<_> = error.others().iter().map(ToString::to_string).collect();
    assert_eq!(others, ["[1]: b", "[2]: c"]);
    assert_eq!(lines.len(), 1, "{lines:?}");
}

/// Otherwise a try would be started in vain, with its timer.
#[test]
fn a_try_that_succeeds_at_once_is_the_only_one_and_needs_no_timer() {
    let (children, start) = children_of(2);
    children.set(0, Ok(10));
    // There is no clock here.
    assert_eq!(Task::new(of(2, start)).run().unwrap(), 10);
    assert_eq!(children.polls(), "1 0");
}

/// Otherwise it would wait for ever.
#[test]
fn a_hedge_without_a_try_is_an_error() {
    assert!(Task::new(of(0, pending)).run().unwrap_err().is::<ZeroTriesError>());
}

/// Otherwise one try that panics would take the others with it.
#[test]
fn t19_a_panic_is_a_failure() {
    let (children, start) = children_of(2);
    children.on_poll(0, |_| panic!("the try panics"));
    children.set(1, Ok(10));
    assert_eq!(Task::new(of(2, start)).run().unwrap(), 10);
    assert_eq!(children.drops(), "1 1");
}

/// Otherwise a loop of tries that fail at once would keep all other tasks from running.
#[test]
fn many_tries_that_fail_at_once_let_other_tasks_run() {
    let start = || ready(Err(Fault("down".to_owned())));
    let mut task = Task::new(of(1_000, start));
    assert!(task.poll().is_pending());
    let (result, _) = logged(|| task.run());
    assert_eq!(result.unwrap_err().others().len(), 999);
}

/// Otherwise the losers would go on for nothing, or would be dropped where they should clean up.
#[test]
fn the_losers_are_dropped_or_clean_up() {
    #[gen::coroutine]
    fn body(journal: Journal, cancels: bool) -> gen::Result<u32> {
        let mut tries = VecDeque::from([
            gen::boxed_send(works("a", 2, journal.clone())),
            gen::boxed_send(after(1, Err("down"))),
            gen::boxed_send(after(1, Ok(7))),
        ]);
        let start = || tries.pop_front().expect("three tries");
        let hedge = gen::hedge(seconds(2), 3, start);
        let value = if cancels { yield_!(hedge.cancel()) } else { yield_!(hedge) };
        journal.say("given");
        value
    }
    for (cancels, told) in [(false, "given"), (true, "a told, a clean, given")] {
        let journal = Journal::default();
        let (value, lines) = logged(|| run(body(journal.clone(), cancels)));
        assert_eq!((value, lines, journal.take().as_str()), (7, Vec::new(), told));
    }
}

/// Otherwise no record would say which tries have failed, or a lost clean-up would not be seen.
#[test]
fn failures_are_logged_as_they_count() {
    #[gen::coroutine]
    fn fails_to_clean_up() -> gen::Result<u32> {
        yield_!(pending::<gen::Result<u32>>()).map_err(|_| gen::Error::new("it cannot be given back"))
    }
    #[gen::coroutine]
    fn body() -> gen::Result<u32> {
        let mut tries = VecDeque::from([
            gen::boxed_send(fails_to_clean_up()),
            gen::boxed_send(after(1, Err("down"))),
            gen::boxed_send(after(1, Ok(7))),
        ]);
        yield_!(gen::hedge(seconds(2), 3, || tries.pop_front().expect("three tries")).cancel())
    }
    let (value, records) = logged_with_debug(|| run(body()));
    assert_eq!((value, records.len()), (7, 2), "{records:?}");
    assert!(
        records[0].starts_with("DEBUG gen: children of a `hedge` failed before another one succeeded: down")
    );
    assert!(records[1].starts_with("ERROR gen: a child of a `hedge` that was not the first failed"));
}

/// Otherwise a loop that tries again would go on after its own cancellation, or a hedge that was
/// cancelled would start more tries.
#[test]
fn a_cancellation_reaches_each_try_and_no_more_are_started() {
    let journal = Journal::default();
    #[gen::coroutine]
    fn body(journal: Journal) -> gen::Result<u32> {
        let mut tries = VecDeque::from([
            gen::boxed_send(after(1, Err("down"))),
            gen::boxed_send(works("b", 9, journal.clone())),
            gen::boxed_send(works("c", 9, journal.clone())),
        ]);
        yield_!(gen::hedge(seconds(2), 9, || tries.pop_front().expect("three tries")))
    }
    let (error, _) = logged(|| {
        run(async {
            let task = spawn(body(journal.clone()));
            gen::sleep(seconds(4)).await?;
            task.cancel("enough").await;
            gen::Result::Ok(task.await.unwrap_err())
        })
    });
    assert!(error.is_cancelled(), "{error}");
    let others: Vec<_> = error.others().iter().map(ToString::to_string).collect();
    assert_eq!(others[0], "[0]: down");
    assert_eq!(journal.take(), "b told, c told, b clean, c clean");
}

/// Otherwise such a loop would go on if the tries give their cancellation another name.
#[test]
fn a_cancelled_hedge_ends_with_the_cancellation_although_no_try_says_so() {
    #[gen::coroutine]
    fn hides_its_cancellation() -> gen::Result<u32> {
        yield_!(pending::<gen::Result<u32>>()).map_err(|_| gen::Error::new("the line was closed"))
    }
    #[gen::coroutine]
    fn body() -> gen::Result<u32> {
        let mut tries = VecDeque::from([
            gen::boxed_send(after(1, Err("down"))),
            gen::boxed_send(hides_its_cancellation()),
        ]);
        yield_!(gen::hedge(seconds(9), 9, || tries.pop_front().expect("two tries")))
    }
    let (error, lines) = logged(|| {
        run(async {
            let task = spawn(body());
            gen::sleep(seconds(4)).await?;
            task.cancel("enough").await;
            gen::Result::Ok(task.await.unwrap_err())
        })
    });
    assert_eq!(reason(&error), "enough");
    let others: Vec<_> = error.others().iter().map(ToString::to_string).collect();
    assert_eq!(others, ["[0]: down", "[1]: the line was closed"]);
    assert_eq!(lines.len(), 1, "{lines:?}");
}

/// Otherwise a hedge that rests between many failures would hang when it is cancelled.
#[test]
fn a_hedge_that_lets_other_tasks_run_can_be_cancelled() {
    #[gen::coroutine]
    fn body() -> gen::Result<u32> {
        yield_!(gen::hedge(Duration::MAX, 1_000_000, || ready(Err::<u32, _>(Fault("down".to_owned())))))
    }
    let (error, _) = logged(|| {
        run(async {
            let task = spawn(body());
            gen::moment().await?;
            task.cancel("enough").await;
            gen::Result::Ok(task.await.unwrap_err())
        })
    });
    assert_eq!(reason(&error), "enough");
    assert!(!error.others().is_empty());
}

/// Otherwise the caller would learn that there is no timer, and not why one was needed.
#[test]
fn without_a_timer_the_failures_so_far_are_kept() {
    needs!(NoFeatures);
    let (children, start) = children_of(3);
    children.set(0, Err("down"));
    #[gen::coroutine]
    fn body<F: FnMut() -> Child>(start: F) -> gen::Result<u32> {
        yield_!(gen::hedge(seconds(1), 3, start))
    }
    let (result, lines) = logged(|| Task::new(body(start)).run());
    let error = result.unwrap_err();
    assert!(error.is::<gen::NoHost>(), "{error}");
    let others: Vec<_> = error.others().iter().map(ToString::to_string).collect();
    assert_eq!(others, ["[0]: down"]);
    assert_eq!((children.polls().as_str(), children.drops().as_str()), ("1 1 0", "1 1 1"));
    assert!(lines.len() == 1 && lines[0].contains("[0]: down"), "{lines:?}");
}

/// Otherwise the failures so far would be lost with a hedge that is dropped.
#[test]
fn a_hedge_that_is_dropped_reports_its_failures() {
    let (children, start) = children_of(2);
    children.set(0, Err("down"));
    let mut task = Task::new(of(2, start));
    assert!(task.poll().is_pending());
    let (thrown, lines) = logged(|| task.throw("thrown"));
    assert!(matches!(thrown, Poll::Ready(Err(_))));
    assert_eq!(children.drops(), "1 1");
    let text = "ERROR gen: a `hedge` was dropped when children of it had failed: [0]: down";
    assert!(lines.len() == 1 && lines[0].starts_with(text), "{lines:?}");
}

/// Otherwise the time of a hedge would have to be known by its caller.
#[test]
fn tries_can_be_lists_and_raw() {
    #[gen::coroutine]
    fn body() -> gen::Result {
        let lists = gen::hedge(seconds(1), 2, || vec![ready("1".parse::<u8>()), ready("2".parse::<u8>())]);
        assert_eq!(yield_!(lists)?, [1, 2]);
        let raw = yield_!(gen::raw(gen::hedge(seconds(1), 2, || ready("x".parse::<u8>()))))?;
        assert!(raw.is_err());
        assert_eq!(yield_!(gen::hedge(seconds(1), 2, || ready(7)))?, 7, "it cannot fail");
        Ok(())
    }
    run(body());
}

/// Otherwise a try that fails as a rule would fill the log.
#[test]
fn quiet_failures_are_not_logged() {
    #[gen::coroutine]
    fn hedges(tries: usize, last: Result<u32, &'static str>) -> gen::Result<u32> {
        let mut left = tries;
        let start = || {
            left -= 1;
            let result = if left == 0 { last } else { Err("down") };
            ready(result.map_err(|text| Fault(text.to_owned())))
        };
        yield_!(gen::hedge(Duration::MAX, tries, start).quiet::<std::fmt::Error>().quiet::<Fault>())
    }
    let (value, records) = logged_with_debug(|| run(hedges(3, Ok(7))));
    assert_eq!((value, records), (7, Vec::new()));
    let (error, records) = logged_with_debug(|| Task::new(hedges(3, Err("down"))).run().unwrap_err());
    assert_eq!((error.others().len(), records), (2, Vec::new()));

    let (children, start) = children_of(2);
    children.set(0, Err("down"));
    #[gen::coroutine]
    fn of_children<F: FnMut() -> Child>(start: F) -> gen::Result<u32> {
        yield_!(gen::hedge(Duration::MAX, 2, start).quiet::<gen::Error>())
    }
    let mut task = Task::new(of_children(start));
    assert!(task.poll().is_pending());
    let (_, records) = logged_with_debug(|| task.throw("thrown"));
    assert_eq!(records, [""; 0], "nor those that are dropped");
}

/// Otherwise the caller would not learn which try it was, or what came of the others.
#[test]
fn the_number_and_the_results_of_the_others_are_given_where_asked() {
    #[gen::coroutine]
    fn commits() -> gen::Result<u32> {
        let _ = yield_!(pending::<gen::Result<u32>>());
        Ok(1)
    }
    #[gen::coroutine]
    fn body(cancels: bool) -> gen::Result<String> {
        let mut tries = VecDeque::from([
            gen::boxed_send(commits()),
            gen::boxed_send(after(1, Err("down"))),
            gen::boxed_send(after(5, Ok(7))),
            gen::boxed_send(after(9, Ok(8))),
        ]);
        let hedge = gen::hedge(seconds(2), 4, || tries.pop_front().expect("four tries"));
        let hedge = if cancels { hedge.cancel() } else { hedge };
        let (first, losers) = yield_!(hedge.settle())?;
        let losers = losers.into_iter().map(|(number, result)| match result {
            Ok(value) => format!("{number}: {value}"),
            Err(error) => format!("{number}: {error}"),
        });
        Ok(format!("{first:?}, {}", losers.collect::<Vec<_>>().join(", ")))
    }
    let (told, records) = logged_with_debug(|| run(body(false)));
    assert_eq!((told.as_str(), records), ("(2, 7), 1: down", Vec::new()));
    let (told, records) = logged_with_debug(|| run(body(true)));
    let all = "(2, 7), 0: 1, 1: down, 3: cancelled: another one was the first";
    assert_eq!((told.as_str(), records), (all, Vec::new()));

    // If all have failed, it fails as without it.
    let hedge = gen::hedge(seconds(2), 2, || after(1, Err("down"))).settle();
    let (result, records) = logged(|| run(async { gen::Ok(hedge.join().await) }));
    let error = result.unwrap_err();
    assert_eq!((error.to_string().as_str(), error.others().len(), records.len()), ("down", 1, 1));
}

/// Otherwise a struct or a signature that names the type of a hedge, as the docs have it, would not
/// compile.
#[test]
fn a_quiet_hedge_has_the_types_of_the_docs() {
    type Quiet = (Fault, (std::fmt::Error, ()));
    type Settled = ((usize, u32), Vec<(usize, gen::Result<u32>)>);
    let start = || ready(Ok::<u32, Fault>(7));
    let hedge: gen::Hedge<_, Quiet> =
        gen::hedge(seconds(2), 2, start).quiet::<std::fmt::Error>().quiet::<Fault>();
    let settled: gen::HedgeSettled<_, Quiet> = hedge.clone().settle();
    let value: u32 = run(hedge.join());
    let (first, others): Settled = run(settled.join());
    assert_eq!((value, first, others.len()), (7, (0, 7), 0));
}
