//! The rules that hold for every container: one function each.

use std::future::Future;
use std::panic::{catch_unwind, AssertUnwindSafe};
use std::task::{Context, Poll};

use behaviour::{logged, waker_with_hook, Children, Fault, Task};
use gen::BoxCoroutine;

use crate::kinds::{Container, Started};

type Outcome = Poll<Result<Vec<u32>, String>>;
type Running = Task<BoxCoroutine<'static, gen::Result<Vec<u32>>>>;

impl Container {
    /// Runs the rule for the container in each of its sizes with at least `at_least` children.
    fn each(&self, at_least: usize, mut rule: impl FnMut(Children, Running, usize)) {
        let mut sizes = self.sizes.iter().copied().filter(|&count| count >= at_least).peekable();
        assert!(sizes.peek().is_some(), "the rule says nothing of this container");
        for count in sizes {
            let (children, futures) = Children::of(count);
            rule(children, (self.start)(futures).task, count);
        }
    }
}

/// A list of one word for each child, as in `poll 0, poll 1`.
fn each(count: usize, word: impl Fn(usize) -> String, between: &str) -> String {
    (0..count).map(word).collect::<Vec<_>>().join(between)
}

fn all(count: usize, number: usize) -> String {
    each(count, |_| number.to_string(), " ")
}

/// `number` at one child, and `else_` at all others.
fn at(count: usize, child: usize, number: usize, else_: usize) -> String {
    each(count, |index| (if index == child { number } else { else_ }).to_string(), " ")
}

fn poll(task: &mut Running) -> Outcome {
    task.poll().map_err(|error| error.to_string())
}

fn ready(count: usize) -> Outcome {
    Poll::Ready(Ok((0..count as u32).collect()))
}

fn failed(text: &str) -> Outcome {
    Poll::Ready(Err(text.to_owned()))
}

fn panics(run: impl FnOnce()) -> bool {
    catch_unwind(AssertUnwindSafe(run)).is_err()
}

/// Otherwise an empty list would never end, because it would wait for a wake.
pub(crate) fn an_empty_one_is_ready_at_once(container: &Container) {
    let (_, futures) = Children::of(0);
    assert_eq!(poll(&mut (container.start)(futures).task), ready(0));
}

/// The body goes on in the same poll, without a turn of the loop.
pub(crate) fn ready_children_are_ready_at_once(container: &Container) {
    container.each(1, |children, mut task, count| {
        (0..count).for_each(|child| children.set(child, Ok(child as u32)));
        assert_eq!(poll(&mut task), ready(count));
        assert_eq!(task.poller.wakes(), 0);
        assert_eq!(children.drops(), all(count, 1));
    });
}

/// Otherwise requests would be sent one after the other.
pub(crate) fn all_start_at_the_first_poll_in_order(container: &Container) {
    container.each(1, |children, mut task, count| {
        assert_eq!(children.journal(), "", "cold until it is polled");
        assert_eq!(poll(&mut task), Poll::Pending);
        assert_eq!(children.journal(), each(count, |child| format!("poll {child}"), ", "));
    });
}

/// Otherwise results would have the wrong index or key.
pub(crate) fn results_keep_the_order_of_the_children(container: &Container) {
    container.each(1, |children, mut task, count| {
        assert_eq!(poll(&mut task), Poll::Pending);
        (0..count).rev().for_each(|child| children.end(child, Ok(child as u32)));
        assert_eq!(poll(&mut task), ready(count));
    });
}

/// Otherwise the container would be returned incomplete, or never.
pub(crate) fn it_waits_for_the_last_child(container: &Container) {
    container.each(1, |children, mut task, count| {
        for child in 0..count {
            assert_eq!(poll(&mut task), Poll::Pending);
            children.end(child, Ok(child as u32));
            assert_eq!(task.poller.wakes(), 1, "the group asks for a poll when child {child} ends");
        }
        assert_eq!(poll(&mut task), ready(count));
    });
}

/// Otherwise the network would decide which error arrives.
pub(crate) fn the_first_error_in_child_order_is_raised(container: &Container) {
    container.each(2, |children, mut task, count| {
        assert_eq!(poll(&mut task), Poll::Pending);
        for child in (0..count).rev() {
            children
                .end(child, if child == 0 { Ok(0) } else { Err(if child == 1 { "first" } else { "later" }) });
            let expected = if child == 0 { failed("first") } else { Poll::Pending };
            assert_eq!(poll(&mut task), expected);
        }
    });
}

