//! The leaves that a cancellation reaches.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::future::pending;
use std::pin::pin;

use behaviour::{logged, Children};
use futures::stream::FuturesUnordered;
use futures::{FutureExt, StreamExt};

use super::*;

/// Yields the value that `make` creates from a journal, and returns the result as a text.
macro_rules! cancelled_group {
    ($name:ident, |$journal:ident| $group:expr, $expected:literal) => {
        #[test]
        fn $name() {
            #[gen::coroutine]
            fn waits($journal: Journal) -> gen::Result {
                let result = yield_!($group);
                $journal.say(match result {
                    Ok(_) => "ok".to_owned(),
                    Err(error) => reason(&error),
                });
                Ok(())
            }
            let journal = Journal::default();
            let (_, lines) = logged(|| {
                run(async {
                    let task = spawn(waits(journal.clone()));
                    task.cancel("stop").await;
                    assert!(task.is_done(), "the cancellation is over when the task has ended");
                    task.await
                })
            });
            assert_eq!(journal.take(), $expected);
            assert_eq!(lines, [""; 0], "that children were cancelled is nothing to log");
        }
    };
}

cancelled_group!(a_chain, |journal| works("a", 1, journal.clone()), "a told, a clean, stop");
cancelled_group!(
    a_vector,
    |journal| vec![works("a", 2, journal.clone()), works("b", 1, journal.clone())],
    "a told, b told, b clean, a clean, stop"
);
cancelled_group!(
    an_array,
    |journal| [works("a", 2, journal.clone()), works("b", 1, journal.clone())],
    "a told, b told, b clean, a clean, stop"
);
cancelled_group!(
    a_slice,
    |journal| vec![works("a", 2, journal.clone()), works("b", 1, journal.clone())].into_boxed_slice(),
    "a told, b told, b clean, a clean, stop"
);
cancelled_group!(
    a_deque,
    |journal| VecDeque::from([works("a", 2, journal.clone()), works("b", 1, journal.clone())]),
    "a told, b told, b clean, a clean, stop"
);
cancelled_group!(
    a_map,
    |journal| HashMap::from([("a", works("a", 2, journal.clone()))]),
    "a told, a clean, stop"
);
cancelled_group!(
    a_sorted_map,
    |journal| BTreeMap::from([(1, works("a", 2, journal.clone())), (2, works("b", 1, journal.clone()))]),
    "a told, b told, b clean, a clean, stop"
);
cancelled_group!(
    a_tuple,
    |journal| (works("a", 2, journal.clone()), works("b", 1, journal.clone())),
    "a told, b told, b clean, a clean, stop"
);
cancelled_group!(
    a_tuple_of_a_variable,
    |journal| std::convert::identity((works("a", 2, journal.clone()), works("b", 1, journal.clone()))),
    "a told, b told, b clean, a clean, stop"
);
cancelled_group!(
    lists_in_lists,
    |journal| (
        vec![vec![works("a", 3, journal.clone())], vec![works("b", 1, journal.clone())]],
        Some(works("c", 2, journal.clone()))
    ),
    "a told, b told, c told, b clean, c clean, a clean, stop"
);
cancelled_group!(
    boxes_and_options,
    |journal| vec![
        gen::boxed_send(Box::pin(works("a", 2, journal.clone()))),
        gen::boxed_send(gen::BoxCoroutine::new(works("b", 1, journal.clone())))
    ],
    "a told, b told, b clean, a clean, stop"
);
cancelled_group!(
    raw_ones,
    |journal| gen::raw(vec![works("a", 2, journal.clone()), works("b", 1, journal.clone())]),
    "a told, b told, b clean, a clean, ok"
);
cancelled_group!(
    a_timeout,
    |journal| gen::with_timeout(
        seconds(10),
        [works("a", 2, journal.clone()), works("b", 1, journal.clone())]
    ),
    "a told, b told, b clean, a clean, stop"
);
cancelled_group!(
    quiet,
    |journal| gen::multi([works("a", 2, journal.clone()), works("b", 1, journal.clone())])
        .quiet::<std::fmt::Error>(),
    "a told, b told, b clean, a clean, stop"
);
// Otherwise the first failure would drop a child whose clean-up takes longer.
cancelled_group!(
    one_that_fails_fast,
    |journal| gen::multi([works("a", 2, journal.clone()), works("b", 1, journal.clone())]).fail_fast(),
    "a told, b told, b clean, a clean, stop"
);
cancelled_group!(
    one_that_settles,
    |journal| gen::multi([works("a", 2, journal.clone()), works("b", 1, journal.clone())]).settle(),
    "a told, b told, b clean, a clean, ok"
);
cancelled_group!(
    a_limit_of_a_map,
    |journal| gen::limit(
        1,
        BTreeMap::from([(1, works("a", 1, journal.clone())), (2, works("b", 1, journal.clone()))])
    ),
    "a told, a clean, stop"
);
// Otherwise children that were not even started would be missing from a result that looks complete.
cancelled_group!(
    a_limit_that_would_have_gone_on,
    |journal| gen::raw(gen::limit(1, [works("a", 1, journal.clone()), works("b", 1, journal.clone())])),
    "a told, a clean, stop"
);
cancelled_group!(
    a_limit_that_has_no_more,
    |journal| gen::raw(gen::limit(2, [works("a", 1, journal.clone()), works("b", 1, journal.clone())])),
    "a told, b told, a clean, b clean, ok"
);
cancelled_group!(
    a_first_of,
    |journal| gen::first_of([works("a", 2, journal.clone()), works("b", 1, journal.clone())]),
    "a told, b told, b clean, a clean, stop"
);
cancelled_group!(
    a_first_of_that_cancels,
    |journal| gen::first_of([works("a", 2, journal.clone()), works("b", 1, journal.clone())]).cancel(),
    "a told, b told, b clean, a clean, stop"
);
cancelled_group!(
    a_group_with_children_that_cannot_be_told,
    |journal| (pending::<gen::Result<u32>>(), works("a", 2, journal.clone()), pending::<()>()),
    "a told, a clean, stop"
);

