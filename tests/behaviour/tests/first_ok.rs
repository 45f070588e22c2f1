//! `first_ok`: which child is the first, what happens to the others, and to the failures.

use std::collections::{BTreeMap, HashMap};
use std::future::{pending, ready};
use std::task::Poll;

use behaviour::{
    logged, logged_with_debug, races, reason, run, seconds, spawn, works, Children, Fault, Journal, Race,
    Task,
};
use gen::{yield_, ChildKey, FirstOkNoneError, OneOf2, OneOf3};

/// Each kind of container.
const RACES: [Race; 3] = races!(children => gen::first_ok(children), first => first);

/// The same where the results of the others are asked for.
const SETTLED: [Race; 3] = races!(children => gen::first_ok(children).settle(), ended => ended.0);

/// Each kind of container, and each form.
fn all() -> impl Iterator<Item = Race> {
    RACES.into_iter().chain(SETTLED)
}

/// Otherwise one mirror that is down would hide those that are up.
#[test]
fn a_failure_does_not_end_the_race() {
    for race in all() {
        let (children, futures) = Children::of(3);
        let mut task = Task::new(race(futures));
        assert!(task.poll().is_pending());
        children.end(2, Err("down"));
        assert!(task.poll().is_pending());
        children.end(1, Ok(10));
        let (result, lines) = logged(|| task.run());
        assert_eq!(result.unwrap(), (1, 10));
        assert_eq!(children.journal(), "poll 0, poll 1, poll 2, poll 2, drop 2, poll 1, drop 1, drop 0");
        assert_eq!(lines, [""; 0], "the failure has cost nothing");
    }
}

/// Otherwise a request would be sent although the answer is in the cache, or would not be sent
/// although the cache is broken.
#[test]
fn behind_one_that_succeeds_at_once_nobody_is_started() {
    for race in all() {
        let (children, futures) = Children::of(3);
        children.set(0, Err("broken"));
        children.set(1, Ok(10));
        assert_eq!(Task::new(race(futures)).run().unwrap(), (1, 10));
        assert_eq!((children.polls().as_str(), children.drops().as_str()), ("1 1 0", "1 1 1"));
    }
}

/// Otherwise the caller would not know why each of them has failed.
#[test]
fn if_all_fail_the_first_one_is_raised_and_the_others_are_kept() {
    for (number, race) in all().enumerate() {
        let (children, futures) = Children::of(3);
        let mut task = Task::new(race(futures));
        assert!(task.poll().is_pending());
        for (child, text) in [(2, "c"), (0, "a"), (1, "b")] {
            children.end(child, Err(text));
        }
        let (result, lines) = logged(|| task.run());
        let error = result.unwrap_err();
        assert_eq!(error.downcast_ref(), Some(&Fault("a".to_owned())));
        let others: Vec<_> = error.others().iter().map(ToString::to_string).collect();
        assert_eq!(others, ["[1]: b", "[2]: c"]);
        let by_key = error.others()[0].key == ChildKey::Key("1".to_owned());
        assert_eq!(by_key, number % 3 == 1, "the children of a map have keys");
        assert_eq!(lines.len(), 1, "{lines:?}");
    }
}

/// Otherwise it would wait for ever.
#[test]
fn the_first_success_of_none_is_an_error() {
    let none = || Task::new(RACES[0](Vec::new())).run().unwrap_err();
    assert!(none().is::<FirstOkNoneError>());
    assert!(none().to_string().contains("`first_ok` was given no children"));
    assert!(Task::new(SETTLED[0](Vec::new())).run().unwrap_err().is::<FirstOkNoneError>());
}

/// Otherwise a child that panics would take the others with it.
#[test]
fn t19_a_panic_is_a_failure() {
    for race in all() {
        let (children, futures) = Children::of(3);
        let mut task = Task::new(race(futures));
        assert!(task.poll().is_pending());
        children.on_poll(1, |_| panic!("the child panics"));
        children.wake(1);
        assert!(task.poll().is_pending());
        children.end(2, Ok(20));
        assert_eq!(task.run().unwrap(), (2, 20));
        assert_eq!(children.drops(), "1 1 1");
    }
}

