//! The options for errors of parallel children, for every container: `quiet`, `fail_fast`,
//! `settle`.

use std::task::Poll;

use behaviour::{logged, logged_with_debug, Child, Children, Fault, Task};
use gen::{yield_, BoxCoroutine};

use crate::kinds::{self, Kind};

type Running<T> = Task<BoxCoroutine<'static, gen::Result<Vec<T>>>>;

/// A container under test, with each option.
struct Container {
    sizes: &'static [usize],
    quiet: fn(Vec<Child>) -> Running<u32>,
    quiet_of_another_type: fn(Vec<Child>) -> Running<u32>,
    quiet_of_all: fn(Vec<Child>) -> Running<u32>,
    fail_fast: fn(Vec<Child>) -> Running<u32>,
    settle: fn(Vec<Child>) -> Running<gen::Result<u32>>,
}

impl Container {
    fn sizes_from(&self, at_least: usize) -> impl Iterator<Item = usize> + '_ {
        self.sizes.iter().copied().filter(move |&count| count >= at_least)
    }
}

fn all(count: usize, number: usize) -> String {
    vec![number.to_string(); count].join(" ")
}

/// Otherwise an expected failure would fill the log, or be lost completely.
fn quiet_errors_are_kept_and_not_logged(container: &Container) {
    for count in container.sizes_from(2) {
        let (children, futures) = Children::of(count);
        (0..count).for_each(|child| children.set(child, Err("fault")));
        let mut task = (container.quiet)(futures);
        let (outcome, lines) = logged(|| task.poll());
        let Poll::Ready(Err(error)) = outcome else { panic!("all failed") };
        assert_eq!(error.others().len(), count - 1);
        assert_eq!(lines, Vec::<String>::new());
    }
}

/// Otherwise `quiet` for one type would hide the others.
fn errors_of_other_types_are_logged(container: &Container) {
    for count in container.sizes_from(2) {
        let (children, futures) = Children::of(count);
        (0..count).for_each(|child| children.set(child, Err("fault")));
        let mut task = (container.quiet_of_another_type)(futures);
        let (_, records) = logged(|| task.poll());
        assert_eq!(records.len(), 1, "one for the group: {records:?}");
        assert_eq!(records[0].matches("fault").count(), count - 1, "{records:?}");
    }
}

/// Otherwise a caller that handles every failure itself could not keep them out of the log.
fn every_error_can_be_quiet(container: &Container) {
    for count in container.sizes_from(2) {
        let (children, futures) = Children::of(count);
        (0..count).for_each(|child| children.set(child, Err("fault")));
        let mut task = (container.quiet_of_all)(futures);
        let (outcome, lines) = logged_with_debug(|| task.poll());
        let Poll::Ready(Err(error)) = outcome else { panic!("all failed") };
        assert_eq!((error.others().len(), lines), (count - 1, Vec::<String>::new()));
    }
}

/// Otherwise a caller that wants to give up early would wait for the slowest child.
fn the_first_failure_in_time_is_raised_and_the_others_are_dropped(container: &Container) {
    for count in container.sizes_from(3) {
        let (children, futures) = Children::of(count);
        let mut task = (container.fail_fast)(futures);
        assert!(task.poll().is_pending());
        children.end(0, Ok(0));
        assert!(task.poll().is_pending());
        children.end(count - 1, Err("in time"));
        let (outcome, lines) = logged(|| task.poll());
        let Poll::Ready(Err(error)) = outcome else { panic!("a child has failed") };
        assert_eq!(error.to_string(), "in time");
        assert!(error.others().is_empty());
        assert_eq!(lines, Vec::<String>::new());
        assert_eq!(children.drops(), all(count, 1));
    }
}

/// Otherwise a request would be sent although the group has already failed.
fn what_fails_in_the_first_poll_keeps_later_children_from_starting(container: &Container) {
    for count in container.sizes_from(2) {
        let (children, futures) = Children::of(count);
        children.set(0, Err("at once"));
        let outcome = (container.fail_fast)(futures).poll();
        assert!(matches!(outcome, Poll::Ready(Err(error)) if error.to_string() == "at once"));
        assert!(children.polls().starts_with("1 0"), "{}", children.polls());
        assert_eq!(children.drops(), all(count, 1));
    }
}

/// Otherwise it would be random which of two failures in one poll is raised.
fn of_failures_in_one_poll_the_one_that_was_woken_first_is_raised(container: &Container) {
    for count in container.sizes_from(2) {
        let (children, futures) = Children::of(count);
        let mut task = (container.fail_fast)(futures);
        assert!(task.poll().is_pending());
        children.end(count - 1, Err("woken first"));
        children.end(0, Err("woken later"));
        let outcome = task.poll();
        assert!(matches!(outcome, Poll::Ready(Err(error)) if error.to_string() == "woken first"));
    }
}