cancelled_group!(
    a_limit,
    |journal| gen::limit(2, ["a", "b", "not started"].map(|name| works(name, 1, journal.clone()))),
    "a told, b told, a clean, b clean, stop"
);
cancelled_group!(
    a_limit_as_they_come,
    |journal| gen::limit(2, [("a", 2), ("b", 1), ("c", 0)].map(|(name, n)| works(name, n, journal.clone())))
        .unordered(),
    "a told, b told, b clean, a clean, stop"
);
cancelled_group!(
    a_limit_of_a_stream,
    |journal| {
        let names = futures::stream::iter(["a", "b", "not started"]);
        let children = {
            let journal = journal.clone();
            names.map(move |name| works(name, 1, journal.clone()))
        };
        gen::limit(2, children)
    },
    "a told, b told, a clean, b clean, stop"
);
// Otherwise the children that the stream would still have given would be missing from a result that
// looks complete.
cancelled_group!(
    a_limit_of_a_stream_that_has_not_ended,
    |journal| {
        let children = futures::stream::iter([gen::raw(works("a", 1, journal.clone()))]);
        gen::limit(2, children.chain(futures::stream::pending()))
    },
    "a told, a clean, stop"
);
cancelled_group!(
    a_limit_of_a_stream_that_has_ended,
    |journal| {
        let children = [works("a", 1, journal.clone()), works("b", 1, journal.clone())];
        gen::raw(gen::limit(2, futures::stream::iter(children)))
    },
    "a told, b told, a clean, b clean, ok"
);
cancelled_group!(
    a_limit_of_a_stream_without_children,
    |_journal| gen::limit(2, futures::stream::pending::<std::future::Ready<u32>>()),
    "stop"
);
cancelled_group!(
    a_limit_that_fails_fast,
    |journal| gen::multi(gen::limit(
        2,
        [("a", 2), ("b", 1)].map(|(name, n)| works(name, n, journal.clone()))
    ))
    .fail_fast(),
    "a told, b told, b clean, a clean, stop"
);
// Otherwise a result with too few children would look complete.
cancelled_group!(
    a_limit_that_settles_and_is_cut_short,
    |journal| gen::multi(gen::limit(1, ["a", "not started"].map(|name| works(name, 1, journal.clone()))))
        .settle(),
    "a told, a clean, stop"
);
cancelled_group!(
    a_limit_that_settles_and_is_not_cut_short,
    |journal| gen::multi(gen::limit(2, ["a", "b"].map(|name| works(name, 1, journal.clone())))).settle(),
    "a told, b told, a clean, b clean, ok"
);
/// Otherwise the children that the group drops would be dropped late, or the others with them.
#[test]
fn a_plain_future_in_a_group_is_dropped_at_once() {
    needs!(OneThread);
    #[gen::coroutine]
    fn waits(first: behaviour::Child, journal: Journal) -> gen::Result {
        let first = gen::boxed_send(first);
        yield_!(vec![first, gen::boxed_send(works("a", 1, journal))]).map(drop)
    }
    let journal = Journal::default();
    let (children, mut futures) = Children::of(1);
    let error = run(async {
        let task = spawn(waits(futures.remove(0), journal.clone()));
        let cancelling = task.cancel("stop");
        gen::moment().await?;
        gen::moment().await?;
        assert_eq!((children.drops().as_str(), journal.take().as_str()), ("1", "a told"));
        cancelling.await;
        Ok(task.await.unwrap_err())
    });
    assert_eq!(journal.take(), "a clean");
    let others: Vec<_> = error.others().iter().map(|other| reason(&other.error)).collect();
    assert_eq!((reason(&error), others), ("stop".to_owned(), vec!["stop".to_owned()]));
}