/// Otherwise the other failures would be lost.
pub(crate) fn t19_later_errors_are_kept_and_logged_once(container: &Container) {
    for &count in container.sizes.iter().filter(|&&count| count >= 2) {
        let (children, futures) = Children::of(count);
        let Started { mut task, places, outer } = (container.start)(futures);
        for child in 0..count {
            // Every second child fails.
            children.set(child, if child % 2 == 0 { Err("fault") } else { Ok(0) });
        }
        let (outcome, lines) = logged(|| task.poll());
        let Poll::Ready(Err(error)) = outcome else {
            panic!("{count} children failed, and the whole did not")
        };
        assert!(error.is::<Fault>());
        let others: Vec<_> = error.others().iter().map(ToString::to_string).collect();
        let later = || places.iter().step_by(2).skip(1);
        let path = |place| outer.iter().chain([place]);
        let texts = later().map(|place| path(place).map(|place| format!("[{place}]")).collect::<String>());
        assert_eq!(others, texts.map(|path| format!("{path}: fault")).collect::<Vec<_>>());
        assert!(error.others().iter().zip(later()).all(|(other, place)| other.path().eq(path(place))));
        let failures: Vec<_> = later().map(|place| format!("[{place}]: fault")).collect();
        let record = format!("ERROR gen: multiple errors in a parallel yield: {}", failures.join("\n"));
        assert_eq!(lines, Vec::from_iter((!failures.is_empty()).then_some(record)), "one for the group");
    }
}

/// Otherwise the log would contain an error that the caller handles.
pub(crate) fn a_single_error_is_not_logged(container: &Container) {
    container.each(1, |children, mut task, count| {
        (0..count)
            .for_each(|child| children.set(child, if child + 1 == count { Err("last") } else { Ok(0) }));
        let (outcome, lines) = logged(|| poll(&mut task));
        assert_eq!(outcome, failed("last"));
        assert!(lines.is_empty(), "{lines:?}");
    });
}

/// Otherwise a failure would stop the other children half-way.
pub(crate) fn a_failure_stops_no_other_child(container: &Container) {
    container.each(2, |children, mut task, count| {
        children.set(0, Err("early"));
        for child in 1..count {
            assert_eq!(poll(&mut task), Poll::Pending);
            assert_eq!(children.drops(), each(count, |index| usize::from(index < child).to_string(), " "));
            children.end(child, Ok(0));
        }
        assert_eq!(poll(&mut task), failed("early"));
    });
}

/// Otherwise `gen::raw` would raise an error, or lose it.
pub(crate) fn raw_gives_every_result(container: &Container) {
    for &count in container.sizes.iter().filter(|&&count| count >= 1) {
        let (children, futures) = Children::of(count);
        let mut task = (container.start_raw)(futures).task;
        assert!(task.poll().is_pending());
        (0..count).for_each(|child| children.end(child, if child % 2 == 0 { Err("fault") } else { Ok(7) }));
        let (outcome, lines) = logged(|| task.poll());
        let expected = |child| if child % 2 == 0 { Err(Fault("fault".to_owned())) } else { Ok(7) };
        let Poll::Ready(Ok(results)) = outcome else {
            panic!("raw results of {count} children: {outcome:?}")
        };
        assert_eq!(results, (0..count).map(expected).collect::<Vec<_>>());
        assert!(lines.is_empty(), "{lines:?}");
    }
}

/// Otherwise connections would stay open: of a child that was never polled, a pending one, and one
/// that has ended.
pub(crate) fn t19_a_drop_drops_each_child_once(container: &Container) {
    container.each(1, |children, task, count| {
        drop(task);
        assert_eq!(children.drops(), all(count, 1), "never polled");
        assert_eq!(children.polls(), all(count, 0));
    });
    container.each(1, |children, mut task, count| {
        assert_eq!(poll(&mut task), Poll::Pending);
        drop(task);
        assert_eq!(children.drops(), all(count, 1), "suspended");
    });
}

/// Otherwise results that are not taken would leak, or their children be dropped twice.
pub(crate) fn t19_a_half_ended_one_drops_each_child_once(container: &Container) {
    container.each(2, |children, mut task, count| {
        children.set(0, if count > 2 { Err("fault") } else { Ok(0) });
        assert_eq!(poll(&mut task), Poll::Pending);
        assert_eq!(children.drops(), at(count, 0, 1, 0));
        drop(task);
        assert_eq!(children.drops(), all(count, 1));
    });
}

/// Otherwise a connection would be held until the slowest child has ended.
pub(crate) fn a_child_is_dropped_as_soon_as_it_ends(container: &Container) {
    container.each(2, |children, mut task, count| {
        assert_eq!(poll(&mut task), Poll::Pending);
        children.journal();
        children.end(1, Ok(0));
        assert_eq!(poll(&mut task), Poll::Pending);
        assert_eq!(children.journal(), "poll 1, drop 1");
        assert_eq!(children.drops(), at(count, 1, 1, 0));
    });
}

