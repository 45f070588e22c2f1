//! `with_timeout`: the error says where the child was waiting.

use std::collections::BTreeMap;
use std::future::{pending, poll_fn, Future};
use std::pin::Pin;
use std::rc::Rc;
use std::task::Poll;
use std::time::Duration;

use behaviour::{needs, pending_of, run, run_to_result, seconds, spawn, Count};
use futures::future::{join, BoxFuture};
use gen::dump::{ChainEnd, Child, Link, Waiting};
use gen::sync::Lock;
use gen::{yield_, Site, TimeoutError};

#[gen::coroutine]
fn query() -> gen::Result<u32> {
    yield_!(gen::sleep(seconds(3600)))?;
    Ok(1)
}

#[gen::coroutine]
fn fetch() -> gen::Result<u32> {
    yield_!(gen::sleep(seconds(1) / 2))?;
    yield_!(query())
}

#[gen::coroutine]
fn short() -> gen::Result<u32> {
    yield_!(gen::sleep(seconds(1) / 4))?;
    Ok(0)
}

#[gen::coroutine]
fn clean_up() -> gen::Result {
    yield_!(gen::sleep(seconds(100)))
}

#[gen::coroutine]
fn cleans_up_slowly() -> gen::Result {
    let end = yield_!(query());
    yield_!(clean_up())?;
    end.map(drop)
}

/// The wait, on one line: `outer > inner > a sleep, 1s left`.
fn shape(waiting: &Waiting) -> String {
    let links = waiting.chain.iter().map(|link| match link {
        Link::Yield { site, .. } => site.function().to_owned(),
        Link::Timeout { left, .. } => format!("{:?}", left.unwrap()),
        _ => unreachable!(),
    });
    let end = match &waiting.end {
        ChainEnd::For(waits_for) => waits_for.to_string(),
        ChainEnd::Several(several) => several.iter().map(shape).collect::<Vec<_>>().join(" and "),
        ChainEnd::Children(children) => {
            let shape = |child: &Child| format!("{}: {}", child.key, shape(&child.waiting));
            let unfinished: Vec<_> = children.unfinished.iter().map(shape).collect();
            format!("{:?} of {} [{}]", children.total, children.of, unfinished.join(", "))
        }
        _ => unreachable!(),
    };
    links.chain([end]).collect::<Vec<_>>().join(" > ")
}

#[track_caller]
fn timeout_of(error: &gen::Error) -> &TimeoutError {
    error.downcast_ref().unwrap_or_else(|| panic!("no timeout: {error:?}"))
}

#[track_caller]
fn shape_of(error: &gen::Error) -> String {
    shape(timeout_of(error).waiting().expect("the wait is known"))
}

/// The wait of a future that fails with a timeout.
#[track_caller]
fn waited<T>(limited: impl Future<Output = gen::Result<T>>) -> String {
    shape_of(&run_to_result(async { limited.await.map(drop) }).unwrap_err())
}

const SECOND: Duration = Duration::from_secs(1);

/// Otherwise the user would know that the request was too slow, and not which part of it.
#[test]
fn the_error_names_each_yield_of_the_chain() {
    needs!(VirtualTime);
    let error = run_to_result(gen::with_timeout(SECOND, fetch()).join()).unwrap_err();
    assert_eq!(shape_of(&error), "fetch > query > a sleep, 3599.5s left");
    let functions: Vec<_> =
        timeout_of(&error).waiting().unwrap().sites().iter().map(Site::function).collect();
    assert_eq!(functions, ["query", "fetch"], "innermost first");
    assert_eq!(error.to_string(), "timeout after 1s", "one line");
}

/// Otherwise the log, which prints an error by `{:?}`, would not say it.
#[test]
fn the_debug_form_has_the_lines_of_a_dump() {
    needs!(VirtualTime);
    #[gen::coroutine]
    fn handler() -> gen::Result<u32> {
        yield_!(gen::with_timeout(SECOND, fetch()))
    }
    let error = run_to_result(handler()).unwrap_err();
    let sites = timeout_of(&error).waiting().unwrap().sites();
    let [query, fetch] = sites.as_slice() else { panic!("{sites:?}") };
    let [handler] = error.trace() else { panic!("{error:?}") };
    let expected = format!(
        "timeout after 1s\nits child was waiting:\n  at {fetch}\n  at {query}\n  \
         waits for a sleep, 3599.5s left\nat {handler}"
    );
    assert_eq!(format!("{error:?}"), expected);
    let context = format!("{:?}", error.context("no page"));
    assert!(context.contains(&format!("at {query}\n")), "{context}");
}