/// Otherwise the error would not say who cancelled the task, where, and why.
#[test]
fn the_error_says_who_asked_and_where_it_arrived() {
    let error = run(async {
        let task = spawn(works("a", 1, Journal::default()));
        task.cancel(String::from("no more")).await;
        Ok(task.await.unwrap_err())
    });
    let cancelled = error.downcast_ref::<gen::Cancelled>().unwrap();
    assert_eq!((cancelled.source, &*cancelled.reason), (gen::CancelSource::Explicit, "no more"));
    assert_eq!(cancelled.site.unwrap().function(), "works");
    assert_eq!(cancelled.by.file(), file!());
    assert_eq!(error.to_string(), "cancelled: no more");
}

/// Otherwise the cancellation of one task would also cancel the future that other tasks wait for.
#[test]
fn a_task_that_is_waited_for_goes_on() {
    #[gen::coroutine]
    fn waits(task: gen::JoinHandle<u32>) -> gen::Result<u32> {
        yield_!(task)
    }
    let journal = Journal::default();
    run(async {
        let said = journal.clone();
        let inner = spawn(async move {
            gen::sleep(seconds(5)).await?;
            said.say("done");
            Ok::<_, gen::Error>(7)
        });
        let outer = spawn(waits(inner));
        outer.cancel("stop").await;
        assert_eq!((reason(&outer.await.unwrap_err()), journal.take()), ("stop".to_owned(), String::new()));
        gen::sleep(seconds(6)).await
    });
    assert_eq!(journal.take(), "done");
}

/// Otherwise a body that cannot receive a cancellation would never end.
#[test]
fn a_body_at_a_plain_await_is_dropped() {
    let dropped = Count::default();
    let error = run(async {
        let guard = Guard(dropped.clone());
        let task = spawn(async move {
            let _guard = guard;
            pending::<gen::Result<()>>().await
        });
        task.cancel("stop").await;
        assert_eq!(dropped.get(), 1);
        Ok(task.await.unwrap_err())
    });
    assert_eq!((reason(&error), error.trace().len()), ("stop".to_owned(), 0));
    assert_eq!(error.downcast_ref::<gen::Cancelled>().unwrap().site, None);
}

/// `join!` is transparent, and one branch receives the cancellation. If the first branch ignored
/// it, the other one would never receive it: see `JoinHandle::cancel`.
#[test]
fn t02_the_first_branch_of_a_foreign_join_is_told() {
    #[gen::coroutine]
    fn joins(journal: Journal) -> gen::Result {
        let a = async { yield_!(works("a", 1, journal.clone())) };
        let b = async { yield_!(gen::sleep(seconds(5))) };
        let (a, b) = futures::join!(a, b);
        assert!(a.is_err() && b.is_ok());
        a.map(drop)
    }
    let journal = Journal::default();
    let error = run(async {
        let task = spawn(joins(journal.clone()));
        task.cancel("stop").await;
        Ok(task.await.unwrap_err())
    });
    assert_eq!((reason(&error), journal.take()), ("stop".to_owned(), "a told, a clean".to_owned()));
}

