//! `gen::metrics`: the counts of a measured future, and of others.

mod recorder;

use std::future::{pending, poll_fn, ready};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::Poll;
use std::time::Duration;

use behaviour::{needs, run_to_result, seconds, spawn, Driver};
use gen::metrics::{measured, YIELDS, YIELD_ERRORS, YIELD_WAIT};
use gen::yield_;
use metrics::Unit;

use self::recorder::{asked_for, counted, described, install};

/// Runs a body on the driver of this run, and counts.
fn run_counted<T>(body: impl std::future::Future<Output = gen::Result<T>>) -> gen::Result<T> {
    install();
    run_to_result(body)
}

/// Asserts what was counted at the yields of a function: the duration of each wait, in seconds, and
/// the errors.
#[track_caller]
fn assert_counted(function: &str, waits: &[u64], errors: u64) {
    let counted = counted(function);
    assert_eq!(counted.yields, waits.len() as u64, "the waits of {function} that have begun");
    assert_eq!(counted.waits.len(), waits.len(), "the waits of {function} that are over");
    assert_eq!(counted.errors, errors, "the errors of {function}");
    if Driver::current().has_virtual_time() {
        let expected: Vec<f64> = waits.iter().map(|wait| seconds(*wait).as_secs_f64()).collect();
        // The timers of tokio have whole milliseconds.
        let is_right = counted.waits.iter().zip(&expected).all(|(wait, right)| (wait - right).abs() < 0.01);
        assert!(is_right, "{function} waits {:?}, not {expected:?}", counted.waits);
    }
}

/// A sleep that is no coroutine.
fn sleep(time: u64) -> gen::Sleep {
    gen::sleep(seconds(time))
}

/// Lets all others go on, several times.
async fn others() -> gen::Result {
    for _ in 0..5 {
        gen::moment().await?;
    }
    Ok(())
}

#[gen::coroutine]
fn inner_of_a_chain() -> gen::Result<u32> {
    yield_!(sleep(2))?;
    yield_!(sleep(3))?;
    Ok(1)
}

#[gen::coroutine]
fn outer_of_a_chain() -> gen::Result<u32> {
    let inner = yield_!(inner_of_a_chain())?;
    yield_!(sleep(1))?;
    Ok(inner + 1)
}

/// Otherwise the time of a slow query would also be that of each function above it.
#[test]
fn the_innermost_yield_of_a_chain_has_the_wait() {
    assert_eq!(run_counted(measured(outer_of_a_chain())).unwrap(), 2);
    assert_counted("inner_of_a_chain", &[2, 3], 0);
    assert_counted("outer_of_a_chain", &[1], 0);
}

#[gen::coroutine]
fn looping_task() -> gen::Result {
    for _ in 0..4 {
        yield_!(sleep(1))?;
    }
    Ok(())
}

/// Otherwise a worker that always waits at the same line would be one wait without an end; and on a
/// foreign executor, which polls a task once more after its first step, it would be one too many.
#[test]
fn each_turn_of_a_loop_is_a_wait_also_in_a_task() {
    run_counted(async { spawn(measured(looping_task())).await }).unwrap();
    assert_counted("looping_task", &[1, 1, 1, 1], 0);
    assert!(asked_for("looping_task") <= 3, "a thread asks once");
}

#[gen::coroutine]
fn child_of_a_list(time: u64) -> gen::Result<u64> {
    yield_!(sleep(time))?;
    yield_!(sleep(time))?;
    Ok(time)
}

#[gen::coroutine]
fn lists() -> gen::Result {
    for _ in 0..2 {
        assert_eq!(yield_!([1, 2, 3].map(child_of_a_list))?, [1, 2, 3]);
    }
    Ok(())
}

#[gen::coroutine]
fn measured_child(time: u64) -> gen::Result<u64> {
    yield_!(sleep(time))?;
    yield_!(sleep(time))?;
    Ok(time)
}

#[gen::coroutine]
fn measured_children() -> gen::Result {
    yield_!([1, 2].map(|time| measured(measured_child(time))))?;
    Ok(())
}