/// Without a failure the option changes nothing.
fn fail_fast_gives_the_results_in_order(container: &Container) {
    for count in container.sizes_from(0) {
        let (children, futures) = Children::of(count);
        (0..count).for_each(|child| children.set(child, Ok(child as u32)));
        let outcome = (container.fail_fast)(futures).poll();
        let Poll::Ready(Ok(values)) = outcome else { panic!("all went well") };
        assert_eq!(values, (0..count as u32).collect::<Vec<_>>());
    }
}

/// Otherwise one failure would discard the results of the other children.
fn settle_gives_the_result_of_every_child(container: &Container) {
    for count in container.sizes_from(0) {
        let (children, futures) = Children::of(count);
        let mut task = (container.settle)(futures);
        for child in (0..count).rev() {
            assert!(task.poll().is_pending());
            children.end(child, if child % 2 == 0 { Err("fault") } else { Ok(child as u32) });
        }
        let (outcome, lines) = logged(|| task.poll());
        let Poll::Ready(Ok(results)) = outcome else { panic!("nothing is raised") };
        for (child, result) in results.iter().enumerate() {
            match result {
                Ok(value) => assert_eq!((*value, child % 2), (child as u32, 1)),
                Err(error) => assert!(error.is::<Fault>() && child % 2 == 0),
            }
        }
        assert_eq!((results.len(), lines), (count, Vec::new()));
    }
}

/// Otherwise the panic of one child would discard the results of the other children.
fn t19_to_settle_a_panic_is_the_result_of_its_child(container: &Container) {
    for count in container.sizes_from(1) {
        let (children, futures) = Children::of(count);
        let mut task = (container.settle)(futures);
        assert!(task.poll().is_pending());
        (1..count).for_each(|child| children.end(child, Ok(child as u32)));
        children.on_poll(0, |_| panic!("the child panics"));
        children.wake(0);
        let (outcome, lines) = logged(|| task.poll());
        let Poll::Ready(Ok(mut results)) = outcome else { panic!("nothing is raised") };
        assert_eq!(results.remove(0).unwrap_err().to_string(), "panicked: the child panics");
        assert!(results.into_iter().map(Result::unwrap).eq(1..count as u32));
        assert_eq!(lines, Vec::<String>::new());
    }
}

/// Otherwise a caller that wants to give up early would wait for the slowest child, or lose the
/// whole group to a panic.
fn t19_a_panic_is_a_failure_to_give_up_at(container: &Container) {
    for count in container.sizes_from(3) {
        let (children, futures) = Children::of(count);
        let mut task = (container.fail_fast)(futures);
        assert!(task.poll().is_pending());
        children.on_poll(1, |_| panic!("the child panics"));
        children.wake(1);
        children.wake(0);
        let Poll::Ready(Err(error)) = task.poll() else { panic!("a child has failed") };
        assert!(error.is::<gen::Panicked>());
        assert!(children.polls().starts_with("1 2"), "nobody goes on behind it");
        assert_eq!(children.drops(), all(count, 1));
    }
}

/// Otherwise the error would be lost if the destructor of a child that it drops panics.
fn t19_a_panic_in_the_drop_of_the_others_leaves_the_failure(container: &Container) {
    for count in container.sizes_from(3) {
        let (children, futures) = Children::of(count);
        let mut task = (container.fail_fast)(futures);
        assert!(task.poll().is_pending());
        children.panic_in_drop(0);
        children.panic_in_drop(2);
        children.end(1, Err("fault"));
        let (outcome, lines) = logged(|| task.poll());
        let Poll::Ready(Err(error)) = outcome else { panic!("a child has failed") };
        assert_eq!((error.to_string().as_str(), lines.len()), ("fault", 2), "{lines:?}");
        assert_eq!(children.drops(), all(count, 1));
    }
}