/// Otherwise the error would end one of the children instead of the wait, and the failures before
/// it would be lost.
#[test]
fn a_thrown_error_reaches_the_yield_and_drops_the_children() {
    for race in all() {
        let (children, futures) = Children::of(3);
        let mut task = Task::new(race(futures));
        assert!(task.poll().is_pending());
        children.end(0, Err("down"));
        assert!(task.poll().is_pending());
        let (thrown, lines) = logged(|| task.throw("thrown"));
        let Poll::Ready(Err(error)) = thrown else { panic!("the yield takes it") };
        assert_eq!((error.to_string().as_str(), children.drops().as_str()), ("thrown", "1 1 1"));
        let text = "ERROR gen: a `first_ok` was dropped when children of it had failed: [0]: down";
        assert!(lines.len() == 1 && lines[0].starts_with(text), "{lines:?}");
    }
}

/// Otherwise no record would say which mirrors are down.
#[test]
fn a_failure_that_does_not_count_is_logged_for_debugging() {
    #[gen::coroutine]
    fn body() -> gen::Result<(usize, u8)> {
        yield_!(gen::first_ok(["x", "2"].map(|text| ready(text.parse::<u8>()))))
    }
    let (first, records) = logged_with_debug(|| run(body()));
    assert_eq!(first, (1, 2));
    let text = "DEBUG gen: children of a `first_ok` failed before another one succeeded: invalid digit";
    assert!(records.len() == 1 && records[0].starts_with(text), "{records:?}");
}

#[test]
fn it_can_be_yielded_in_every_mode_and_with_keys() {
    #[gen::coroutine]
    fn body() -> gen::Result {
        assert_eq!(yield_!(gen::first_ok([ready(1)]))?, (0, 1), "nothing of it can fail");
        let raw = yield_!(gen::raw(gen::first_ok(["x"].map(|text| ready(text.parse::<u8>())))))?;
        assert!(raw.0 == 0 && raw.1.is_err(), "a raw `Result` is a value");
        assert_eq!(yield_!(gen::first_ok(HashMap::from([("key", ready(1))])))?, ("key", 1));
        let lists = (0..2).map(|number| vec![ready(number.to_string().parse::<u8>()); 2]);
        assert_eq!(yield_!(gen::first_ok(lists))?, (0, vec![0, 0]));
        let of_a_tuple =
            (pending::<Result<u8, Fault>>(), ready("x".parse::<u8>()), ready("3".parse::<i64>()));
        assert_eq!(yield_!(gen::first_ok(of_a_tuple))?, OneOf3::Third(3));
        let nested =
            (gen::first_ok((ready("x".parse::<u8>()), ready("2".parse::<u8>()))), pending::<gen::Result>());
        assert_eq!(yield_!(gen::first_ok(nested))?, OneOf2::First(OneOf2::Second(2)));
        Ok(())
    }
    run(body());
}

#[test]
fn an_async_fn_waits_for_the_first_success() {
    async fn body() -> gen::Result<((usize, u8), &'static str)> {
        let numbers = || ["x", "2"].map(|text| ready(text.parse::<u8>()));
        let list = gen::first_ok(numbers()).join().await?;
        let map = BTreeMap::from_iter(["near", "far"].into_iter().zip(numbers()));
        let ((name, _), _) = gen::first_ok(map).cancel().settle().join().await?;
        Ok((list, name))
    }
    // In the order of the keys, "far" is the first one.
    assert_eq!(run(body()), ((1, 2), "far"));
}

#[gen::coroutine]
fn after(delay: u64, succeeds: bool) -> gen::Result<u32> {
    yield_!(gen::sleep(seconds(delay)))?;
    gen::ensure!(succeeds, "failed after {delay}");
    Ok(7)
}