/// Otherwise ten thousand children would be polled for each child that goes on.
pub(crate) fn only_the_woken_child_is_polled(container: &Container) {
    container.each(2, |children, mut task, count| {
        assert_eq!(poll(&mut task), Poll::Pending);
        for child in 0..count {
            children.journal();
            children.wake(child);
            assert_eq!(poll(&mut task), Poll::Pending);
            assert_eq!(children.journal(), format!("poll {child}"));
        }
        assert_eq!(poll(&mut task), Poll::Pending);
        assert_eq!(children.polls(), all(count, 2), "a poll without a wake polls nobody");
    });
}

/// Otherwise one child could starve another one that was woken before it.
pub(crate) fn woken_children_are_polled_in_the_order_of_their_wakes(container: &Container) {
    container.each(2, |children, mut task, count| {
        assert_eq!(poll(&mut task), Poll::Pending);
        children.journal();
        for child in (0..count).rev() {
            children.wake(child);
            children.wake(child);
        }
        assert_eq!(task.poller.wakes(), 1, "one wake asks for all");
        assert_eq!(poll(&mut task), Poll::Pending);
        assert_eq!(children.journal(), each(count, |index| format!("poll {}", count - 1 - index), ", "));
    });
}

/// Otherwise a child that wakes itself while it is polled would hang.
pub(crate) fn a_wake_during_the_own_poll_is_not_lost(container: &Container) {
    container.each(1, |children, mut task, count| {
        let last = count - 1;
        for first in [true, false] {
            if !first {
                children.wake(last);
            }
            children.on_poll(last, move |children| children.wake(last));
            task.poller.wakes();
            assert_eq!(poll(&mut task), Poll::Pending);
            assert_eq!(task.poller.wakes(), 1, "another poll is asked for, once");
            children.journal();
            assert_eq!(poll(&mut task), Poll::Pending);
            assert_eq!(children.journal(), format!("poll {last}"));
        }
    });
}

/// Otherwise a channel between two children would hang, in one direction or the other.
pub(crate) fn a_wake_of_a_sibling_during_a_poll_is_not_lost(container: &Container) {
    container.each(2, |children, mut task, count| {
        let last = count - 1;
        for (waking, woken) in [(0, last), (last, 0)] {
            assert_eq!(poll(&mut task), Poll::Pending);
            children.wake(waking);
            children.on_poll(waking, move |children| children.wake(woken));
            task.poller.wakes();
            children.journal();
            assert_eq!(poll(&mut task), Poll::Pending);
            assert_eq!(task.poller.wakes(), 1, "another poll is asked for, once");
            assert_eq!(poll(&mut task), Poll::Pending);
            assert_eq!(children.journal(), format!("poll {waking}, poll {woken}"));
        }
    });
}

/// Otherwise a child that always wakes itself would keep its siblings and the loop from running.
pub(crate) fn a_child_that_always_wakes_itself_stops_nobody(container: &Container) {
    container.each(2, |children, mut task, count| {
        for turn in 0..10 {
            children.on_poll(0, |children| children.wake(0));
            if turn == 5 {
                (1..count).for_each(|child| children.end(child, Ok(child as u32)));
            }
            children.journal();
            assert_eq!(poll(&mut task), Poll::Pending);
            assert_eq!(children.journal().matches("poll 0").count(), 1);
        }
        children.set(0, Ok(0));
        assert_eq!(poll(&mut task), ready(count));
    });
}

/// Otherwise a late wake would poll a future that has ended, which panics.
pub(crate) fn t19_a_wake_of_a_child_that_has_ended_is_harmless(container: &Container) {
    container.each(2, |children, mut task, count| {
        children.set(0, Ok(0));
        assert_eq!(poll(&mut task), Poll::Pending);
        children.wake(0);
        assert_eq!(poll(&mut task), Poll::Pending);
        children.wake(0);
        (1..count).for_each(|child| children.end(child, Ok(child as u32)));
        children.wake(1);
        assert_eq!(poll(&mut task), ready(count));
        assert_eq!(children.polls(), at(count, 0, 1, 2));
        (0..count).for_each(|child| children.wake(child));
    });
}

