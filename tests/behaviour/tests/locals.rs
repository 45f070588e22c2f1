//! `local!`: the code that sees a value, on each executor. The rows are those of the table of
//! `gen::Local`.

use std::cell::Cell;
use std::collections::HashMap;
use std::future::{pending, poll_fn, ready, Future};
use std::panic::{catch_unwind, AssertUnwindSafe};
use std::pin::pin;
use std::sync::mpsc;
use std::task::{Context, Poll, Waker};
use std::thread;

use behaviour::{
    elsewhere, logged, needs, pending_of, run, run_to_result, seconds, spawn, Count, Driver, Guard,
};
use gen::yield_;

gen::local! {
    /// Stays in its task.
    static HERE: u32;
    inherited static EVERYWHERE: u32;
    static NAME: String;
}

/// The values that are seen.
type Seen = (Option<u32>, Option<u32>);

fn seen() -> Seen {
    (HERE.get(), EVERYWHERE.get())
}

/// Looks in the first step, and after a suspension.
#[gen::coroutine]
fn look() -> gen::Result<Seen> {
    let first = seen();
    yield_!(gen::sleep(seconds(1)))?;
    assert_eq!(seen(), first, "the same in each step");
    Ok(first)
}

/// Within both values.
async fn within<T>(body: impl Future<Output = gen::Result<T>>) -> gen::Result<T> {
    HERE.with(1, EVERYWHERE.with(2, body)).join().await
}

const BOTH: Seen = (Some(1), Some(2));
const INHERITED: Seen = (None, Some(2));
const NOTHING: Seen = (None, None);

/// Otherwise a function deep inside could not know its request, or would think that it does.
#[test]
fn a_coroutine_sees_what_is_around_and_nothing_outside() {
    #[gen::coroutine(boxed)]
    fn deep(levels: u32) -> gen::Result<Seen> {
        match levels {
            0 => yield_!(look()),
            levels => yield_!(deep(levels - 1)),
        }
    }
    #[gen::coroutine]
    fn body() -> gen::Result<[Seen; 4]> {
        let before = seen();
        let inside = yield_!(HERE.with(1, EVERYWHERE.with(2, deep(3))))?;
        let half = yield_!(EVERYWHERE.with(2, async { gen::Ok(seen()) }))?;
        Ok([before, inside, half, yield_!(look())?])
    }
    assert_eq!(run(body()), [NOTHING, BOTH, INHERITED, NOTHING]);
}

/// Otherwise an inner request would change that of the code around it.
#[test]
fn the_innermost_value_counts_and_the_outer_one_comes_back() {
    #[gen::coroutine]
    fn body() -> gen::Result<[Seen; 3]> {
        let before = seen();
        let inner = yield_!(HERE.with(7, EVERYWHERE.with(8, look())))?;
        Ok([before, inner, seen()])
    }
    assert_eq!(run(within(body())), [BOTH, (Some(7), Some(8)), BOTH]);
}

/// Otherwise a yield would change its value by the wrapper.
#[test]
fn outputs_are_opened_or_not_as_without_it() {
    #[gen::coroutine]
    fn body() -> gen::Result<(u8, Vec<u8>, Result<u8, std::fmt::Error>)> {
        let plain = yield_!(HERE.with(1, ready(1)))?;
        let list = yield_!(HERE.with(1, vec![ready(gen::Ok(2)), ready(gen::Ok(3))]))?;
        let failed = ready(Err::<u8, _>(std::fmt::Error));
        let raw = yield_!(gen::raw(HERE.with(1, failed)))?;
        Ok((plain, list, raw))
    }
    assert_eq!(run(body()), (1, vec![2, 3], Err(std::fmt::Error)));
}