/// Otherwise a list of a hundred children would count as a hundred waits, or more.
#[test]
fn a_list_is_one_wait_and_its_children_count_if_they_are_measured() {
    run_counted(measured(lists())).unwrap();
    assert_counted("lists", &[6, 6], 0);
    assert_counted("child_of_a_list", &[], 0);
    run_counted(measured(measured_children())).unwrap();
    assert_counted("measured_children", &[4], 0);
    let counted = counted("measured_child");
    assert_eq!((counted.yields, counted.waits.len()), (4, 4));
}

#[gen::coroutine]
fn step(time: u64) -> gen::Result<u64> {
    for _ in 0..3 {
        yield_!(sleep(time))?;
    }
    Ok(time)
}

#[gen::coroutine]
fn tuples() -> gen::Result {
    yield_!((step(1), step(2)))?;
    Ok(())
}

#[gen::coroutine]
fn limits() -> gen::Result {
    yield_!(gen::limit(2, [1, 1, 2].map(step)))?;
    Ok(())
}

#[gen::coroutine]
fn scopes() -> gen::Result {
    yield_!(gen::scope(async |scope| {
        scope.spawn(step(2));
        step(1).await
    }))?;
    Ok(())
}

#[gen::coroutine]
fn races() -> gen::Result {
    yield_!(gen::first_of([step(2), step(1)]))?;
    Ok(())
}

#[gen::coroutine]
fn hedges() -> gen::Result {
    yield_!(gen::hedge(seconds(1), 2, || step(2)))?;
    Ok(())
}

#[gen::coroutine]
fn timed_lists() -> gen::Result {
    yield_!(gen::with_timeout(seconds(9), [1, 2].map(step)))?;
    Ok(())
}

#[gen::coroutine]
fn supervisors() -> gen::Result {
    yield_!(gen::supervise(|s| {
        s.child("a", || step(1));
        s.child("b", || step(2));
        s.child("c", failing_child).restart(gen::supervise::Restart::Never);
    }))
}

#[gen::coroutine]
fn failing_child() -> gen::Result {
    yield_!(ready(Err("broken")))
}

/// Otherwise the number of waits would depend on the number of wakes within.
#[test]
fn each_group_is_one_wait() {
    needs!(VirtualTime);
    run_counted(measured(tuples())).unwrap();
    assert_counted("tuples", &[6], 0);
    run_counted(measured(limits())).unwrap();
    assert_counted("limits", &[9], 0);
    run_counted(measured(scopes())).unwrap();
    assert_counted("scopes", &[6], 0);
    run_counted(measured(races())).unwrap();
    assert_counted("races", &[3], 0);
    run_counted(measured(hedges())).unwrap();
    assert_counted("hedges", &[6], 0);
    run_counted(measured(timed_lists())).unwrap();
    assert_counted("timed_lists", &[6], 0);
    let (supervised, _) = behaviour::logged(|| run_counted(measured(supervisors())));
    supervised.unwrap();
    assert_counted("supervisors", &[6], 0);
    assert_counted("failing_child", &[], 0);
    assert_counted("step", &[], 0);
}

#[gen::coroutine]
fn failing_query() -> gen::Result {
    yield_!(ready(Err("at once")))
}

#[gen::coroutine]
fn late_failing_query() -> gen::Result {
    yield_!(sleep(1))?;
    let late: gen::Result<(), &str> = Err("late");
    yield_!(async {
        sleep(1).await?;
        late.map_err(gen::Error::new)
    })
}

#[gen::coroutine]
fn with_failing_queries() -> gen::Result {
    assert!(yield_!(failing_query()).is_err());
    assert!(yield_!([measured(failing_query())]).is_err());
    yield_!(late_failing_query())
}

/// Otherwise an alert on the errors of a line would miss those that come at once, which are most.
#[test]
fn an_error_counts_at_each_yield_that_gives_it() {
    let error = run_counted(measured(with_failing_queries())).unwrap_err();
    assert_eq!(error.to_string(), "late");
    assert_counted("failing_query", &[], 2);
    assert_counted("late_failing_query", &[1, 1], 1);
    assert_counted("with_failing_queries", &[], 3);
}

#[gen::coroutine]
fn not_measured() -> gen::Result {
    yield_!(sleep(1))?;
    yield_!(ready(Err("no")))
}

