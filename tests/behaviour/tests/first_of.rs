//! `first_of`: which child is the first, and what happens to the others.

use std::collections::{BTreeMap, HashMap};
use std::future::{pending, ready};
use std::task::Poll;

use behaviour::{exactly, logged, races, Child, Children, Fault, Race, Task};
use gen::{yield_, FirstOfNoneError, OneOf2, OneOf3, OneOf8};

/// Each kind of container, with three children.
const RACES: [Race; 3] = races!(children => gen::first_of(children), first => first);

/// Otherwise the yield would wait for the slow mirror, or the slow mirror would go on for nothing.
#[test]
fn the_first_to_end_is_given_and_the_others_are_dropped() {
    for race in RACES {
        let (children, futures) = Children::of(3);
        let mut task = Task::new(race(futures));
        assert!(task.poll().is_pending());
        assert_eq!(children.polls(), "1 1 1");
        children.end(2, Ok(20));
        children.end(1, Ok(10));
        assert_eq!(task.run().unwrap(), (2, 20));
        assert_eq!(children.journal(), "poll 0, poll 1, poll 2, poll 2, drop 2, drop 0, drop 1");
    }
}

/// Otherwise a request would be sent although the answer is in the cache.
#[test]
fn behind_one_that_is_ready_nobody_is_started() {
    for race in RACES {
        let (children, futures) = Children::of(3);
        children.set(1, Ok(10));
        children.set(2, Ok(20));
        assert_eq!(Task::new(race(futures)).run().unwrap(), (1, 10));
        assert_eq!((children.polls().as_str(), children.drops().as_str()), ("1 1 0", "1 1 1"));
    }
}

/// Otherwise a failure would look like a child that is still running.
#[test]
fn a_failure_may_be_the_first() {
    for race in RACES {
        let (children, futures) = Children::of(3);
        let mut task = Task::new(race(futures));
        assert!(task.poll().is_pending());
        children.end(1, Err("failed"));
        let (result, lines) = logged(|| task.run());
        let error = result.unwrap_err();
        assert_eq!((error.downcast_ref(), error.others().len()), (Some(&Fault("failed".to_owned())), 0));
        assert_eq!((children.drops().as_str(), lines), ("1 1 1", Vec::new()));
    }
}

/// Otherwise it would wait for ever.
#[test]
fn the_first_of_none_is_an_error() {
    assert!(Task::new(RACES[0](Vec::new())).run().unwrap_err().is::<FirstOfNoneError>());
}

/// Only the child that was woken is polled, however many there are.
#[test]
fn t18_only_the_woken_child_is_polled() {
    const COUNT: usize = 10_000;
    let (children, futures) = Children::of(COUNT);
    let mut task = Task::new(RACES[0](futures));
    assert!(task.poll().is_pending());
    children.wake(17);
    assert!(task.poll().is_pending());
    children.end(4_711, Ok(1));
    assert_eq!(task.run().unwrap(), (4_711, 1));
    let polls: usize =
        children.polls().split(' ').map(|polls| polls.parse::<usize>().expect("a number")).sum();
    assert_eq!(polls, COUNT + 2);
}

#[test]
fn it_can_be_yielded_in_every_mode_and_with_keys() {
    #[gen::coroutine]
    fn body() -> gen::Result {
        assert_eq!(yield_!(gen::first_of([ready(1)]))?, (0, 1));
        let raw = yield_!(gen::raw(gen::first_of(["x"].map(|text| ready(text.parse::<u8>())))))?;
        assert!(raw.0 == 0 && raw.1.is_err());
        assert_eq!(yield_!(gen::first_of(HashMap::from([("key", ready(1))])))?, ("key", 1));
        let tree = BTreeMap::from([
            ("b", gen::boxed(ready(Ok::<_, Fault>(1)))),
            ("a", gen::boxed(pending::<gen::Result<i32>>())),
        ]);
        assert_eq!(yield_!(gen::first_of(tree))?, ("b", 1));
        let lists = yield_!(gen::first_of((0..2).map(|number| vec![ready(number), ready(number)])))?;
        assert_eq!(lists, (0, vec![0, 0]));
        let of_a_tuple = yield_!(gen::first_of((pending::<u8>(), ready("two"), [ready('3')])))?;
        assert_eq!(of_a_tuple, OneOf3::Second("two"));
        let texts = (pending::<Result<u8, Fault>>(), ready("x".parse::<u8>()));
        let raw = yield_!(gen::raw(gen::first_of(texts)))?;
        assert!(matches!(raw, OneOf2::Second(Err(_))));
        let nested = gen::first_of((gen::first_of((pending::<()>(), ready(2))), vec![ready(3)]));
        assert_eq!(yield_!(nested)?, OneOf2::First(OneOf2::Second(2)));
        let callable = yield_!(gen::Callback::<u8>::new("slow"))?;
        yield_!(gen::Callback::<u8>::new("fast"))?.call(7);
        let points = (gen::Wait::<u8>::new("slow"), gen::Wait::<u8>::new("fast"));
        assert_eq!(yield_!(gen::first_of(points))?, OneOf2::Second(7));
        yield_!(gen::Callback::<u8>::new("fast"))?.call(7);
        let first = yield_!(gen::first_of([gen::Wait::<u8>::new("slow"), gen::Wait::new("fast")]))?;
        assert_eq!(first, (1, 7));
        callable.call(1);
        yield_!(gen::Wait::<u8>::new("slow")).map(drop)
    }
    behaviour::run(body());
}