/// Otherwise the user of a list would not know which of ten requests hung.
#[test]
fn each_child_that_has_not_ended_is_shown() {
    needs!(VirtualTime);
    let list = (0..4).map(|child| match child {
        1 | 3 => gen::boxed(fetch()),
        _ => gen::boxed(short()),
    });
    let hung = "fetch > query > a sleep, 3599.5s left";
    let list = gen::with_timeout(SECOND, list.collect::<Vec<_>>()).join();
    assert_eq!(waited(list), format!("Some(4) of a list [1: {hung}, 3: {hung}]"));
    let tuple = gen::with_timeout(SECOND, (short(), fetch())).join();
    assert_eq!(waited(tuple), format!("Some(2) of a tuple [1: {hung}]"));
    let first = gen::with_timeout(SECOND, gen::first_of((query(), fetch()))).join();
    let query = "query > a sleep, 3599s left";
    assert!(waited(first).ends_with(&format!(" [0: {query}, 1: {hung}]")));
}

/// Otherwise the user of a hedge would not know which of the tries hung.
#[test]
fn each_try_that_has_not_ended_is_shown() {
    needs!(VirtualTime);
    let hung = "fetch > query > a sleep, 3599.5s left";
    let starts = Count::default();
    let hedge = gen::hedge(SECOND / 4, 2, || {
        starts.add();
        fetch()
    });
    let shown = waited(gen::with_timeout(SECOND, hedge).join());
    let second = "fetch > query > a sleep, 3599.75s left";
    assert_eq!((shown, starts.get()), (format!("None of a `hedge` [0: {hung}, 1: {second}]"), 2));
}

/// Otherwise a coroutine that waits for a list would end the chain.
#[test]
fn the_chain_goes_on_within_the_children() {
    needs!(VirtualTime);
    #[gen::coroutine]
    fn pages() -> gen::Result<Vec<u32>> {
        yield_!(vec![fetch()])
    }
    let hung = "fetch > query > a sleep, 3599.5s left";
    let pages = gen::with_timeout(SECOND, pages()).join();
    assert_eq!(waited(pages), format!("pages > Some(1) of a list [0: {hung}]"));
}

/// Otherwise a timeout within another one would hide where the inner child hangs.
#[test]
fn a_timeout_within_another_one_is_a_part_of_the_chain() {
    needs!(VirtualTime);
    let inner = || gen::with_timeout(SECOND * 10, fetch());
    let outer = gen::with_timeout(SECOND, inner()).join();
    assert_eq!(waited(outer), "9s > fetch > query > a sleep, 3599.5s left");
    // The inner one is over first, and its error is the one that has the chain.
    #[gen::coroutine]
    fn limited() -> gen::Result<u32> {
        yield_!(gen::with_timeout(SECOND, fetch()))
    }
    let both = gen::with_timeout(SECOND, limited()).join();
    assert_eq!(waited(both), "fetch > query > a sleep, 3599.5s left");
}

/// Otherwise a recursive coroutine, which has to be boxed, would say nothing.
#[test]
fn a_boxed_coroutine_is_seen_through() {
    needs!(VirtualTime);
    let boxed: BoxFuture<'_, gen::Result<u32>> = Box::pin(fetch());
    assert_eq!(waited(gen::with_timeout(SECOND, boxed).join()), "fetch > query > a sleep, 3599.5s left");
}

/// Otherwise a wait for another task would not say for which one.
#[test]
fn the_task_that_was_awaited_is_named() {
    needs!(TheLoop);
    let text = waited(async {
        let task = spawn(fetch());
        gen::with_timeout(SECOND, task).join().await
    });
    assert!(text.starts_with("task ") && text.contains("fetch"), "{text}");
}