#[gen::coroutine]
fn spawns() -> gen::Result {
    let task = spawn(not_measured());
    let failed_in_its_first_step = spawn(async { yielding_error().await });
    assert!(yield_!(task).is_err());
    assert!(yield_!(failed_in_its_first_step).is_err());
    assert!(yield_!([yielding_error()]).is_err());
    Ok(())
}

#[gen::coroutine]
fn yielding_error() -> gen::Result {
    yield_!(ready(Err("no")))
}

/// Otherwise a task would pay, and count, because another one is measured.
#[test]
fn what_is_not_measured_does_not_count() {
    run_counted(async {
        let measuring = spawn(measured(spawns()));
        let _ = spawn(not_measured()).await;
        measuring.await
    })
    .unwrap();
    assert_counted("not_measured", &[], 0);
    assert_counted("yielding_error", &[], 0);
    assert_counted("spawns", &[1], 3);
}

#[gen::coroutine]
fn cancelled() -> gen::Result<&'static str> {
    match yield_!(pending::<()>()) {
        Err(error) if error.is_cancelled() => {
            yield_!(sleep(1))?;
            Ok("cleaned up")
        }
        other => other.map(|()| "done"),
    }
}

#[gen::coroutine]
fn cancelled_list() -> gen::Result {
    yield_!([cancelled_child(), cancelled_child()])?;
    Ok(())
}

#[gen::coroutine]
fn cancelled_child() -> gen::Result {
    yield_!(pending::<()>())
}

/// Otherwise it would not be seen which line keeps a task until it is cancelled, or a cancelled
/// list would count the errors of children that are not measured.
#[test]
fn a_cancellation_ends_the_wait_and_is_an_error() {
    run_counted(async {
        let task = spawn(measured(cancelled()));
        let list = spawn(measured(cancelled_list()));
        sleep(2).await?;
        let ended = task.cancel("enough");
        assert_eq!(task.await?, "cleaned up");
        ended.await;
        list.cancel("enough").await;
        assert!(list.await.unwrap_err().is_cancelled());
        Ok(())
    })
    .unwrap();
    assert_counted("cancelled", &[2, 1], 1);
    assert_counted("cancelled_list", &[3], 1);
    assert_counted("cancelled_child", &[], 0);
}

#[gen::coroutine]
fn thrown_into() -> gen::Result {
    assert!(yield_!(sleep(9)).is_err());
    yield_!(sleep(1))
}

/// Otherwise a measured task could not be resumed with an error.
#[test]
fn a_thrown_error_arrives_and_counts() {
    run_counted(async {
        let task = spawn(measured(thrown_into()));
        sleep(2).await?;
        task.throw("thrown");
        task.await
    })
    .unwrap();
    assert_counted("thrown_into", &[2, 1], 1);
}

#[gen::coroutine]
fn dropped() -> gen::Result {
    yield_!(sleep(900))
}

/// Otherwise the waits that never end well would be missing, which are the longest ones.
#[test]
fn a_drop_in_the_middle_of_a_wait_ends_it_without_an_error() {
    needs!(VirtualTime);
    run_counted(async {
        let error = gen::with_timeout(seconds(4), measured(dropped())).join().await.unwrap_err();
        assert!(error.is::<gen::TimeoutError>());
        Ok(())
    })
    .unwrap();
    assert_counted("dropped", &[4], 0);
}

#[gen::coroutine]
fn slow_query() -> gen::Result {
    yield_!(sleep(900))
}

#[gen::coroutine]
fn impatient() -> gen::Result {
    let limited = gen::with_timeout(seconds(3), slow_query());
    assert!(yield_!(limited).is_err());
    yield_!(sleep(1))
}

/// Otherwise the wait after a timeout would be that of the child which the timeout has dropped.
#[test]
fn a_timeout_ends_the_wait_of_its_child() {
    run_counted(measured(impatient())).unwrap();
    assert_counted("slow_query", &[3], 0);
    assert_counted("impatient", &[1], 1);
}

#[gen::coroutine]
fn asked() -> gen::Result {
    yield_!(sleep(4))
}

/// Otherwise each dump, and each question for a trace, would divide all waits.
#[test]
fn a_question_does_not_end_the_wait() {
    run_counted(async {
        let task = spawn(measured(asked()));
        sleep(1).await?;
        let trace = task.trace().await;
        assert_eq!(trace[0].function(), "asked");
        others().await?;
        task.await
    })
    .unwrap();
    assert_counted("asked", &[4], 0);
}