/// Otherwise the children of a request would not know the request.
#[test]
fn the_children_of_every_group_see_what_is_around_the_group() {
    #[gen::coroutine]
    fn body() -> gen::Result<Vec<(&'static str, Seen)>> {
        let mut rows = Vec::new();
        rows.extend(yield_!([look(), look()])?.map(|seen| ("list", seen)));
        rows.extend(yield_!(HashMap::from([(1, look())]))?.into_values().map(|seen| ("map", seen)));
        let (a, b) = yield_!((look(), look()))?;
        rows.extend([("tuple", a), ("tuple", b)]);
        rows.push(("option", yield_!(Some(look()))?.unwrap()));
        rows.extend(yield_!(gen::multi([look(), look()]).fail_fast())?.map(|seen| ("multi", seen)));
        rows.push(("first_of", yield_!(gen::first_of([look(), look()]))?.1));
        rows.extend(yield_!(gen::limit(1, [look(), look()]))?.into_iter().map(|seen| ("limit", seen)));
        rows.push(("hedge", yield_!(gen::hedge(seconds(5), 2, look))?));
        rows.push(("retry", yield_!(gen::retry([seconds(1)], look))?));
        rows.push(("timeout", yield_!(gen::with_timeout(seconds(60), look()))?));
        rows.push(("shield", yield_!(gen::shield(look()))?));
        rows.push(("join!", futures::try_join!(look(), look())?.1));
        Ok(rows)
    }
    for (row, seen) in run(within(body())) {
        assert_eq!(seen, BOTH, "{row}");
    }
}

/// Otherwise one branch of a foreign `join!` would see the value of the other one.
#[test]
fn the_branches_of_a_foreign_join_have_a_value_each() {
    let both = run(async {
        let both = futures::join!(HERE.with(1, look()).join(), HERE.with(2, look()).join(), look());
        Ok([both.0?.0, both.1?.0, both.2?.0])
    });
    assert_eq!(both, [Some(1), Some(2), None]);
}

/// Otherwise it would depend on the place of the call what a child of a scope sees.
#[test]
fn a_child_of_a_scope_sees_what_is_around_the_scope() {
    let all = run(within(async {
        gen::scope(async |scope| {
            let plain = scope.spawn(look());
            let inside = HERE.with(9, EVERYWHERE.with(9, async { gen::Ok(scope.spawn(look())) }));
            let inside = inside.join().await?;
            gen::Ok([plain.await?, inside.await?])
        })
        .await
    }));
    assert_eq!(all, [BOTH, BOTH]);
}

/// Otherwise a result that is asked for would be made without its request.
#[test]
fn a_child_of_an_iterator_sees_what_is_around_the_yield_of_the_next_result() {
    run(async {
        let mut children = gen::WaitIterator::new([look()]);
        assert_eq!(within(async { gen::Ok(children.next().await.expect("there is one")) }).await?, BOTH);
        let mut results = gen::limit(1, [look()]).as_completed();
        let next = within(async { gen::Ok(results.next().await.expect("there is one")) }).await?;
        assert_eq!(next, Some(BOTH));
        Ok(())
    });
}

/// Otherwise a task would work for a request that is over, or not know its request.
#[test]
fn a_task_inherits_only_what_was_declared_so() {
    let tasks = run(within(async {
        let send = gen::spawn(look());
        let driver = spawn(look());
        let grandchild = spawn(async { spawn(look()).await });
        let late = spawn(async {
            gen::sleep(seconds(1)).await?;
            spawn(look()).await
        });
        Ok([send.await?, driver.await?, grandchild.await?, late.await?])
    }));
    assert_eq!(tasks, [INHERITED; 4]);
}

/// Otherwise a batch that is made for a request could not send the id of the request on.
#[test]
fn the_call_of_a_batch_inherits_from_where_the_batch_was_made() {
    let all = run(async {
        let make = || async { gen::Ok(gen::single_flight(|_: u32| look())) };
        let flight = within(make()).await?;
        let here = flight.load(1).await?;
        let there = spawn(async move { flight.load(2).await });
        gen::Ok([here, there.await?])
    });
    assert_eq!(all, [INHERITED; 2]);
}

/// Otherwise the values of one request would be seen in a call that is made for others, too.
#[test]
fn the_call_of_a_batch_sees_nothing_of_its_first_load() {
    type All = Vec<gen::Result<Seen>>;
    #[gen::coroutine]
    fn calls(keys: Vec<u32>) -> gen::Result<All> {
        let seen = yield_!(look())?;
        let task = yield_!(gen::spawn(look()))?;
        assert_eq!(seen, task);
        Ok(keys.into_iter().map(|_| Ok(seen)).collect())
    }
    let (batch, flight) = (gen::batch(calls), gen::single_flight(|_: u32| look()));
    let all = run(within(async {
        let here = [batch.load(1).await?, flight.load(1).await?];
        // A task that has inherited, and binds nothing itself.
        let there = spawn(async move { gen::Ok([batch.load(2).await?, flight.load(2).await?]) });
        assert_eq!(seen(), BOTH, "the load goes on with its own");
        gen::Ok((here, there.await?))
    }));
    assert_eq!(all, ([NOTHING; 2], [NOTHING; 2]));
}