/// Otherwise a timer or a socket that keeps a waker would use freed memory, or keep the task alive.
pub(crate) fn t19_a_waker_may_outlive_the_container(container: &Container) {
    for ends in [true, false] {
        container.each(1, |children, mut task, count| {
            assert_eq!(poll(&mut task), Poll::Pending);
            if ends {
                (0..count).for_each(|child| children.end(child, Ok(child as u32)));
                assert_eq!(poll(&mut task), ready(count));
            }
            let Task { coroutine, poller, .. } = task;
            drop(coroutine);
            poller.wakes();
            (0..count).for_each(|child| children.wake(child));
            assert_eq!(poller.wakes(), 0, "nobody is there to be woken");
            assert_eq!(poller.into_leak().clones(), 0, "the wakers of children keep the task's waker");
            let another = children.waker(count - 1).clone();
            children.forget_wakers();
            another.wake_by_ref();
            another.wake();
        });
    }
}

/// Otherwise a timer's thread could not wake a child.
pub(crate) fn t19_a_wake_may_come_from_another_thread(container: &Container) {
    container.each(1, |children, mut task, count| {
        assert_eq!(poll(&mut task), Poll::Pending);
        let woken_there = |children: Children| {
            std::thread::spawn(move || (0..count).for_each(|child| children.end(child, Ok(child as u32))))
        };
        woken_there(children).join().expect("the thread ends");
        assert_eq!(task.poller.wakes(), 1);
        assert_eq!(poll(&mut task), ready(count));
    });
}

/// Otherwise the waker of another task would never be woken after the container has moved there.
pub(crate) fn it_may_be_polled_by_another_task_later(container: &Container) {
    container.each(1, |children, mut task, _| {
        assert_eq!(poll(&mut task), Poll::Pending);
        let before = std::mem::take(&mut task.poller);
        assert_eq!(poll(&mut task), Poll::Pending);
        children.wake(0);
        assert_eq!(task.poller.wakes(), 1);
        assert_eq!(before.wakes(), 0);
        assert_eq!(before.into_leak().clones(), 0);
    });
}

/// A waker may run any code when it is cloned, woken or dropped. If that code wakes another child,
/// it must not cause a deadlock.
pub(crate) fn a_waker_that_wakes_another_child_finds_nothing_locked(container: &Container) {
    container.each(2, |children, mut task, count| {
        let hook = children.clone();
        let waker = waker_with_hook(move || hook.wake(1));
        let cx = &mut Context::from_waker(&waker);
        assert!(task.coroutine.as_mut().poll(cx).is_pending());
        for child in 0..count {
            children.end(child, Ok(child as u32));
            let polled = task.coroutine.as_mut().poll(cx).map_err(|error| error.to_string());
            assert_eq!(polled, if child + 1 < count { Poll::Pending } else { ready(count) });
        }
    });
}

/// Otherwise one child's panic would drop its siblings in the middle of their work, and their
/// results would be lost.
pub(crate) fn t19_a_child_that_panics_has_failed_and_the_others_go_on(container: &Container) {
    for first in [true, false] {
        container.each(1, |children, mut task, count| {
            let bad = count / 2;
            if !first {
                assert_eq!(poll(&mut task), Poll::Pending);
            }
            children.on_poll(bad, |_| panic!("the child panics"));
            children.wake(bad);
            for child in (0..count).filter(|&child| child != bad) {
                assert_eq!(poll(&mut task), Poll::Pending);
                children.end(child, Ok(child as u32));
            }
            let Poll::Ready(Err(error)) = task.poll() else { panic!("the whole has failed") };
            let panicked: &gen::Panicked = error.downcast_ref().expect("a panic");
            assert_eq!(panicked.message(), "the child panics");
            assert!(panicked.take_payload().is_some(), "whoever wants to can go on with it");
            assert_eq!(error.others().len(), 0);
            drop(task);
            assert_eq!(children.drops(), all(count, 1));
        });
    }
}

/// Otherwise the second of several panics would still abort the siblings.
pub(crate) fn t19_each_child_that_panics_has_failed(container: &Container) {
    container.each(2, |children, mut task, count| {
        assert_eq!(poll(&mut task), Poll::Pending);
        for child in 0..count {
            children.on_poll(child, move |_| panic!("child {child} panics"));
            children.wake(child);
        }
        let (outcome, _) = logged(|| task.poll());
        let Poll::Ready(Err(error)) = outcome else { panic!("the whole has failed") };
        assert_eq!(error.to_string(), "panicked: child 0 panics");
        let others = error.others().iter().map(|other| other.error.to_string());
        let expected = (1..count).map(|child| format!("panicked: child {child} panics"));
        assert_eq!(others.collect::<Vec<_>>(), expected.collect::<Vec<_>>());
        assert_eq!(children.drops(), all(count, 1));
    });
}