/// Otherwise a wait for a lock would not say who has it.
#[test]
fn the_holder_of_a_lock_is_named() {
    needs!(TheLoop);
    #[gen::coroutine]
    fn holds(lock: Rc<Lock<u32>>) -> gen::Result {
        let _held = yield_!(lock.lock())?;
        yield_!(pending::<()>())
    }
    #[gen::coroutine]
    fn waits_a_second(lock: Rc<Lock<u32>>) -> gen::Result {
        yield_!(gen::with_timeout(SECOND, lock.lock())).map(drop)
    }
    let text = waited(async {
        let lock = Rc::new(Lock::new(0));
        let _holder = gen::spawn_local(holds(Rc::clone(&lock)));
        waits_a_second(lock).await
    });
    assert!(text.contains(" by task ") && text.contains("holds"), "{text}");
}

/// Otherwise a task that waits for itself would look for another one.
#[test]
fn a_lock_that_the_task_itself_holds_says_so() {
    needs!(VirtualTime);
    #[gen::coroutine]
    fn locks_twice(lock: Lock<u32>) -> gen::Result {
        let _held = yield_!(lock.lock())?;
        yield_!(gen::with_timeout(SECOND, lock.lock())).map(drop)
    }
    let spawned = waited(async { spawn(locks_twice(Lock::new(0))).await });
    assert!(spawned.ends_with(" by this task"), "{spawned}");
    // Elsewhere the future that is waited for is no task of gen.
    needs!(TheLoop);
    let main = waited(locks_twice(Lock::new(0)));
    assert!(main.ends_with(" by this task"), "{main}");
}

/// Otherwise the branches of `join!` would be one opaque future.
#[test]
fn each_branch_of_a_foreign_join_is_shown() {
    needs!(VirtualTime);
    #[gen::coroutine]
    fn both() -> gen::Result {
        let (one, other) = yield_!(gen::ok(join(fetch(), query())))?;
        one?;
        other.map(drop)
    }
    let hung = "fetch > query > a sleep, 3599.5s left and query > a sleep, 3599s left";
    assert_eq!(waited(gen::with_timeout(SECOND, both()).join()), format!("both > {hung}"));
}

/// Otherwise a future of another library would not even be named.
#[test]
fn a_foreign_future_is_named_by_its_type() {
    needs!(VirtualTime);
    let text = waited(gen::with_timeout(SECOND, pending::<gen::Result>()).join());
    assert!(text.starts_with("Pending<"), "{text}");
}

/// Otherwise a clean-up that hangs could not be found.
#[test]
fn a_grace_period_that_ran_out_says_where_the_clean_up_was() {
    needs!(VirtualTime);
    let graced = gen::with_timeout(SECOND, cleans_up_slowly()).cancel(SECOND * 10).join();
    assert_eq!(waited(graced), "cleans_up_slowly > clean_up > a sleep, 90s left");
    let in_time = gen::with_timeout(SECOND, cleans_up_slowly()).cancel(SECOND * 200).join();
    assert_eq!(waited(in_time), "cleans_up_slowly > query > a sleep, 3599s left", "when it was cancelled");
}

/// Otherwise the error would claim that the clean-up hung where the child was long before it.
#[test]
fn a_shield_that_outlasts_the_grace_period_leaves_the_wait_unknown() {
    needs!(VirtualTime);
    #[gen::coroutine]
    fn work() -> gen::Result<u32> {
        yield_!(gen::shield(async {
            gen::sleep(SECOND * 2).await?;
            gen::sleep(SECOND * 3600).await.map(|()| 1)
        }))
    }
    let graced = gen::with_timeout(SECOND, work()).cancel(SECOND * 10).join();
    let error = run_to_result(graced).unwrap_err();
    assert!(timeout_of(&error).waiting().is_none(), "{error:?}");
}

/// Otherwise the outer error would call the inner timeout a future of another library.
#[test]
fn a_clean_up_that_begins_at_the_outer_deadline_is_seen() {
    needs!(VirtualTime);
    let inner = gen::with_timeout(SECOND, cleans_up_slowly()).cancel(SECOND * 10);
    let outer = gen::with_timeout(SECOND, inner).join();
    assert_eq!(waited(outer), "10s > cleans_up_slowly > clean_up > a sleep, 100s left");
}