/// The same for a call that stays on its thread.
#[test]
fn the_call_of_a_local_batch_sees_nothing_of_its_first_load() {
    needs!(LocalTasks);
    let flight = gen::single_flight_local(|_: u32| look());
    let all = run(within(async {
        let here = flight.load(1).await?;
        let there = gen::spawn_local(async move { flight.load(2).await });
        gen::Ok([here, there.await?])
    }));
    assert_eq!(all, [NOTHING; 2]);
}

/// The same for a task that stays on its thread.
#[test]
fn a_local_task_inherits_only_what_was_declared_so() {
    needs!(LocalTasks);
    assert_eq!(run(within(async { gen::spawn_local(look()).await })), INHERITED);
}

/// Otherwise a task that outlives the one that has spawned it would lose its request.
#[test]
fn what_a_task_has_inherited_outlives_those_before_it() {
    let seen = run(async {
        let (promise, handle) = gen::promise();
        within(async {
            drop(spawn(async move {
                drop(spawn(async move {
                    gen::sleep(seconds(2)).await?;
                    drop(spawn(async move {
                        gen::sleep(seconds(2)).await?;
                        gen::Ok(promise.set(seen())?)
                    }));
                    gen::Ok(())
                }));
                gen::Ok(())
            }));
            gen::Ok(())
        })
        .await?;
        handle.await
    });
    assert_eq!(seen, INHERITED);
}

/// Otherwise a task would see the values of the task in whose step it begins, or leave its own.
#[test]
fn a_first_step_is_not_a_part_of_the_step_around_it() {
    run(within(async {
        let task = spawn(HERE.with(5, look()).join());
        assert_eq!(seen(), BOTH, "after the first step");
        assert_eq!(task.await?, (Some(5), Some(2)));
        assert_eq!(seen(), BOTH);
        Ok(())
    }));
}

/// Otherwise a task that binds another value would change that of the tasks around it.
#[test]
fn a_task_that_binds_a_value_passes_on_its_own() {
    let all = run(within(async {
        let child = spawn(async {
            let inner = EVERYWHERE.with(3, async { spawn(look()).await });
            gen::Ok([inner.join().await?, spawn(look()).await?])
        });
        child.await
    }));
    assert_eq!(all, [(None, Some(3)), INHERITED]);
}

/// Otherwise a task that goes on on another thread would lose its values, or leave them there.
#[test]
fn a_task_that_moves_between_threads_keeps_its_values() {
    let tasks = run(within(async {
        let tasks: Vec<_> = (0..20)
            .map(|n| {
                gen::spawn(async move {
                    let moving = async move {
                        for _ in 0..10 {
                            assert_eq!(seen(), (Some(n), Some(2)));
                            gen::moment().await?;
                        }
                        gen::Ok(seen())
                    };
                    HERE.with(n, moving).join().await
                })
            })
            .collect();
        futures::future::try_join_all(tasks).await
    }));
    assert_eq!(tasks, (0..20).map(|n| (Some(n), Some(2))).collect::<Vec<_>>());
}

/// Otherwise a future that goes on on another thread would take the values of that thread.
#[test]
fn a_future_that_is_polled_on_another_thread_takes_its_values_along() {
    let mut moved = Box::pin(pending_of(HERE.with(1, async {
        let mut polls = 0;
        poll_fn(|_| {
            polls += 1;
            assert_eq!(HERE.get(), Some(1));
            if polls == 2 {
                Poll::Ready(())
            } else {
                Poll::Pending
            }
        })
        .await;
        gen::Ok(())
    })));
    let mut cx = Context::from_waker(Waker::noop());
    assert!(moved.as_mut().poll(&mut cx).is_pending());
    assert_eq!(HERE.get(), None);
    elsewhere(|| {
        assert!(moved.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_ready());
        assert_eq!(HERE.get(), None);
    });
}

/// Otherwise a thread would have the values of the task that has started it, and use them after
/// their end.
#[test]
fn a_thread_of_another_library_sees_nothing() {
    run(within(async {
        assert_eq!(thread::spawn(seen).join().unwrap(), NOTHING);
        Ok(())
    }));
}

