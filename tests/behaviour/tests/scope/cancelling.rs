//! Scopes and children that are cancelled.

use behaviour::Children;

use super::*;

#[gen::coroutine]
fn scope_of_two(journal: Journal) -> gen::Result<()> {
    yield_!(gen::scope(|scope| async move {
        scope.spawn(works("a", 2, journal.clone()));
        scope.spawn(works("b", 1, journal.clone()));
        yield_!(works("body", 3, journal)).map(drop)
    }))
}

/// Otherwise the cancellation of a task would drop the children of its scopes.
#[test]
fn the_body_and_all_children_are_told_and_waited_for() {
    let journal = Journal::default();
    run(async {
        let task = spawn(scope_of_two(journal.clone()));
        task.cancel("stop").await;
        assert_eq!(reason(&task.await.unwrap_err()), "stop");
        Ok(())
    });
    assert_eq!(journal.take(), "body told, a told, b told, b clean, a clean, body clean");
}

/// A deadline cancels a scope like a task's handle does.
#[test]
fn a_scope_in_a_timeout_is_cancelled_at_the_deadline() {
    #[gen::coroutine]
    fn limited(journal: Journal) -> gen::Result<()> {
        yield_!(gen::with_timeout(seconds(5), vec![scope_of_two(journal)]).cancel(seconds(10))).map(drop)
    }
    let journal = Journal::default();
    let error = run(async { Ok(limited(journal.clone()).await.unwrap_err()) });
    assert!(error.is::<gen::TimeoutError>());
    assert_eq!(journal.take(), "body told, a told, b told, b clean, a clean, body clean");
}

/// Otherwise a child could only be cancelled together with all the others.
#[test]
fn a_child_may_be_cancelled_by_its_handle_and_the_scope_goes_on() {
    #[gen::coroutine]
    fn body(journal: Journal) -> gen::Result<u32> {
        yield_!(gen::scope(|scope| async move {
            let a = scope.spawn(works("a", 2, journal.clone()));
            let seven = scope.spawn(async {
                gen::sleep(seconds(5)).await?;
                Ok::<_, gen::Error>(7)
            });
            yield_!(a.cancel("not a"))?;
            assert!(a.is_done());
            journal.say(reason(&yield_!(a).unwrap_err()));
            yield_!(seven)
        }))
    }
    let journal = Journal::default();
    assert_eq!(run(body(journal.clone())), 7);
    assert_eq!(journal.take(), "a told, a clean, not a");
}

/// A child that cannot receive a cancellation is dropped, and its handle says why.
#[test]
fn a_child_that_cannot_be_told_is_dropped() {
    #[gen::coroutine]
    fn body(dropped: Count) -> gen::Result {
        yield_!(gen::scope(|scope| async move {
            let guard = Guard(dropped.clone());
            let child = scope.spawn(async move {
                let _guard = guard;
                std::future::pending::<gen::Result>().await
            });
            yield_!(gen::moment())?;
            yield_!(child.cancel("stop"))?;
            assert_eq!(dropped.get(), 1);
            assert_eq!(reason(&yield_!(child).unwrap_err()), "stop");
            Ok::<_, gen::Error>(())
        }))
    }
    run(body(Count::default()));
}

/// Otherwise the failure of one child would interrupt a shield of another.
#[test]
fn a_shielded_child_and_a_shielded_body_are_told_later() {
    #[gen::coroutine]
    fn shielded(name: &'static str, journal: Journal) -> gen::Result {
        yield_!(gen::shield(gen::sleep(seconds(5))))?;
        journal.say(format!("{name} committed"));
        yield_!(works(name, 0, journal)).map(drop)
    }
    #[gen::coroutine]
    fn body(journal: Journal) -> gen::Result {
        yield_!(gen::scope(|scope| async move {
            scope.spawn(shielded("a", journal.clone()));
            scope.spawn(async {
                gen::sleep(seconds(1)).await?;
                Err::<(), _>(gen::Error::new("no route"))
            });
            yield_!(shielded("body", journal))
        }))
    }
    let journal = Journal::default();
    let error = run(async { Ok(body(journal.clone()).await.unwrap_err()) });
    assert_eq!(error.to_string(), "no route");
    let mut said: Vec<_> = journal.take().split(", ").map(str::to_owned).collect();
    said.sort();
    assert_eq!(said, ["a clean", "a committed", "a told", "body clean", "body committed", "body told"]);
}

/// Otherwise a child that was spawned in the same turn would be dropped before its start, or would
/// not be cancelled.
#[test]
fn t21_a_child_that_was_not_started_is_started_and_told() {
    #[gen::coroutine]
    fn body(journal: Journal) -> gen::Result {
        yield_!(gen::scope(|scope| async move {
            scope.spawn(works("a", 1, journal));
            Err::<(), _>("at once")
        }))
    }
    let journal = Journal::default();
    let error = run(async { Ok(body(journal.clone()).await.unwrap_err()) });
    assert_eq!((error.to_string().as_str(), journal.take().as_str()), ("at once", "a told, a clean"));
}