/// Otherwise the resources of the others would not be given back, or a failure would already cost
/// the others their work.
#[test]
fn the_others_clean_up_when_one_has_succeeded() {
    let journal = Journal::default();
    #[gen::coroutine]
    fn body(journal: Journal) -> gen::Result<(usize, u32)> {
        let children = vec![
            gen::boxed_send(works("a", 2, journal.clone())),
            gen::boxed_send(after(1, false)),
            gen::boxed_send(after(5, true)),
            gen::boxed_send(pending::<gen::Result<u32>>()),
        ];
        let first = yield_!(gen::first_ok(children).cancel())?;
        journal.say("given");
        Ok(first)
    }
    let (first, lines) = logged(|| run(body(journal.clone())));
    assert_eq!((first, lines), ((2, 7), Vec::new()), "a failure before the success is no loss");
    assert_eq!(journal.take(), "a told, a clean, given");
}

/// Otherwise the failure of a clean-up would pass for one that does not count.
#[test]
fn a_clean_up_that_fails_is_logged() {
    #[gen::coroutine]
    fn fails() -> gen::Result<u32> {
        yield_!(pending::<gen::Result<u32>>()).map_err(|_| gen::Error::new("it cannot be given back"))
    }
    #[gen::coroutine]
    fn body() -> gen::Result<(usize, u32)> {
        let children =
            [gen::boxed_send(after(1, false)), gen::boxed_send(fails()), gen::boxed_send(after(2, true))];
        yield_!(gen::first_ok(children).cancel())
    }
    let (first, lines) = logged(|| run(body()));
    assert_eq!(first, (2, 7));
    let text = "ERROR gen: a child of a `first_ok` that was not the first failed, and its result was never read: it cannot be given back";
    assert!(lines.len() == 1 && lines[0].starts_with(text), "{lines:?}");
}

/// Otherwise a mirror that is down as a rule would fill the log.
#[test]
fn quiet_failures_are_not_logged() {
    const QUIET: [Race; 3] = races!(children => gen::first_ok(children).quiet::<Fault>(), first => first);
    const SETTLED: [Race; 3] =
        races!(children => gen::first_ok(children).quiet::<Fault>().settle(), ended => ended.0);
    for race in QUIET.into_iter().chain(SETTLED) {
        let ends = |results: [Result<u32, &'static str>; 3]| {
            let (children, futures) = Children::of(3);
            let mut task = Task::new(race(futures));
            assert!(task.poll().is_pending());
            results.into_iter().enumerate().for_each(|(child, result)| children.end(child, result));
            logged_with_debug(|| task.run())
        };
        let (result, records) = ends([Err("a"), Err("b"), Ok(7)]);
        assert_eq!((result.unwrap(), records), ((2, 7), Vec::new()));
        let (result, records) = ends([Err("a"), Err("b"), Err("c")]);
        assert_eq!((result.unwrap_err().others().len(), records), (2, Vec::new()));

        let (children, futures) = Children::of(3);
        let mut task = Task::new(race(futures));
        assert!(task.poll().is_pending());
        children.end(0, Err("a"));
        assert!(task.poll().is_pending());
        let (_, records) = logged_with_debug(|| task.throw("thrown"));
        assert_eq!(records, [""; 0], "nor those that are dropped");
    }
}

/// Otherwise the errors of another type would be lost with those that are quiet.
#[test]
fn only_errors_of_the_quiet_types_are_quiet() {
    #[gen::coroutine]
    fn fails_to_clean_up() -> gen::Result<u32> {
        yield_!(pending::<gen::Result<u32>>()).map_err(|_| gen::Error::new("it cannot be given back"))
    }
    #[gen::coroutine]
    fn body() -> gen::Result<OneOf2<u32, u32>> {
        let children = (fails_to_clean_up(), after(1, true));
        yield_!(gen::first_ok(children).cancel().quiet::<Fault>())
    }
    let (first, lines) = logged(|| run(body()));
    assert_eq!(first, OneOf2::Second(7));
    assert!(lines.len() == 1 && lines[0].contains("it cannot be given back"), "{lines:?}");
}