/// Otherwise the closure of a callback API would not know its request.
#[test]
fn the_closure_of_from_callback_sees_what_is_around() {
    let seen = run(within(async { gen::from_callback(|done| done.call(seen())).await }));
    assert_eq!(seen, BOTH);
}

/// Otherwise a callback would belong to the code that happens to call it.
#[test]
fn a_callback_sees_the_inherited_values_of_where_it_was_made() {
    run(async {
        let (sender, receiver) = mpsc::channel();
        let callback = within(async {
            gen::Ok(gen::context::wrap(move |()| {
                let _ = sender.send(seen());
            }))
        });
        let mut callback = callback.await?;
        callback(());
        let calls = async {
            callback(());
            gen::Ok(())
        };
        HERE.with(7, EVERYWHERE.with(8, calls)).join().await?;
        assert_eq!(receiver.try_iter().collect::<Vec<_>>(), [INHERITED, INHERITED]);
        Ok(())
    });
}

/// Otherwise an error would reach no task because a value is around its callback.
#[test]
fn an_error_of_a_callback_finds_its_task_through_the_values_around() {
    let error = behaviour::run_in_context(
        HERE.with(
            1,
            EVERYWHERE.with(2, async {
                let context = gen::context::capture();
                assert_eq!(gen::context::depth(), 1);
                gen::context::wrap(|()| assert_eq!(gen::context::depth(), 1))(());
                drop(spawn(async move {
                    gen::sleep(seconds(1)).await?;
                    context.throw("no route");
                    gen::Ok(())
                }));
                #[gen::coroutine]
                fn waits() -> gen::Result {
                    yield_!(gen::sleep(seconds(3600)))
                }
                waits().await
            }),
        )
        .join(),
    );
    assert_eq!(error.unwrap_err().to_string(), "no route");
}

/// Otherwise a clean-up in a destructor would not know its request.
#[test]
fn a_destructor_within_the_value_sees_it() {
    struct Looks<'a>(&'a Cell<Seen>);
    impl Drop for Looks<'_> {
        fn drop(&mut self) {
            self.0.set(seen());
        }
    }
    let at_drop = Cell::new(NOTHING);
    let looks = Looks(&at_drop);
    let mut dropped = Box::pin(pending_of(HERE.with(
        1,
        EVERYWHERE.with(2, async {
            let _looks = looks;
            pending::<gen::Result>().await
        }),
    )));
    assert!(dropped.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
    drop(dropped);
    assert_eq!((at_drop.get(), seen()), (BOTH, NOTHING));
}

/// Otherwise the release of a bracket that is dropped would not know its request.
#[test]
fn the_release_of_a_dropped_bracket_inherits() {
    let seen = run(async {
        let (promise, released) = gen::promise();
        let bracket = gen::bracket(ready(gen::Ok(())), async |()| pending::<gen::Result>().await)
            .release(move |(), _| async move { gen::Ok(promise.set(look().await?)?) });
        let limited = gen::with_timeout(seconds(1), HERE.with(1, EVERYWHERE.with(2, bracket)));
        assert!(limited.join().await.is_err());
        released.await
    });
    assert_eq!(seen, INHERITED);
}

/// Otherwise one panic would leave its values to whatever runs on the thread next.
#[test]
fn a_panic_leaves_no_value_behind() {
    let mut panics = pin!(pending_of(HERE.with(
        1,
        EVERYWHERE.with(2, async {
            assert_eq!(seen(), BOTH);
            panic!("in the body");
            #[allow(unreachable_code)]
            gen::Ok(())
        })
    )));
    let mut cx = Context::from_waker(Waker::noop());
    catch_unwind(AssertUnwindSafe(|| panics.as_mut().poll(&mut cx))).unwrap_err();
    assert_eq!(seen(), NOTHING);
    let error = run_to_result(within(async {
        let task = spawn(HERE.with(5, async { panic!("in a task") as gen::Result }).join());
        assert_eq!(seen(), BOTH);
        task.await
    }));
    assert!(error.unwrap_err().is::<gen::Panicked>());
    assert_eq!(seen(), NOTHING);
}