/// Otherwise the result would name another child than the one that gave it.
#[test]
fn each_position_of_a_tuple_has_a_variant_of_its_own() {
    type Of8 = OneOf8<u32, u32, u32, u32, u32, u32, u32, u32>;
    #[gen::coroutine]
    fn first_of_eight(children: Vec<Child>) -> gen::Result<Of8> {
        let [a, b, c, d, e, f, g, h] = exactly(children);
        yield_!(gen::first_of((a, b, c, d, e, f, g, h)))
    }
    let variants: [fn(u32) -> Of8; 8] = [
        OneOf8::First,
        OneOf8::Second,
        OneOf8::Third,
        OneOf8::Fourth,
        OneOf8::Fifth,
        OneOf8::Sixth,
        OneOf8::Seventh,
        OneOf8::Eighth,
    ];
    for (position, variant) in variants.into_iter().enumerate() {
        let (children, futures) = Children::of(8);
        let mut task = Task::new(first_of_eight(futures));
        assert!(task.poll().is_pending());
        children.end(position, Ok(7));
        let first = task.run().unwrap();
        assert_eq!((first, first.position(), first.into_inner()), (variant(7), position, 7));
        assert_eq!(children.drops(), "1 1 1 1 1 1 1 1");
    }
}

/// Otherwise a task that others also wait for, or that must be done in any case, would be dropped.
#[test]
fn a_task_goes_on_when_another_one_was_the_first() {
    #[gen::coroutine]
    fn after(seconds: u64, sender: gen::Promise<u64>) -> gen::Result<u64> {
        yield_!(gen::sleep(behaviour::seconds(seconds)))?;
        sender.set(seconds)?;
        Ok(seconds)
    }
    #[gen::coroutine]
    fn body() -> gen::Result<(usize, Vec<u64>)> {
        let (promises, futures): (Vec<_>, Vec<_>) = (0..2).map(|_| gen::promise()).unzip();
        let tasks = (1..=2).rev().zip(promises).map(|(seconds, promise)| gen::spawn(after(seconds, promise)));
        let (position, _) = yield_!(gen::first_of(tasks))?;
        Ok((position, yield_!(futures)?))
    }
    assert_eq!(behaviour::run(body()), (1, vec![2, 1]));
}

/// Otherwise the error would end one of the children instead of the wait.
#[test]
fn a_thrown_error_reaches_the_yield_and_drops_the_children() {
    for race in RACES {
        let (children, futures) = Children::of(3);
        let mut task = Task::new(race(futures));
        assert!(task.poll().is_pending());
        let Poll::Ready(Err(error)) = task.throw("thrown") else { panic!("the yield takes it") };
        assert_eq!((error.to_string().as_str(), children.drops().as_str()), ("thrown", "1 1 1"));
    }
}

/// Otherwise a child that panics would drop the others, although the body may go on after the
/// failure.
#[test]
fn t19_a_panic_may_be_the_first() {
    for race in RACES {
        let (children, futures) = Children::of(3);
        let mut task = Task::new(race(futures));
        assert!(task.poll().is_pending());
        children.on_poll(1, |_| panic!("the child panics"));
        children.wake(1);
        children.end(2, Ok(20));
        let error = task.run().unwrap_err();
        assert_eq!(error.downcast_ref::<gen::Panicked>().expect("a panic").message(), "the child panics");
        assert_eq!(children.drops(), "1 1 1");
    }
}

/// Otherwise the destructor of a loser could discard the winner's value.
#[test]
fn t19_a_loser_that_panics_in_its_drop_takes_no_value_with_it() {
    for race in RACES {
        let (children, futures) = Children::of(3);
        let mut task = Task::new(race(futures));
        assert!(task.poll().is_pending());
        children.panic_in_drop(0);
        children.panic_in_drop(2);
        children.end(1, Ok(10));
        let (result, lines) = logged(|| task.run());
        assert_eq!((result.unwrap(), lines.len()), ((1, 10), 2), "{lines:?}");
        assert_eq!(children.drops(), "1 1 1");
    }
}