/// Otherwise the siblings would leak, or be dropped twice.
pub(crate) fn t19_a_panic_in_the_drop_of_a_child_drops_the_others_once(container: &Container) {
    container.each(1, |children, mut task, count| {
        children.panic_in_drop(count / 2);
        assert_eq!(poll(&mut task), Poll::Pending);
        assert!(panics(|| drop(task)), "dropped while it waits");
        assert_eq!(children.drops(), all(count, 1));
    });
}

/// Otherwise the destructor of one child would discard its result, and those of its siblings.
pub(crate) fn t19_a_panic_in_the_drop_of_a_child_that_ends_takes_no_result_with_it(container: &Container) {
    container.each(1, |children, mut task, count| {
        let bad = count / 2;
        children.panic_in_drop(bad);
        assert_eq!(poll(&mut task), Poll::Pending);
        (0..count).for_each(|child| children.end(child, Ok(child as u32)));
        let (outcome, lines) = logged(|| poll(&mut task));
        assert_eq!(outcome, ready(count));
        let line = format!(
            "ERROR gen: the drop of a child of a parallel yield panicked: child {bad} panics in its drop"
        );
        assert_eq!(lines, [line]);
        assert_eq!(children.drops(), all(count, 1));
    });
}

/// Otherwise the children of a cancelled parallel wait would stay alive.
pub(crate) fn a_thrown_error_reaches_the_yield_and_drops_the_children(container: &Container) {
    container.each(1, |children, mut task, count| {
        assert_eq!(poll(&mut task), Poll::Pending);
        let Poll::Ready(Err(error)) = task.throw("stop") else { panic!("the yield takes the error") };
        assert_eq!(error.to_string(), "stop");
        assert_eq!(error.trace().len(), 1);
        assert_eq!(task.left(), None);
        assert_eq!(children.drops(), all(count, 1));
        assert_eq!(children.polls(), all(count, 1));
    });
}

/// Otherwise the failures would be neither returned nor logged when a timeout, a throw or the end
/// of the task drops the group.
pub(crate) fn the_failures_of_one_that_is_dropped_are_reported_together(container: &Container) {
    for throws in [false, true] {
        for &count in container.sizes.iter().filter(|&&count| count >= 2) {
            let (children, futures) = Children::of(count);
            let Started { mut task, places, .. } = (container.start)(futures);
            assert!(task.poll().is_pending());
            // All but the last child end, and every second of these fails.
            let text = |child: usize| format!("fault {child}");
            for child in 0..count - 1 {
                let fault = text(child);
                children.end(child, if child % 2 == 0 { Err(&fault) } else { Ok(0) });
            }
            let (_, lines) = logged(|| {
                assert!(task.poll().is_pending());
                if throws {
                    assert!(task.throw("stop").is_ready());
                }
                drop(task);
            });
            let failed =
                (0..count - 1).step_by(2).map(|child| format!("[{}]: {}", places[child], text(child)));
            let failed: Vec<_> = failed.collect();
            let what = "ERROR gen: a parallel yield was dropped when children of it had failed";
            assert_eq!(lines, [format!("{what}: {}", failed.join("\n"))]);
        }
    }
}

/// Otherwise the log would contain errors that the caller has received, or values.
pub(crate) fn what_was_handed_over_is_not_reported_when_it_is_dropped(container: &Container) {
    container.each(2, |children, mut task, count| {
        assert_eq!(poll(&mut task), Poll::Pending);
        (1..count).for_each(|child| children.end(child, Ok(child as u32)));
        assert_eq!(poll(&mut task), Poll::Pending);
        children.end(0, Err("fault"));
        let (_, lines) = logged(|| {
            assert_eq!(poll(&mut task), failed("fault"));
            drop(task);
        });
        assert_eq!(lines, [""; 0]);
    });
    container.each(2, |children, mut task, count| {
        assert_eq!(poll(&mut task), Poll::Pending);
        (1..count).for_each(|child| children.end(child, Ok(child as u32)));
        assert_eq!(poll(&mut task), Poll::Pending);
        assert_eq!(logged(|| drop(task)).1, [""; 0]);
    });
}

/// Otherwise a result that is ready would be discarded for a cancellation.
pub(crate) fn a_result_wins_over_a_thrown_error(container: &Container) {
    container.each(1, |children, mut task, count| {
        assert_eq!(poll(&mut task), Poll::Pending);
        (0..count).for_each(|child| children.end(child, Ok(child as u32)));
        assert_eq!(task.throw("late").map_err(|error| error.to_string()), ready(count));
        assert_eq!(task.left().as_deref(), Some("late"));
    });
}