/// Otherwise the caller would not learn which of them had failed, or what came of the others.
#[test]
fn the_results_of_the_others_are_given_where_asked() {
    #[gen::coroutine]
    fn body() -> gen::Result<String> {
        let children = || (after(1, false), after(2, true), after(3, true));
        let (first, losers) = yield_!(gen::first_ok(children()).settle())?;
        assert_eq!(first, OneOf3::Second(7));
        let [(0, Err(failed))] = &losers[..] else { panic!("{losers:?}") };
        let dropped = failed.to_string();
        let (first, losers) = yield_!(gen::first_ok(children()).cancel().settle())?;
        assert_eq!(first, OneOf3::Second(7));
        let [(0, Err(failed)), (2, Err(cancelled))] = &losers[..] else { panic!("{losers:?}") };
        assert_eq!(failed.to_string(), "failed after 1");
        Ok(format!("{dropped}; {cancelled}"))
    }
    let (told, records) = logged_with_debug(|| run(body()));
    assert_eq!(told, "failed after 1; cancelled: another one was the first");
    assert_eq!(records, [""; 0], "who gets the results handles them");
}

/// Otherwise the value of one that could not be stopped in time would be lost with its result.
#[test]
fn one_that_succeeds_in_its_clean_up_is_a_loser_with_a_value() {
    #[gen::coroutine]
    fn commits(name: &'static str) -> gen::Result<&'static str> {
        let _ = yield_!(gen::sleep(seconds(100)));
        Ok(name)
    }
    #[gen::coroutine]
    fn quick() -> gen::Result<&'static str> {
        yield_!(gen::sleep(seconds(1)))?;
        Ok("quick")
    }
    #[gen::coroutine]
    fn body() -> gen::Result<(&'static str, usize, &'static str)> {
        let children = BTreeMap::from([(1, gen::boxed_send(commits("slow"))), (2, gen::boxed_send(quick()))]);
        let ((_, first), mut losers) = yield_!(gen::first_ok(children).cancel().settle())?;
        let (key, loser) = losers.remove(0);
        Ok((first, key, loser?))
    }
    assert_eq!(run(body()), ("quick", 1, "slow"));
}

/// Otherwise a loop that tries again after a failure would go on after its own cancellation.
#[test]
fn a_cancelled_race_ends_with_the_cancellation_although_a_child_has_failed_before() {
    let journal = Journal::default();
    #[gen::coroutine]
    fn body(journal: Journal) -> gen::Result<(usize, u32)> {
        let children = [gen::boxed_send(after(1, false)), gen::boxed_send(works("b", 1, journal))];
        yield_!(gen::first_ok(children))
    }
    let (error, _) = logged(|| {
        run(async {
            let task = spawn(body(journal.clone()));
            gen::sleep(seconds(5)).await?;
            task.cancel("enough").await;
            gen::Result::Ok(task.await.unwrap_err())
        })
    });
    assert!(error.is_cancelled(), "{error}");
    assert_eq!(error.others()[0].to_string(), "[0]: failed after 1");
    assert_eq!(journal.take(), "b told, b clean");
}

/// Fails when it is cancelled, but does not say that it was cancelled.
#[gen::coroutine]
fn hides_its_cancellation() -> gen::Result<u32> {
    yield_!(pending::<gen::Result<u32>>()).map_err(|_| gen::Error::new("the line was closed"))
}

/// Otherwise such a loop would go on if the children give their cancellation another name.
#[test]
fn a_cancelled_race_ends_with_the_cancellation_although_no_child_says_so() {
    type Body = fn() -> gen::BoxCoroutine<'static, gen::Result<u32>>;
    #[gen::coroutine]
    fn list(settles: bool) -> gen::Result<u32> {
        let race =
            gen::first_ok([gen::boxed_send(after(1, false)), gen::boxed_send(hides_its_cancellation())]);
        match settles {
            false => Ok(yield_!(race)?.1),
            true => Ok(yield_!(race.settle())?.0 .1),
        }
    }
    #[gen::coroutine]
    fn map() -> gen::Result<u32> {
        let children =
            [(0, gen::boxed_send(after(1, false))), (1, gen::boxed_send(hides_its_cancellation()))];
        Ok(yield_!(gen::first_ok(BTreeMap::from(children)))?.1)
    }
    #[gen::coroutine]
    fn tuple() -> gen::Result<u32> {
        Ok(yield_!(gen::first_ok((after(1, false), hides_its_cancellation())))?.into_inner())
    }
    let bodies: [Body; 4] = [
        || gen::BoxCoroutine::new(list(false)),
        || gen::BoxCoroutine::new(list(true)),
        || gen::BoxCoroutine::new(map()),
        || gen::BoxCoroutine::new(tuple()),
    ];
    for body in bodies {
        let (error, lines) = logged(|| {
            run(async {
                let task = spawn(body());
                gen::sleep(seconds(5)).await?;
                task.cancel("enough").await;
                gen::Result::Ok(task.await.unwrap_err())
            })
        });
        assert_eq!(reason(&error), "enough");
        let others: Vec<_> = error.others().iter().map(ToString::to_string).collect();
        assert_eq!(others, ["[0]: failed after 1", "[1]: the line was closed"]);
        assert_eq!(lines.len(), 1, "{lines:?}");
    }
}