/// Otherwise the clean-up of a loser could discard the winner's value.
#[test]
fn t19_a_loser_that_panics_in_its_clean_up_takes_no_value_with_it() {
    #[gen::coroutine]
    fn mirror(child: Child, panics: bool) -> gen::Result<u32> {
        let outcome = yield_!(child);
        assert!(!panics || outcome.is_ok(), "the clean-up panics");
        outcome
    }
    #[gen::coroutine]
    fn by_position(children: Vec<Child>) -> gen::Result<(usize, u32)> {
        let mirrors = children.into_iter().enumerate().map(|(index, child)| mirror(child, index != 1));
        yield_!(gen::first_of(mirrors).cancel())
    }
    #[gen::coroutine]
    fn by_key(children: Vec<Child>) -> gen::Result<(usize, u32)> {
        let mirrors =
            children.into_iter().enumerate().map(|(index, child)| (index, mirror(child, index != 1)));
        yield_!(gen::first_of(mirrors.collect::<BTreeMap<_, _>>()).cancel())
    }
    #[gen::coroutine]
    fn of_a_tuple(children: Vec<Child>) -> gen::Result<(usize, u32)> {
        let [a, b, c] = exactly(children);
        let mirrors = (mirror(a, true), mirror(b, false), mirror(c, true));
        let first = yield_!(gen::first_of(mirrors).cancel())?;
        Ok((first.position(), first.into_inner()))
    }
    let races: [Race; 3] = [
        |children| gen::BoxCoroutine::new(by_position(children)),
        |children| gen::BoxCoroutine::new(by_key(children)),
        |children| gen::BoxCoroutine::new(of_a_tuple(children)),
    ];
    for race in races {
        let (children, futures) = Children::of(3);
        let mut task = Task::new(race(futures));
        assert!(task.poll().is_pending());
        children.end(1, Ok(10));
        let (result, lines) = logged(|| task.run());
        assert_eq!(result.unwrap(), (1, 10));
        assert!(lines.iter().any(|line| line.contains("panicked: the clean-up panics")), "{lines:?}");
        assert_eq!(children.drops(), "1 1 1");
    }
}

/// Otherwise the failure of the first child, and those of the clean-ups, would be lost when the
/// group is dropped before the last clean-up has ended.
#[test]
fn the_failures_of_one_that_is_dropped_are_reported_together() {
    #[gen::coroutine]
    fn mirror(child: Child, rolls_back: Option<bool>) -> gen::Result<u32> {
        match (yield_!(child), rolls_back) {
            (Err(_), Some(false)) => Err(gen::Error::new("cannot roll back")),
            (Err(_), Some(true)) => yield_!(pending::<gen::Result<u32>>()),
            (outcome, _) => outcome,
        }
    }
    #[gen::coroutine]
    fn race(children: Vec<Child>) -> gen::Result<(usize, u32)> {
        let rolls_back = [None, Some(false), Some(true)];
        let mirrors =
            children.into_iter().zip(rolls_back).map(|(child, rolls_back)| mirror(child, rolls_back));
        yield_!(gen::first_of(mirrors).cancel())
    }
    #[gen::coroutine]
    fn race_of_a_tuple(children: Vec<Child>) -> gen::Result<(usize, u32)> {
        let [a, b, c] = exactly(children);
        let mirrors = (mirror(a, None), mirror(b, Some(false)), mirror(c, Some(true)));
        let first = yield_!(gen::first_of(mirrors).cancel())?;
        Ok((first.position(), first.into_inner()))
    }
    let races: [Race; 2] = [
        |children| gen::BoxCoroutine::new(race(children)),
        |children| gen::BoxCoroutine::new(race_of_a_tuple(children)),
    ];
    for (race, throws) in races.into_iter().flat_map(|race| [(race, false), (race, true)]) {
        let (children, futures) = Children::of(3);
        let mut task = Task::new(race(futures));
        assert!(task.poll().is_pending());
        children.end(0, Err("no route"));
        let (_, lines) = logged(|| {
            assert!(task.poll().is_pending());
            assert!(!throws || task.throw("stop").is_ready());
            drop(task);
        });
        let [line] = &lines[..] else { panic!("one record: {lines:?}") };
        assert!(line.starts_with(
            "ERROR gen: a `first_of` was dropped when children of it had failed: [0]: no route"
        ));
        assert!(line.contains("\n[1]: cannot roll back"), "{line}");
    }
}