/// `select!` is as transparent. The branch that receives the cancellation ends the `select!`. The
/// next turn of the loop finds the other branches unchanged.
#[test]
fn t02_the_first_branch_of_a_foreign_select_is_told() {
    #[gen::coroutine]
    fn selects(journal: Journal) -> gen::Result<u32> {
        let mut a = pin!(works("a", 1, journal.clone()).fuse());
        let mut b = pin!(works("b", 1, journal.clone()).fuse());
        loop {
            futures::select_biased! {
                a = a => journal.say(reason(&a.unwrap_err())),
                b = b => return b,
            }
        }
    }
    let journal = Journal::default();
    let ended = run(async {
        let task = spawn(selects(journal.clone()));
        task.cancel("stop").await;
        task.await
    });
    assert_eq!((ended, journal.take()), (1, "a told, a clean, stop".to_owned()));
}

/// Otherwise a reader that gives up would take the value from all other readers.
#[test]
fn t21_others_that_wait_for_the_same_future_still_get_its_value() {
    needs!(LocalTasks);
    #[gen::coroutine]
    fn waits(future: gen::SharedFuture<u32>) -> gen::Result<u32> {
        yield_!(future)
    }
    async fn one_of_two_gives_up(future: gen::SharedFuture<u32>) -> gen::Result<gen::JoinHandle<u32>> {
        let [gives_up, other] = [future.clone(), future].map(|future| spawn(waits(future)));
        gives_up.cancel("stop").await;
        assert_eq!(reason(&gives_up.await.unwrap_err()), "stop");
        assert!(!other.is_done());
        Ok(other)
    }
    #[gen::coroutine]
    fn body() -> gen::Result {
        let (promise, future) = gen::promise();
        let other = one_of_two_gives_up(future).await?;
        promise.set(7)?;
        assert_eq!(yield_!(gen::with_timeout(seconds(1), other))?, 7);

        let task = spawn(works("a", 1, Journal::default()));
        let other = one_of_two_gives_up(task.shared()).await?;
        assert_eq!(yield_!(gen::with_timeout(seconds(7200), other))?, 1, "the task has gone on too");
        Ok(())
    }
    run(body());
}

/// A collection with wakers of its own hides its children, so the yield that waits for it takes the
/// error.
#[test]
fn a_foreign_collection_is_a_leaf() {
    #[gen::coroutine]
    fn collects(journal: Journal) -> gen::Result {
        let mut all = FuturesUnordered::from_iter([Box::pin(works("a", 1, journal.clone()))]);
        let next = yield_!(gen::raw(all.next()));
        journal.say(reason(&next.unwrap_err()));
        Ok(())
    }
    let journal = Journal::default();
    run(async {
        let task = spawn(collects(journal.clone()));
        task.cancel("stop").await;
        task.await
    });
    assert_eq!(journal.take(), "stop");
}

/// Fifty thousand children, each cancelled once, must not take quadratic time, also behind shields.
#[test]
fn t18_many_children_are_cancelled_in_linear_time() {
    const MANY: usize = 50_000;
    #[gen::coroutine]
    fn child(told: Count) -> gen::Result {
        yield_!(gen::shield(gen::sleep(seconds(1))))?;
        let end = yield_!(pending::<()>());
        told.add();
        end
    }
    let told = Count::default();
    run(async {
        let children: Vec<_> = (0..MANY).map(|_| child(told.clone())).collect();
        let task = spawn(gen::multi(children).join());
        task.cancel("stop").await;
        assert!(task.await.is_err());
        Ok(())
    });
    assert_eq!(told.get(), MANY);
}

/// Otherwise children that end well although they were cancelled would hide that others were never
/// started.
#[test]
fn a_limit_that_is_cut_short_is_an_error() {
    #[gen::coroutine]
    fn swallows() -> gen::Result<u32> {
        drop(yield_!(gen::sleep(seconds(3600))));
        Ok(1)
    }
    #[gen::coroutine]
    fn limited(children: usize) -> gen::Result<usize> {
        Ok(yield_!(gen::limit(2, (0..children).map(|_| swallows())))?.len())
    }
    run(async {
        for (children, ended) in [(2, Ok(2)), (3, Err("stop".to_owned()))] {
            let task = spawn(limited(children));
            task.cancel("stop").await;
            assert_eq!(task.await.map_err(|error| reason(&error)), ended);
        }
        Ok(())
    });
}