/// Otherwise a clean-up could not use helpers.
#[test]
fn children_that_are_spawned_to_clean_up_are_shielded() {
    #[gen::coroutine]
    fn body(journal: Journal) -> gen::Result {
        yield_!(gen::scope(|scope| async move {
            let end = yield_!(gen::sleep(seconds(100)));
            let said = journal.clone();
            let helper = scope.spawn(
                gen::shield(async move {
                    gen::sleep(seconds(1)).await?;
                    said.say("rolled back");
                    Ok::<_, gen::Error>(())
                })
                .join(),
            );
            yield_!(helper)?;
            end
        }))
    }
    let journal = Journal::default();
    run(async {
        let task = spawn(body(journal.clone()));
        task.cancel("stop").await;
        assert_eq!(reason(&task.await.unwrap_err()), "stop");
        Ok(())
    });
    assert_eq!(journal.take(), "rolled back");
}

/// Otherwise a second request, or one after the end, would hang, or would cancel a later child.
#[test]
fn t21_a_child_is_cancelled_twice_and_after_its_end() {
    #[gen::coroutine]
    fn body(journal: Journal) -> gen::Result {
        yield_!(gen::scope(|scope| async move {
            let a = scope.spawn(works("a", 50, journal.clone()));
            drop(a.cancel("please"));
            yield_!(gen::sleep(seconds(1)))?;
            yield_!(a.cancel("at once"))?;
            yield_!(a.cancel("late"))?;
            journal.say(reason(&yield_!(a).unwrap_err()));
            Ok::<_, gen::Error>(())
        }))
    }
    let journal = Journal::default();
    run(body(journal.clone()));
    assert_eq!(journal.take(), "a told, at once");
}

/// The handle of a child may be on another thread.
#[test]
fn t21_another_thread_may_cancel_a_child() {
    #[gen::coroutine]
    fn waits() -> gen::Result {
        yield_!(std::future::pending::<()>())
    }
    #[gen::coroutine]
    fn body() -> gen::Result {
        yield_!(gen::scope(|scope| async move {
            let child = scope.spawn(waits());
            yield_!(gen::moment())?;
            let thread = std::thread::spawn(move || {
                gen::block_on(child.cancel("from afar"));
                reason(&gen::block_on(child).unwrap_err())
            });
            while !thread.is_finished() {
                yield_!(gen::moment())?;
            }
            assert_eq!(thread.join().unwrap(), "from afar");
            Ok::<_, gen::Error>(())
        }))
    }
    run(body());
}

/// A thrown error reaches one yield: the one that waits for the scope.
#[test]
fn an_error_that_is_thrown_drops_the_scope() {
    let journal = Journal::default();
    run(async {
        let task = spawn(scope_of_two(journal.clone()));
        task.throw("cut");
        assert_eq!(task.await.unwrap_err().to_string(), "cut");
        Ok(())
    });
    assert_eq!(journal.take(), "");
}

/// Otherwise a request would be lost if it came before the start of the child.
#[test]
fn t21_a_child_may_be_cancelled_before_it_has_started() {
    let journal = Journal::default();
    let said = journal.clone();
    run(async {
        gen::scope(|scope| {
            // Before the body's first step, and before the scope's first poll.
            let child = scope.spawn(works("a", 1, said));
            drop(child.cancel("stop"));
            std::future::ready(Ok::<_, gen::Error>(()))
        })
        .await
    });
    assert_eq!(journal.take(), "a told, a clean");
}

/// Otherwise a child that a failing sibling has spawned just before would go on in vain.
#[test]
fn t21_a_child_that_was_spawned_by_the_one_that_fails_is_told() {
    #[gen::coroutine]
    fn spawns_and_fails(scope: gen::Scope<'_>, journal: Journal) -> gen::Result {
        drop(scope.spawn(works("a", 1, journal)));
        Err(gen::Error::new("at once"))
    }
    let journal = Journal::default();
    let said = journal.clone();
    let error = run(async {
        let scope = gen::scope(|scope| async move {
            scope.spawn(spawns_and_fails(scope.clone(), said));
            Ok::<_, gen::Error>(())
        });
        Ok(scope.await.unwrap_err())
    });
    assert_eq!((error.to_string().as_str(), journal.take().as_str()), ("at once", "a told, a clean"));
}

/// Otherwise a child that is spawned into a scope that is ending would keep it alive. A scope stays
/// cancelled.
#[test]
fn t21_what_is_spawned_into_a_cancelled_scope_is_told_at_its_first_suspension() {
    needs!(VirtualTime);
    /// Serves until it is cancelled, then spawns the next server.
    #[gen::coroutine(send)]
    fn serves(name: &'static str, scope: gen::Scope<'_>, journal: Journal) -> gen::Result {
        let end = yield_!(works(name, 1, journal.clone()));
        if name == "a" {
            scope.spawn(serves("b", scope.clone(), journal));
        }
        end.map(drop)
    }
    #[gen::coroutine]
    fn body(journal: Journal) -> gen::Result {
        yield_!(gen::scope(|scope| async move {
            scope.spawn(serves("a", scope.clone(), journal.clone()));
            let end = yield_!(gen::sleep(seconds(100)));
            scope.spawn(works("c", 1, journal));
            end
        }))
    }
    let journal = Journal::default();
    run(async {
        let task = spawn(body(journal.clone()));
        gen::sleep(seconds(1)).await?;
        task.cancel("stop").await;
        assert_eq!(reason(&task.await.unwrap_err()), "stop");
        Ok(())
    });
    assert_eq!(journal.take(), "a told, c told, a clean, c clean, b told, b clean");
}