/// Otherwise secret keys would be in the log of each timeout.
#[test]
fn the_keys_of_a_map_are_not_shown() {
    needs!(VirtualTime);
    let sessions = BTreeMap::from([("a token", fetch())]);
    let error = run_to_result(gen::with_timeout(SECOND, sessions).join()).unwrap_err();
    let text = format!("{error:?}");
    assert!(!text.contains("token") && text.contains("[0] at "), "{text}");
}

/// Otherwise a value that comes just in time would be lost for the sake of the error.
#[test]
fn a_child_that_is_ready_at_the_deadline_still_wins() {
    needs!(VirtualTime);
    let value = run(async {
        let polls = Count::default();
        let ready_in_the_poll_of_the_deadline = poll_fn(move |_| {
            polls.add();
            match polls.get() {
                1 => Poll::Pending,
                _ => Poll::Ready(Ok::<_, gen::Error>("in time")),
            }
        });
        gen::with_timeout(SECOND, ready_in_the_poll_of_the_deadline).join().await
    });
    assert_eq!(value, "in time");
}

/// Never ready. Counts its polls.
fn counts(polls: &Count) -> impl Future<Output = gen::Result> {
    let polls = polls.clone();
    poll_fn(move |_| {
        polls.add();
        Poll::Pending
    })
}

/// Otherwise a timeout would run the child once more than it did before.
#[test]
fn the_child_is_polled_once_at_the_deadline() {
    needs!(VirtualTime);
    let polls = Count::default();
    run_to_result(gen::with_timeout(SECOND, counts(&polls)).join()).unwrap_err();
    assert_eq!(polls.get(), 2, "the first one, and that of the deadline");
}

/// Otherwise each timer of a task would ask what only the poll at the deadline has to ask.
#[test]
fn another_timer_of_the_task_does_not_ask_the_child() {
    needs!(VirtualTime);
    let polls = Count::default();
    let mut limited = Box::pin(pending_of(gen::with_timeout(SECOND * 2, counts(&polls))));
    let mut sleep = Some(gen::sleep(SECOND));
    let both = poll_fn(move |cx| {
        // It fires first.
        if sleep.as_mut().is_some_and(|sleep| Pin::new(sleep).poll(cx).is_ready()) {
            sleep = None;
        }
        limited.as_mut().poll(cx)
    });
    let error = run_to_result(both).unwrap_err();
    assert!(timeout_of(&error).waiting().is_some());
    assert_eq!(polls.get(), 3, "the first one, that of the other timer, and that of the deadline");
}

/// Otherwise a child would go on only because the error is to say where it waits.
#[test]
fn a_child_that_is_woken_by_another_one_at_the_deadline_does_not_go_on() {
    needs!(VirtualTime);
    #[gen::coroutine]
    fn waits(value: gen::SharedFuture<u32>, went_on: Count) -> gen::Result {
        yield_!(value)?;
        went_on.add();
        yield_!(gen::sleep(SECOND * 3600))
    }
    let went_on = Count::default();
    let (counted, woken) = (went_on.clone(), Count::default());
    let limited = async {
        let (promise, value) = gen::promise();
        let (mut promise, polls) = (Some(promise), woken.clone());
        // Its second poll is the question.
        let wakes_the_other = poll_fn(move |_| {
            polls.add();
            if let Some(promise) = promise.take_if(|_| polls.get() == 2) {
                promise.set(1).expect("it is set once");
            }
            Poll::<gen::Result>::Pending
        });
        gen::with_timeout(SECOND, (wakes_the_other, waits(value, counted))).join().await.map(drop)
    };
    let error = run_to_result(limited).unwrap_err();
    assert!(timeout_of(&error).waiting().is_some());
    assert_eq!((woken.get(), went_on.get()), (2, 0));
}

/// Otherwise two equal errors would differ after a retry.
#[test]
fn errors_are_equal_by_the_length_of_the_timeout() {
    needs!(VirtualTime);
    let error = |child| run_to_result(gen::with_timeout(SECOND, child).join()).unwrap_err();
    let (one, other) = (error(gen::boxed(fetch())), error(gen::boxed(query())));
    assert_eq!(timeout_of(&one), timeout_of(&other));
    let longer = run_to_result(gen::with_timeout(SECOND * 2, fetch()).join()).unwrap_err();
    assert_ne!(timeout_of(&one), timeout_of(&longer));
    assert_eq!(shape_of(&one.clone()), "fetch > query > a sleep, 3599.5s left");
}