macro_rules! with_options {
    ($($name:ident: $kind:ty),+ $(,)?) => { $(
        mod $name {
            use super::*;

            type Of = <$kind as Kind>::Of<Child>;
            type Keys = <$kind as Kind>::Keys;

            #[gen::coroutine]
            fn quiet(of: Of, keys: Keys) -> gen::Result<Vec<u32>> {
                Ok(<$kind>::values(yield_!(gen::multi(of).quiet::<Fault>())?, keys))
            }

            #[gen::coroutine]
            fn quiet_of_all(of: Of, keys: Keys) -> gen::Result<Vec<u32>> {
                Ok(<$kind>::values(yield_!(gen::multi(of).quiet::<gen::Error>())?, keys))
            }

            #[gen::coroutine]
            fn quiet_of_another_type(of: Of, keys: Keys) -> gen::Result<Vec<u32>> {
                let quiet = gen::multi(of).quiet::<std::fmt::Error>().quiet::<std::num::ParseIntError>();
                Ok(<$kind>::values(yield_!(quiet)?, keys))
            }

            #[gen::coroutine]
            fn fail_fast(of: Of, keys: Keys) -> gen::Result<Vec<u32>> {
                Ok(<$kind>::values(yield_!(gen::multi(of).fail_fast())?, keys))
            }

            #[gen::coroutine]
            fn settle(of: Of, keys: Keys) -> gen::Result<Vec<gen::Result<u32>>> {
                Ok(<$kind>::values(yield_!(gen::multi(of).settle())?, keys))
            }

            macro_rules! start {
                ($function:ident) => {
                    |children| {
                        let (of, keys) = <$kind>::build(children);
                        Task::new(BoxCoroutine::new($function(of, keys)))
                    }
                };
            }

            const CONTAINER: Container = Container {
                sizes: <$kind>::SIZES,
                quiet: start!(quiet),
                quiet_of_another_type: start!(quiet_of_another_type),
                quiet_of_all: start!(quiet_of_all),
                fail_fast: start!(fail_fast),
                settle: start!(settle),
            };

            with_options! { @rules
                quiet_errors_are_kept_and_not_logged, errors_of_other_types_are_logged,
                every_error_can_be_quiet,
                the_first_failure_in_time_is_raised_and_the_others_are_dropped,
                what_fails_in_the_first_poll_keeps_later_children_from_starting,
                of_failures_in_one_poll_the_one_that_was_woken_first_is_raised,
                fail_fast_gives_the_results_in_order, settle_gives_the_result_of_every_child,
                t19_to_settle_a_panic_is_the_result_of_its_child, t19_a_panic_is_a_failure_to_give_up_at,
                t19_a_panic_in_the_drop_of_the_others_leaves_the_failure
            }
        }
    )+ };
    (@rules $($rule:ident),+) => { $(
        #[test]
        fn $rule() {
            super::$rule(&CONTAINER);
        }
    )+ };
}

with_options! {
    vector: kinds::Vector,
    slice: kinds::Slice,
    deque: kinds::Deque,
    array: kinds::Array<3>,
    hash_map: kinds::StdHash,
    btree_map: kinds::BTree,
    tuple_1: kinds::Tuple1,
    tuple_3: kinds::Tuple3,
    tuple_12: kinds::Tuple12,
    option: kinds::OptionOfVector,
}

/// Otherwise an option of the list would also apply to the lists within it.
#[test]
fn options_are_about_the_direct_children() {
    #[gen::coroutine]
    fn nested(outer: Vec<Vec<Child>>) -> gen::Result<Vec<Vec<u32>>> {
        yield_!(gen::multi(outer).quiet::<Fault>())
    }
    let (children, mut futures) = Children::of(4);
    (0..4).for_each(|child| children.set(child, Err("fault")));
    let second = futures.split_off(2);
    let (outcome, lines) = logged(|| Task::new(nested(vec![futures, second])).poll());
    let Poll::Ready(Err(error)) = outcome else { panic!("all failed") };
    assert_eq!(error.others().len(), 2, "one of its own list, and one of the other list");
    assert_eq!(lines.len(), 2, "each inner list tells of its second error: {lines:?}");
}

/// Otherwise the options could not be used outside of a coroutine.
#[test]
fn they_can_be_joined_outside_a_coroutine() {
    use std::future::ready;

    let numbers = || vec![ready("1".parse::<u8>()), ready("x".parse::<u8>())];
    let joined = async {
        assert!(gen::multi(numbers()).fail_fast().join().await.is_err());
        assert!(gen::multi(numbers()).quiet::<Fault>().join().await.is_err());
        gen::multi(numbers()).settle().join().await
    };
    let results = behaviour::run(joined);
    assert!(results[0].is_ok() && results[1].is_err());
}

/// Otherwise futures that cannot fail could not be given an option: a list of plain futures.
#[test]
fn outputs_that_are_no_results_take_options_too() {
    #[gen::coroutine]
    fn plain() -> gen::Result<usize> {
        let list = || vec![std::future::ready(1), std::future::ready(2)];
        let fast = yield_!(gen::multi(list()).fail_fast())?;
        let settled = yield_!(gen::multi(list()).settle())?;
        Ok(fast.len() + settled.into_iter().filter(|result| matches!(result, Ok(1 | 2))).count())
    }
    assert_eq!(behaviour::run(plain()), 4);
}