#[gen::coroutine]
fn nested_inner() -> gen::Result {
    yield_!(sleep(2))?;
    yield_!(ready(Err("no")))
}

#[gen::coroutine]
fn nested_outer() -> gen::Result {
    assert!(yield_!(measured(nested_inner())).is_err());
    yield_!(sleep(1))
}

/// Otherwise a function that measures its own calls could not be used in a measured task.
#[test]
fn a_measured_future_within_a_measured_one_counts_once() {
    run_counted(measured(measured(nested_outer()))).unwrap();
    assert_counted("nested_inner", &[2], 1);
    assert_counted("nested_outer", &[1], 1);
}

/// A future that is woken a second before it is ready.
#[gen::coroutine]
fn in_pieces() -> gen::Result {
    let mut pieces = [Box::pin(sleep(1)), Box::pin(sleep(3))];
    let mut polls = 0;
    yield_!(poll_fn(move |cx| {
        polls += 1;
        let polled = pieces.each_mut().map(|piece| std::future::Future::poll(piece.as_mut(), cx).is_ready());
        if polls > 1 && polled[0] {
            pieces[0] = Box::pin(sleep(900));
        }
        if polled[1] {
            Poll::Ready(())
        } else {
            Poll::Pending
        }
    }))
}

/// Otherwise a request would count several times, with a part of its time each. An optimized build
/// cannot see it, and the page of the docs says so.
#[test]
fn a_wake_before_the_end_does_not_divide_the_wait() {
    needs!(VirtualTime);
    run_counted(measured(in_pieces())).unwrap();
    match cfg!(debug_assertions) {
        true => assert_counted("in_pieces", &[3], 0),
        false => assert_counted("in_pieces", &[1, 2], 0),
    }
}

#[gen::coroutine]
fn tries() -> gen::Result {
    let schedule = gen::backoff(Duration::from_millis(1)).take(1);
    yield_!(gen::retry(schedule, || gen::with_timeout(seconds(2), hangs())))
}

#[gen::coroutine]
fn hangs() -> gen::Result {
    yield_!(pending::<()>())
}

/// Otherwise a try would be the same wait as the one before.
#[test]
fn each_try_is_a_wait() {
    needs!(VirtualTime);
    assert!(run_counted(measured(tries())).is_err());
    assert_counted("hangs", &[2, 2], 0);
    assert_eq!(counted("tries").errors, 1);
}

/// Otherwise a page of an exporter would have no help text, or the same one for each yield.
#[test]
fn each_metric_is_described_once() {
    run_counted(measured(outer_of_a_description())).unwrap();
    let mut described = described();
    described.sort_unstable_by(|one, other| one.0.cmp(&other.0));
    let expected = [(YIELD_ERRORS, None), (YIELD_WAIT, Some(Unit::Seconds)), (YIELDS, None)];
    assert_eq!(described, expected.map(|(name, unit)| (name.to_owned(), unit)));
}

#[gen::coroutine]
fn outer_of_a_description() -> gen::Result {
    yield_!(sleep(1))
}

#[gen::coroutine]
fn with_faults() -> gen::Result {
    yield_!([measured(fault_child()), measured(fault_child())])?;
    yield_!(fault_child())
}

#[gen::coroutine]
fn fault_child() -> gen::Result {
    yield_!(sleep(1))?;
    yield_!(gen::moment())
}

/// Otherwise a wait could be lost, or count twice, if a yield of the task fails or is cancelled.
#[test]
fn each_wait_that_begins_ends_whatever_fails() {
    needs!(NoFeatures);
    install();
    let report = gen::testing::explore(|| ((), measured(with_faults()))).report();
    assert!(report.runs() > 10);
    for function in ["with_faults", "fault_child"] {
        let counted = counted(function);
        assert!(counted.yields > 10 && counted.errors > 5, "{counted:?}");
        assert_eq!(counted.yields, counted.waits.len() as u64, "{function}");
    }
}