/// The same after a failure.
#[test]
fn t21_what_is_spawned_into_a_scope_that_has_failed_is_told_at_its_first_suspension() {
    #[gen::coroutine]
    fn body(journal: Journal) -> gen::Result {
        yield_!(gen::scope(|scope| async move {
            scope.spawn(async {
                gen::sleep(seconds(1)).await?;
                Err::<(), _>(gen::Error::new("no route"))
            });
            let end = yield_!(gen::sleep(seconds(100)));
            let late = scope.spawn(works("late", 1, journal.clone()));
            let ready = scope.spawn(async { Ok::<_, gen::Error>(7) });
            assert_eq!(yield_!(ready)?, 7);
            journal.say(reason(&yield_!(late).unwrap_err()));
            end
        }))
    }
    let journal = Journal::default();
    let error = run(async { Ok(body(journal.clone()).await.unwrap_err()) });
    assert_eq!(error.to_string(), "no route");
    assert_eq!(journal.take(), "late told, late clean, a sibling has failed: no route");
}

/// The end of one child by its handle does not affect the others.
#[test]
fn what_is_spawned_after_a_child_was_cancelled_by_its_handle_is_not_told() {
    #[gen::coroutine]
    fn body() -> gen::Result<u32> {
        yield_!(gen::scope(|scope| async move {
            let child = scope.spawn(std::future::pending::<gen::Result>());
            yield_!(child.cancel("only this one"))?;
            let late = scope.spawn(async {
                gen::sleep(seconds(1)).await?;
                Ok::<_, gen::Error>(7)
            });
            yield_!(late)
        }))
    }
    assert_eq!(run(body()), 7);
}

/// Otherwise two requests at once would make the clean-up of a child fail at its first yield.
#[test]
fn t21_two_requests_for_a_child_in_one_turn_are_one() {
    #[gen::coroutine]
    fn body(journal: Journal) -> gen::Result {
        yield_!(gen::scope(|scope| async move {
            let a = scope.spawn(works("a", 1, journal.clone()));
            yield_!(gen::moment())?;
            let (first, second) = (a.cancel("one"), a.cancel("two"));
            yield_!(first)?;
            yield_!(second)?;
            journal.say(reason(&yield_!(a).unwrap_err()));
            Ok::<_, gen::Error>(())
        }))
    }
    let journal = Journal::default();
    run(body(journal.clone()));
    assert_eq!(journal.take(), "a told, a clean, one");
}

/// Otherwise a scope whose only remaining child has not started would be dropped like one that
/// cannot receive a cancellation, and its failure would be lost.
#[test]
fn t21_a_scope_whose_last_child_was_just_spawned_is_told() {
    // On several threads the cancellation may come later, and then it interrupts the clean-up.
    needs!(OneThread);
    #[gen::coroutine]
    fn body(failure: gen::SharedFuture<u32>, journal: Journal) -> gen::Result {
        yield_!(gen::scope(|scope| async move {
            scope.spawn(async move { failure.await.map(drop) });
            let end = yield_!(std::future::pending::<()>());
            scope.spawn(works("late", 1, journal));
            end
        }))
    }
    let journal = Journal::default();
    let (promise, failure) = gen::promise();
    run(async {
        let task = spawn(body(failure, journal.clone()));
        gen::moment().await?;
        // Both happen in one turn.
        promise.fail("no route")?;
        drop(task.cancel("stop"));
        assert_eq!(task.await.unwrap_err().to_string(), "no route");
        Ok(())
    });
    assert_eq!(journal.take(), "late told, late clean");
}

/// Otherwise children whose results are there would end in another order than their results came.
#[test]
fn t21_results_that_are_there_come_before_a_cancellation_however_many_they_are() {
    needs!(OneThread);
    // When so many have ended in one poll, the others are left to the next one.
    const ENDED_AT_ONCE: usize = 100;
    let [stays, first, second] = [0, 1, 2].map(|more| ENDED_AT_ONCE + more);
    let (children, futures) = Children::of(ENDED_AT_ONCE + 3);
    run(async {
        let task = spawn(gen::scope(move |scope| {
            futures.into_iter().for_each(|child| drop(scope.spawn(child)));
            std::future::ready(Ok::<_, gen::Error>(()))
        }));
        (0..ENDED_AT_ONCE).for_each(|child| children.end(child, Ok(0)));
        children.wake(stays);
        children.end(second, Ok(0));
        children.end(first, Ok(0));
        children.journal();
        task.cancel("stop").await;
        Ok(())
    });
    let journal = children.journal();
    let last = format!(
        "poll {stays}, poll {second}, drop {second}, poll {first}, drop {first}, poll {stays}, drop {stays}"
    );
    assert!(journal.ends_with(&last), "{journal}");
}