/// Otherwise a value would be freed while a task still uses it, or never.
#[test]
fn a_value_lives_as_long_as_those_who_see_it() {
    gen::local! {
        static OWN: Guard;
        inherited static SHARED: Guard;
    }
    let dropped = Count::default();
    run(async {
        let owned = OWN.with(Guard(dropped.clone()), async { gen::Ok(OWN.read(|guard| guard.is_some())) });
        assert!(owned.join().await?);
        assert_eq!(dropped.get(), 1);
        let (promise, go_on) = gen::promise::<()>();
        let task = SHARED.with(Guard(dropped.clone()), async {
            gen::Ok(spawn(async move {
                go_on.await?;
                gen::Ok(SHARED.read(|guard| guard.is_some()))
            }))
        });
        let task = task.join().await?;
        assert_eq!(dropped.get(), 1, "the task has it");
        promise.set(())?;
        assert!(task.await?);
        Ok(())
    });
    // Another thread may not have freed the task yet.
    if Driver::current().has_one_thread() {
        assert_eq!(dropped.get(), 2);
    }
}

/// Otherwise a panic in the drop of a value would take the executor along.
#[test]
fn a_value_that_panics_in_its_drop_stops_nobody() {
    needs!(OneThread);
    gen::local! { inherited static PANICS: behaviour::PanicsInDrop; }
    let ((), log) = logged(|| {
        run(async {
            let task = PANICS.with(behaviour::PanicsInDrop, async {
                gen::Ok(spawn(async { gen::sleep(seconds(1)).await }))
            });
            let mut task = Box::pin(pending_of(task));
            let task_of = poll_fn(|cx| task.as_mut().poll(cx)).await;
            assert!(PANICS.read(|value| value.is_none()));
            // The task has the last reference.
            drop(task);
            task_of?.await
        });
    });
    assert_eq!(log, ["ERROR gen: the drop of a local panicked: in a drop"]);
}

/// Otherwise a value that reports its end, such as the span of a request, would panic or hang where
/// a later task is the last one to know the task that had it.
#[test]
fn a_value_may_use_the_executor_in_its_drop_wherever_it_is_dropped() {
    needs!(OneThread);
    struct Spawns(Option<Count>);
    impl Drop for Spawns {
        fn drop(&mut self) {
            let Some(count) = self.0.take() else { return };
            drop(spawn(async move {
                gen::moment().await?;
                count.add();
                gen::Ok(())
            }));
        }
    }
    gen::local! { inherited static SPAWNS: Spawns; }
    let count = Count::default();
    let ((), log) = logged(|| {
        run(async {
            let (promise, go_on) = gen::promise::<()>();
            // The first task has inherited the value, and the second one another value.
            let second = async move {
                go_on.await?;
                assert!(!has_count());
                spawn(gen::moment()).await
            };
            let first = async move {
                gen::moment().await?;
                assert!(has_count());
                SPAWNS.with(Spawns(None), async { gen::Ok(spawn(second)) }).join().await
            };
            let spawns = async { gen::Ok(spawn(first)) };
            let first = SPAWNS.with(Spawns(Some(count.clone())), spawns).join().await?;
            let second = first.await?;
            promise.set(())?;
            second.await?;
            gen::sleep(seconds(1)).await
        });
    });
    assert_eq!((count.get(), log), (1, vec![]));

    fn has_count() -> bool {
        SPAWNS.read(|spawns| spawns.expect("it is inherited").0.is_some())
    }
}

/// Otherwise a value that is large, or that cannot be cloned, could not be used.
#[test]
fn a_value_is_read_without_a_clone() {
    let length =
        run(NAME.with("seven".to_owned(), async { gen::Ok(NAME.read(|name| name.map(String::len))) }).join());
    assert_eq!(length, Some(5));
    assert_eq!(NAME.read(|name| name.cloned()), None);
    let nested = run(HERE
        .with(1, async { gen::Ok(HERE.read(|outer| HERE.read(|inner| outer == inner && outer == Some(&1)))) })
        .join());
    assert!(nested);
}

/// Otherwise a body could not be handed to an executor of several threads.
#[test]
fn it_is_send_if_its_content_is() {
    fn is_send<T: Send>(_: &T) {}
    is_send(&pending_of(HERE.with(1, ready(gen::Ok(())))));
    is_send(&pending_of(EVERYWHERE.with(1, ready(gen::Ok(())))));
    gen::local! { static NOT_SEND: std::rc::Rc<()>; }
    assert_eq!(NOT_SEND.get(), None);
    assert_eq!(format!("{HERE:?} {EVERYWHERE:?}"), r"Local(HERE) Local(EVERYWHERE)");
}