/// Otherwise the failure of a clean-up would pass for one that does not count, because another
/// child has succeeded after it.
#[test]
fn a_failure_after_the_cancellation_of_a_race_that_succeeds_is_logged() {
    #[gen::coroutine]
    fn commits() -> gen::Result<u32> {
        let _ = yield_!(gen::sleep(seconds(100)));
        yield_!(gen::sleep(seconds(1)))?;
        Ok(3)
    }
    #[gen::coroutine]
    fn body() -> gen::Result<(usize, u32)> {
        let children = vec![
            gen::boxed_send(after(1, false)),
            gen::boxed_send(hides_its_cancellation()),
            gen::boxed_send(commits()),
        ];
        yield_!(gen::first_ok(children))
    }
    let (first, records) = logged_with_debug(|| {
        run(async {
            let task = spawn(body());
            gen::sleep(seconds(5)).await?;
            task.cancel("enough").await;
            task.await
        })
    });
    assert_eq!((first, records.len()), ((2, 3), 2), "{records:?}");
    assert!(records[0].starts_with("DEBUG") && records[0].contains("failed after 1"), "{records:?}");
    assert!(records[1].starts_with("ERROR") && records[1].contains("the line was closed"), "{records:?}");
}

/// Otherwise a value that comes just in time would be thrown away.
#[test]
fn a_cancelled_race_gives_a_value_that_comes_all_the_same() {
    #[gen::coroutine]
    fn commits() -> gen::Result<u32> {
        let _ = yield_!(gen::sleep(seconds(100)));
        Ok(3)
    }
    #[gen::coroutine]
    fn body() -> gen::Result<(usize, u32)> {
        yield_!(gen::first_ok([gen::boxed_send(after(100, true)), gen::boxed_send(commits())]))
    }
    let first = run(async {
        let task = spawn(body());
        gen::sleep(seconds(5)).await?;
        task.cancel("enough").await;
        task.await
    });
    assert_eq!(first, (1, 3));
}

/// Otherwise a struct or a signature that names the type of a race, as the docs have it, would not
/// compile.
#[test]
fn a_quiet_race_has_the_types_of_the_docs() {
    type Quiet = (Fault, (std::fmt::Error, ()));
    type Settled<N, T> = ((N, T), Vec<(N, gen::Result<T>)>);
    let child = || ready(Ok::<u32, Fault>(7));
    let quiet: gen::FirstOk<_, Quiet> =
        gen::first_ok([child(), child()]).quiet::<std::fmt::Error>().quiet::<Fault>();
    let settled: gen::FirstOkSettled<_, Quiet> = quiet.settle();
    let of_a_list: Settled<usize, u32> = run(settled.join());
    let map = BTreeMap::from([("a", child()), ("b", child())]);
    let of_a_map: Settled<&str, u32> = run(gen::first_ok(map).quiet::<Fault>().settle().join());
    type Either = OneOf2<u32, u32>;
    let of_a_tuple: (Either, Vec<(usize, gen::Result<Either>)>) =
        run(gen::first_ok((child(), child())).quiet::<Fault>().settle().join());
    assert_eq!((of_a_list.0, of_a_map.0, of_a_tuple.0), ((0, 7), ("a", 7), OneOf2::First(7)));
}
