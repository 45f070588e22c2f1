//! The failures of children whose group is dropped: the ways in which it is dropped, and the
//! records that are left out.

use std::collections::BTreeMap;
use std::future::pending;
use std::time::Duration;

use behaviour::{logged, logged_with_debug, needs, run_to_result, spawn, Child, Children, Fault, Task};
use gen::yield_;

const DROPPED: &str = "a parallel yield was dropped when children of it had failed";

#[gen::coroutine]
fn fails(text: &'static str) -> gen::Result<u32> {
    yield_!(gen::moment())?;
    Err(gen::Error::new(Fault(text.to_owned())))
}

#[gen::coroutine]
fn never() -> gen::Result<u32> {
    yield_!(pending::<gen::Result<u32>>())
}

fn pair(text: &'static str) -> Vec<gen::SendBoxYieldable<'static, u32>> {
    vec![gen::boxed_send(fails(text)), gen::boxed_send(never())]
}

/// Runs a body and ends its executor. Returns the records, including those of the
/// level `DEBUG`.
fn records(body: impl std::future::Future<Output = gen::Result>) -> Vec<String> {
    let (result, records) = logged_with_debug(|| run_to_result(body));
    result.expect("the body ends well");
    records
}

macro_rules! times_out {
    ($($name:ident: $yielded:expr;)*) => { $(
        #[test]
        fn $name() {
            #[gen::coroutine]
            fn body() -> gen::Result {
                let limited = gen::with_timeout(Duration::from_secs(1), $yielded);
                assert!(yield_!(limited).unwrap_err().is::<gen::TimeoutError>());
                Ok(())
            }
            assert_eq!(records(body()), [format!("ERROR gen: {DROPPED}: [0]: no route")]);
        }
    )* };
}

/// Otherwise a timeout would hide its cause.
mod a_timeout_reports_the_failures_of {
    use super::*;

    times_out! {
        a_list: pair("no route");
        a_tuple: (fails("no route"), never());
        an_array: [gen::boxed_send(fails("no route")), gen::boxed_send(never())];
        one_to_settle: gen::multi(pair("no route")).settle();
        a_tuple_to_settle: gen::multi((fails("no route"), never())).settle();
        one_with_another_quiet_type: gen::multi(pair("no route")).quiet::<std::fmt::Error>();
        an_option: Some(pair("no route"));
        one_in_another: (pair("no route"), never());
        one_with_grace: gen::shield(pair("no route"));
    }

    #[test]
    fn a_map() {
        #[gen::coroutine]
        fn body() -> gen::Result {
            let map =
                BTreeMap::from([("a", gen::boxed_send(never())), ("b", gen::boxed_send(fails("no route")))]);
            assert!(yield_!(gen::with_timeout(Duration::from_secs(1), map)).is_err());
            Ok(())
        }
        assert_eq!(records(body()), [format!("ERROR gen: {DROPPED}: [\"b\"]: no route")]);
    }
}

/// Otherwise expected failures would fill the log.
#[test]
fn quiet_types_are_not_reported() {
    #[gen::coroutine]
    fn body() -> gen::Result {
        let quiet = gen::multi(pair("quiet")).quiet::<Fault>();
        assert!(yield_!(gen::with_timeout(Duration::from_secs(1), quiet)).is_err());
        let timeout = gen::with_timeout(Duration::from_secs(1), pair("quiet at the timeout"));
        assert!(yield_!(timeout.quiet::<Fault>()).is_err());
        Ok(())
    }
    assert_eq!(records(body()), [""; 0]);
}

/// Otherwise a caller that cancels a group and stops waiting for it would log a line for each child
/// that was cancelled as requested.
#[test]
fn cancellations_are_reported_at_debug() {
    #[gen::coroutine]
    fn cleans_up_for_ever() -> gen::Result<u32> {
        let outcome = yield_!(pending::<gen::Result<u32>>());
        yield_!(pending::<gen::Result<u32>>())?;
        outcome
    }
    #[gen::coroutine]
    fn body() -> gen::Result {
        let children = vec![
            gen::boxed_send(never()),
            gen::boxed_send(cleans_up_for_ever()),
            gen::boxed_send(fails("no route")),
        ];
        let limited = gen::with_timeout(Duration::from_secs(1), children).cancel(Duration::from_secs(1));
        assert!(yield_!(limited).unwrap_err().is::<gen::TimeoutError>());
        Ok(())
    }
    let records = records(body());
    assert_eq!(records.len(), 2, "{records:#?}");
    assert_eq!(records[0], format!("ERROR gen: {DROPPED}: [2]: no route"));
    let debug = format!("DEBUG gen: {DROPPED}: [0]: cancelled: the deadline has passed");
    assert!(records[1].starts_with(&debug), "{}", records[1]);
}

/// Otherwise a loop that is dropped would take along failures that were never reported.
#[test]
fn the_failures_of_a_task_that_goes_with_its_loop_are_reported() {
    needs!(EndDropsTasks);
    #[gen::coroutine]
    fn waits() -> gen::Result<Vec<u32>> {
        yield_!(pair("no route"))
    }
    #[gen::coroutine]
    fn body() -> gen::Result {
        drop(spawn(waits()));
        yield_!(gen::sleep(Duration::from_secs(1)))
    }
    assert_eq!(records(body()), [format!("ERROR gen: {DROPPED}: [0]: no route")]);
}

/// Otherwise the clones of one failure would be logged as several.
#[test]
fn one_failure_of_two_children_is_reported_once() {
    let (promise, future) = gen::promise::<u32>();
    #[gen::coroutine]
    fn waits(future: gen::SharedFuture<u32>, child: Child) -> gen::Result<Vec<u32>> {
        yield_!(vec![gen::boxed_send(future.clone()), gen::boxed_send(future), gen::boxed_send(child)])
    }
    let (_children, mut futures) = Children::of(1);
    let mut task = Task::new(waits(future, futures.remove(0)));
    promise.fail(Fault("no route".to_owned())).unwrap();
    let (_, lines) = logged(|| {
        assert!(task.poll().is_pending());
        drop(task);
    });
    assert_eq!(lines, [format!("ERROR gen: {DROPPED}: [0]: no route")]);
}

/// An error or a key that cannot be printed.
#[derive(PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Unprintable(u32);

impl std::fmt::Debug for Unprintable {
    fn fmt(&self, _: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        panic!("it panics as it is printed")
    }
}

impl std::fmt::Display for Unprintable {
    fn fmt(&self, _: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        Err(std::fmt::Error)
    }
}

impl std::error::Error for Unprintable {}

/// Otherwise a key or an error that cannot be printed would suppress the other failures, or would
/// abort the process when a panic drops its group.
#[test]
fn what_cannot_be_printed_takes_no_failure_with_it() {
    #[gen::coroutine]
    fn all_fail(children: Vec<Child>) -> gen::Result {
        let map: BTreeMap<_, _> = (0..).map(Unprintable).zip(children).collect();
        yield_!(map).map(drop)
    }
    #[gen::coroutine]
    fn never_ends(children: Vec<Child>) -> gen::Result {
        let map: BTreeMap<_, _> = (0..).map(Unprintable).zip(children).collect();
        let unprintable = std::future::ready(Err::<u32, _>(Unprintable(0)));
        yield_!((map, unprintable, pending::<()>())).map(drop)
    }
    let (children, futures) = Children::of(3);
    (0..3).for_each(|child| children.set(child, Err("fault")));
    let (outcome, lines) = logged(|| Task::new(all_fail(futures)).poll());
    let std::task::Poll::Ready(Err(error)) = outcome else { panic!("all failed") };
    assert_eq!((error.is::<Fault>(), error.others().len(), lines.len()), (true, 2, 1));

    let (children, futures) = Children::of(3);
    children.set(0, Err("fault"));
    let mut task = Task::new(never_ends(futures));
    let (_, lines) = logged(|| {
        assert!(task.poll().is_pending());
        let panics = std::panic::catch_unwind(std::panic::AssertUnwindSafe(move || {
            let _dropped = task;
            panic!("drops the task");
        }));
        assert!(panics.is_err());
    });
    assert_eq!(lines.len(), 2, "the tuple and the map: {lines:?}");
}