/// Otherwise the report of a slow step would not name its yields, because the task is measured.
#[test]
fn a_slow_step_of_a_measured_task_has_its_yields() {
    needs!(TheLoop);
    install();
    let (_, log) = behaviour::logged(|| {
        let clock = gen::VirtualClock::new();
        let io_loop = gen::IoLoop::with_clock(clock.clone());
        io_loop.set_slow_step(Some(Duration::from_millis(1)));
        io_loop.run_sync(measured(slow_step_on(clock))).unwrap();
    });
    let log = log.join("\n");
    assert!(log.contains("suspended at") && log.contains("in slow_step_on"), "{log}");
    assert!(!log.contains("at no yield"), "{log}");
}

#[gen::coroutine]
fn slow_step_on(clock: gen::VirtualClock) -> gen::Result {
    yield_!(gen::moment())?;
    clock.advance(Duration::from_secs(1));
    yield_!(gen::moment())
}

/// A recorder with a bug.
struct Panics;

impl metrics::Recorder for Panics {
    fn describe_counter(&self, _: metrics::KeyName, _: Option<Unit>, _: metrics::SharedString) {}
    fn describe_gauge(&self, _: metrics::KeyName, _: Option<Unit>, _: metrics::SharedString) {}
    fn describe_histogram(&self, _: metrics::KeyName, _: Option<Unit>, _: metrics::SharedString) {}

    fn register_counter(&self, _: &metrics::Key, _: &metrics::Metadata<'_>) -> metrics::Counter {
        panic!("the recorder has a bug")
    }

    fn register_gauge(&self, _: &metrics::Key, _: &metrics::Metadata<'_>) -> metrics::Gauge {
        panic!("the recorder has a bug")
    }

    fn register_histogram(&self, _: &metrics::Key, _: &metrics::Metadata<'_>) -> metrics::Histogram {
        panic!("the recorder has a bug")
    }
}

/// Otherwise the task would end because its metrics do, and not because of itself.
#[test]
fn a_panic_of_the_recorder_is_logged_and_the_task_goes_on() {
    needs!(OneThread);
    install();
    let (result, log) = behaviour::logged(|| {
        let _recorder = metrics::set_default_local_recorder(&Panics);
        run_to_result(measured(outer_of_a_panic()))
    });
    assert_eq!(result.unwrap(), 1);
    assert_eq!(log[0], "ERROR gen: a recorder of metrics panicked: the recorder has a bug");
}

#[gen::coroutine]
fn outer_of_a_panic() -> gen::Result<u32> {
    yield_!(sleep(1))?;
    Ok(1)
}

/// A recorder without a size. It counts what is registered.
struct Counts<const N: usize>;

static REGISTERED: [AtomicUsize; 2] = [const { AtomicUsize::new(0) }; 2];

impl<const N: usize> metrics::Recorder for Counts<N> {
    fn describe_counter(&self, _: metrics::KeyName, _: Option<Unit>, _: metrics::SharedString) {}
    fn describe_gauge(&self, _: metrics::KeyName, _: Option<Unit>, _: metrics::SharedString) {}
    fn describe_histogram(&self, _: metrics::KeyName, _: Option<Unit>, _: metrics::SharedString) {}

    fn register_counter(&self, _: &metrics::Key, _: &metrics::Metadata<'_>) -> metrics::Counter {
        REGISTERED[N].fetch_add(1, Ordering::Relaxed);
        metrics::Counter::noop()
    }

    fn register_gauge(&self, _: &metrics::Key, _: &metrics::Metadata<'_>) -> metrics::Gauge {
        metrics::Gauge::noop()
    }

    fn register_histogram(&self, _: &metrics::Key, _: &metrics::Metadata<'_>) -> metrics::Histogram {
        metrics::Histogram::noop()
    }
}

/// Otherwise the counters of one recorder would be those of another that has no size, either.
#[test]
fn recorders_at_one_address_are_distinguished_by_their_types() {
    needs!(OneThread);
    install();
    let recorders: [Box<dyn metrics::Recorder>; 2] = [Box::new(Counts::<0>), Box::new(Counts::<1>)];
    for (recorder, registered) in recorders.iter().zip(&REGISTERED) {
        let _recorder = metrics::set_default_local_recorder(&**recorder);
        run_to_result(measured(counted_by_two())).unwrap();
        assert_eq!(registered.load(Ordering::Relaxed), 2);
    }
}

#[gen::coroutine]
fn counted_by_two() -> gen::Result {
    yield_!(sleep(1))
}
