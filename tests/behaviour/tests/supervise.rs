//! `supervise`: which children start again, when, and how they are shut down.

use std::future::{pending, poll_fn, ready, IntoFuture};
use std::panic::{catch_unwind, AssertUnwindSafe};
use std::pin::pin;
use std::sync::Mutex;
use std::task::Poll;
use std::time::Duration;

use behaviour::{
    elsewhere, in_a_process_of_its_own, in_seconds, logged, needs, now, reason, run, run_to_result, seconds,
    since, spawn, Count, Guard, Journal, Poller,
};
use gen::supervise::{
    ChildState, EndedTooEarly, GaveUp, Health, NameTaken, Restart, Supervised, SupervisorEnded,
    SupervisorHandle,
};
use gen::{yield_, Cancelled, ChildKey, NoHost, Panicked};

/// Says that it begins, and after so many seconds that it fails. If it is cancelled, it cleans up
/// for a second, and says so.
#[gen::coroutine]
fn part(name: &'static str, runs: u64, journal: Journal) -> gen::Result {
    journal.say(format!("+{name}"));
    match yield_!(gen::sleep(seconds(runs))) {
        Ok(()) => {
            journal.say(format!("{name}!"));
            gen::bail!("{name} has failed")
        }
        Err(error) => {
            journal.say(format!("{name} told"));
            yield_!(gen::sleep(seconds(1)))?;
            journal.say(format!("-{name}"));
            Err(error)
        }
    }
}

const LONG: u64 = 3600;

/// Ends well after so many seconds.
#[gen::coroutine]
fn ends(name: &'static str, runs: u64, journal: Journal) -> gen::Result<&'static str> {
    journal.say(format!("+{name}"));
    yield_!(gen::sleep(seconds(runs)))?;
    journal.say(format!("-{name}"));
    Ok(name)
}

fn gave_up(error: &gen::Error) -> &GaveUp {
    error.downcast_ref().unwrap_or_else(|| panic!("it has not given up: {error:?}"))
}

/// Runs a supervisor as a task, and cancels it after so many seconds.
fn cancelled_after<S>(delay: u64, supervise: S) -> gen::Error
where
    S: IntoFuture<Output = gen::Result>,
    S::IntoFuture: Send + 'static,
{
    run(async {
        let task = spawn(supervise);
        gen::sleep(seconds(delay)).await?;
        task.cancel("enough").await;
        Ok(task.await.unwrap_err())
    })
}

/// Otherwise a service would stay down after its first failure, or would be started without a
/// pause.
#[test]
fn a_child_that_fails_starts_again_after_the_waits_of_the_schedule() {
    let journal = Journal::default();
    let took = run(async {
        let began = now();
        let words = journal.clone();
        let supervised = gen::supervise(|s| {
            s.child("a", move || part("a", 1, words.clone()));
        });
        let error = supervised.schedule([2, 4].map(seconds)).await.unwrap_err();
        assert_eq!(gave_up(&error).history().len(), 3);
        Ok(since(began))
    });
    assert_eq!(journal.take(), "+a, a!, +a, a!, +a, a!");
    assert_eq!(took, in_seconds(1 + 2 + 1 + 4 + 1));
}

/// Otherwise one failure would stop the other children, or would start them twice.
#[test]
fn one_for_one_leaves_the_others_alone() {
    let journal = Journal::default();
    let (a, b) = (journal.clone(), journal.clone());
    let supervised = gen::supervise(|s| {
        s.child("a", move || part("a", LONG, a.clone()));
        s.child("b", move || part("b", 2, b.clone()));
    });
    let error = cancelled_after(4, supervised.schedule([seconds(1)]));
    assert_eq!(reason(&error), "enough");
    assert_eq!(journal.take(), "+a, +b, b!, +b, b told, -b, a told, -a");
}

/// Otherwise a job would be done again and again, or a service that ends by mistake would stay
/// down.
#[test]
fn a_normal_end_means_what_the_child_says() {
    let journal = Journal::default();
    let error = run(async {
        let [a, b, c] = [journal.clone(), journal.clone(), journal.clone()];
        let supervised = gen::supervise(|s| {
            s.child("job", move || ends("job", 1, a.clone()));
            s.child("once", move || ends("once", 2, b.clone())).restart(Restart::Never);
            s.child("service", move || ends("service", 3, c.clone())).restart(Restart::Always);
        });
        Ok(supervised.schedule([seconds(1)]).await.unwrap_err())
    });
    assert_eq!(journal.take(), "+job, +once, +service, -job, -once, -service, +service, -service");
    assert_eq!(gave_up(&error).history().len(), 2);
    assert!(gave_up(&error).history().iter().all(|death| death.error().is::<EndedTooEarly>()));
    assert!(error.is::<EndedTooEarly>());
}

/// Otherwise a program would not end after its last job.
#[test]
fn it_ends_well_when_all_children_have() {
    let journal = Journal::default();
    run(async {
        let (a, b) = (journal.clone(), journal.clone());
        let supervised = gen::supervise(|s| {
            s.child("a", move || ends("a", 2, a.clone()));
            s.child("b", move || ends("b", 1, b.clone()));
        });
        let health = supervised.health();
        supervised.await?;
        assert!(health.is_healthy() && health.is_ready() && health.children().is_empty());
        gen::supervise(|_| {}).await
    });
    assert_eq!(journal.take(), "+a, +b, -b, -a");
}

/// Otherwise the failure of a child that is not started again would be lost, or would stop the
/// service.
#[test]
fn the_failure_of_a_child_that_never_restarts_is_logged() {
    let journal = Journal::default();
    let ((), lines) = logged(|| {
        run(async {
            let (a, b) = (journal.clone(), journal.clone());
            gen::supervise(|s| {
                s.child("a", move || part("a", 1, a.clone())).restart(Restart::Never);
                s.child("b", move || ends("b", 3, b.clone()));
            })
            .await
        });
    });
    assert_eq!(journal.take(), "+a, +b, a!, -b");
    assert_eq!(lines.len(), 1, "{lines:#?}");
    assert_eq!(lines[0], "ERROR gen: `a` of a supervisor has failed: a has failed");
}

/// Otherwise a bug in a child would end the whole service.
#[test]
fn a_panic_is_a_failure_with_its_payload() {
    let tries = Count::default();
    let error = run(async {
        let counted = tries.clone();
        let supervised = gen::supervise(|s| {
            s.child("a", move || {
                counted.add();
                // The first start panics, and then the run.
                assert!(counted.get() > 1, "no start");
                let counted = counted.clone();
                async move { panic!("no run at start {}", counted.get()) as gen::Result }
            });
        });
        Ok(supervised.schedule([Duration::ZERO]).await.unwrap_err())
    });
    let texts: Vec<_> = gave_up(&error).history().iter().map(|death| death.error().to_string()).collect();
    assert_eq!(texts, ["panicked: no start", "panicked: no run at start 2"]);
    let payload = error.downcast_ref::<Panicked>().unwrap().take_payload().unwrap();
    assert_eq!(*payload.downcast::<String>().unwrap(), "no run at start 2");
}

/// Otherwise a service that cannot work would be started for ever, and its operator would not learn
/// why it failed.
#[test]
fn after_too_many_restarts_it_fails_with_the_history() {
    #[gen::coroutine]
    fn fails() -> gen::Result<u8> {
        yield_!(gen::sleep(seconds(1)))?;
        yield_!(ready("x".parse::<u8>()))
    }
    let (began, error) = run(async {
        let began = now();
        let supervised = gen::supervise(|s| {
            s.child("db", fails);
        });
        let supervised = supervised.schedule(std::iter::repeat(seconds(1))).intensity(2, seconds(60));
        Ok((began, supervised.await.unwrap_err()))
    });
    let text = error.to_string();
    assert!(text.starts_with("the supervisor gave up: `db` has failed, after 2 restarts in "), "{text}");
    assert!(error.is::<std::num::ParseIntError>());
    assert_eq!(error.trace()[0].function(), "fails");

    let gave_up = gave_up(&error);
    assert_eq!((gave_up.child(), gave_up.deaths()), ("db", 3));
    let starts: Vec<_> = gave_up.history().iter().map(|death| (death.child(), death.start())).collect();
    assert_eq!(starts, [("db", 1), ("db", 2), ("db", 3)]);
    let last = &gave_up.history()[2];
    assert_eq!(last.error().trace()[0].function(), "fails");
    assert!(last.after() >= seconds(5) && last.at() - began >= last.after());
    assert!(last.to_string().starts_with("db, start 3, after "), "{last}");

    let others: Vec<_> =
        error.others().iter().map(|other| (other.key.clone(), other.error.to_string())).collect();
    let earlier = (ChildKey::Key("db".to_owned()), "invalid digit found in string".to_owned());
    assert_eq!(others, [earlier.clone(), earlier]);
}

/// Otherwise a service that fails once a day would give up after some days.
#[test]
fn restarts_of_long_ago_do_not_count() {
    needs!(VirtualTime);
    let tries = Count::default();
    let error = run(async {
        let counted = tries.clone();
        let supervised = gen::supervise(|s| {
            s.child("a", move || {
                counted.add();
                let runs = if counted.get() < 5 { 100 } else { 1 };
                part("a", runs, Journal::default())
            });
        });
        Ok(supervised.schedule([seconds(1), seconds(2)]).intensity(3, seconds(60)).await.unwrap_err())
    });
    // The schedule has only two waits: it begins again after each long run.
    assert_eq!(tries.get(), 6);
    assert!(error.to_string().ends_with("its schedule has no further restart"), "{error}");
}

/// Otherwise a deployment would take a resource from a child that still needs it.
#[test]
fn a_cancellation_shuts_down_in_reverse_order_one_after_the_other() {
    let journal = Journal::default();
    let [a, b, c] = [journal.clone(), journal.clone(), journal.clone()];
    let supervised = gen::supervise(|s| {
        s.child("a", move || part("a", LONG, a.clone()));
        s.child("b", move || part("b", LONG, b.clone()));
        s.child("c", move || part("c", LONG, c.clone()));
    });
    let health = supervised.health();
    let error = cancelled_after(1, supervised);
    assert_eq!(reason(&error), "enough");
    assert_eq!(journal.take(), "+a, +b, +c, c told, -c, b told, -b, a told, -a");
    assert!(!health.is_healthy());
}

/// Otherwise a child that hangs in its clean-up would keep the others from theirs, and it would not
/// be known where it hangs.
#[test]
fn a_child_that_does_not_end_within_its_grace_is_dropped_and_reported() {
    #[gen::coroutine]
    fn hangs(dropped: Count) -> gen::Result {
        let _guard = Guard(dropped);
        let _ = yield_!(gen::sleep(seconds(LONG)));
        yield_!(pending::<()>())
    }
    let (journal, dropped) = (Journal::default(), Count::default());
    let ((error, took), lines) = logged(|| {
        run(async {
            let (a, b) = (journal.clone(), dropped.clone());
            let supervised = gen::supervise(|s| {
                s.child("a", move || part("a", LONG, a.clone()));
                s.child("b", move || hangs(b.clone())).grace(seconds(3));
            });
            let task = spawn(supervised);
            gen::sleep(seconds(1)).await?;
            let began = now();
            task.cancel("enough").await;
            Ok((task.await.unwrap_err(), since(began)))
        })
    });
    assert_eq!(reason(&error), "enough");
    assert_eq!(dropped.get(), 1);
    assert_eq!(took, in_seconds(3 + 1));
    assert_eq!(journal.take(), "+a, a told, -a");
    assert_eq!(lines.len(), 1, "{lines:#?}");
    let begin = format!(
        "WARN gen: `b` of a supervisor did not end within its grace of {:?}, and was dropped:\n  at ",
        seconds(3)
    );
    assert!(lines[0].starts_with(&begin), "{lines:#?}");
    assert!(lines[0].contains("in hangs\n  waits for Pending<()>"), "{lines:#?}");
}

/// Otherwise a child without a clean-up would delay each shutdown.
#[test]
fn without_a_grace_a_child_is_dropped_at_once() {
    let (dropped, journal) = (Count::default(), Journal::default());
    let (error, lines) = logged(|| {
        let (counted, a) = (dropped.clone(), journal.clone());
        let supervised = gen::supervise(|s| {
            s.child("plain", move || {
                let guard = Guard(counted.clone());
                async move {
                    let _guard = guard;
                    pending::<gen::Result>().await
                }
            });
            s.child("a", move || part("a", LONG, a.clone())).grace(Duration::ZERO);
        });
        cancelled_after(1, supervised)
    });
    assert_eq!(reason(&error), "enough");
    assert_eq!((dropped.get(), &*journal.take()), (1, "+a, a told"));
    assert_eq!(lines.len(), 1, "{lines:#?}");
}

/// Otherwise parts that share a state would go on with the state of a part that has failed.
#[test]
fn all_for_one_shuts_all_down_and_starts_all_in_order() {
    let journal = Journal::default();
    let [a, b, c, d, e] = std::array::from_fn(|_| journal.clone());
    let supervised = gen::supervise(|s| {
        s.child("a", move || part("a", LONG, a.clone()));
        s.child("b", move || part("b", 3, b.clone()));
        s.child("done", move || ends("done", 1, c.clone()));
        s.child("once", move || part("once", LONG, d.clone())).restart(Restart::Never);
        s.child("e", move || part("e", LONG, e.clone()));
    });
    let error = cancelled_after(8, supervised.all_for_one().schedule([seconds(1)]));
    assert_eq!(reason(&error), "enough");
    let first = "+a, +b, +done, +once, +e, -done, b!";
    let shutdown = "e told, -e, once told, -once, a told, -a";
    let second = "+a, +b, +e, e told, -e, b told, -b, a told, -a";
    assert_eq!(journal.take(), format!("{first}, {shutdown}, {second}"));
}

/// Otherwise a supervisor that is dropped would leave children behind, or would drop what others
/// need.
#[test]
fn a_drop_drops_the_children_in_reverse_order() {
    struct Held(&'static str, Journal);
    impl Drop for Held {
        fn drop(&mut self) {
            self.1.say(self.0);
        }
    }
    let journal = Journal::default();
    run(async {
        let supervised = gen::supervise(|s| {
            for name in ["a", "b", "c"] {
                let journal = journal.clone();
                s.child(name, move || {
                    let held = Held(name, journal.clone());
                    async move {
                        let _held = held;
                        pending::<gen::Result>().await
                    }
                });
            }
        });
        let health = supervised.health();
        let limited = gen::with_timeout(seconds(1), supervised).join().await;
        assert!(limited.unwrap_err().is::<gen::TimeoutError>());
        assert!(!health.is_healthy() && health.children().is_empty());
        Ok(())
    });
    assert_eq!(journal.take(), "c, b, a");
}

/// Otherwise an error that is thrown at the service would fail one of its children instead.
#[test]
fn a_thrown_error_arrives_at_the_yield_of_the_supervisor() {
    let dropped = Count::default();
    #[gen::coroutine]
    fn whole(dropped: Count) -> gen::Result<String> {
        let thrown = yield_!(gen::supervise(|s| {
            s.child("a", move || {
                let guard = Guard(dropped.clone());
                async move {
                    let _guard = guard;
                    yield_!(pending::<gen::Result>())
                }
            });
        }));
        Ok(thrown.unwrap_err().to_string())
    }
    let counted = dropped.clone();
    let text = run(async {
        let task = spawn(whole(counted));
        gen::sleep(seconds(1)).await?;
        task.throw(gen::Error::new("thrown"));
        task.await
    });
    assert_eq!(text, "thrown");
    assert_eq!(dropped.get(), 1);
}

/// Otherwise a server could not supervise its connections.
#[test]
fn children_are_started_and_stopped_while_it_runs() {
    let journal = Journal::default();
    run(async {
        let supervised = gen::supervise(|_| {}).keep_open();
        let handle = supervised.handle();
        let task = spawn(supervised);
        gen::sleep(seconds(1)).await?;
        let start = |name: &'static str| {
            let journal = journal.clone();
            handle.start(name, move || part(name, LONG, journal.clone()))
        };
        start("a")?;
        start("b")?;
        assert_eq!(start("a").unwrap_err().downcast_ref::<NameTaken>().unwrap().name, "a");
        gen::sleep(seconds(1)).await?;
        handle.stop("a").await;
        handle.stop("a").await;
        start("a")?;
        gen::sleep(seconds(1)).await?;
        task.cancel("enough").await;
        assert!(start("c").unwrap_err().is::<SupervisorEnded>());
        handle.stop("b").await;
        Ok(())
    });
    assert_eq!(journal.take(), "+a, +b, a told, -a, +a, a told, -a, b told, -b");
}

/// Otherwise a child would run whose sibling could not be added.
#[test]
fn children_are_added_together_or_not_at_all() {
    let journal = Journal::default();
    run(async {
        let a = journal.clone();
        let supervised = gen::supervise(|s| {
            s.child("a", move || part("a", LONG, a.clone()));
        });
        let handle = supervised.handle();
        let add = |name| {
            handle.add(|s| {
                let [first, second] = [journal.clone(), journal.clone()];
                s.child("b", move || part("b", LONG, first.clone())).grace(seconds(2));
                s.child(name, move || part("c", LONG, second.clone()));
            })
        };
        let task = spawn(supervised);
        gen::sleep(seconds(1)).await?;
        assert!(add("a").unwrap_err().is::<NameTaken>());
        add("c")?;
        gen::sleep(seconds(1)).await?;
        task.cancel("enough").await;
        Ok(())
    });
    assert_eq!(journal.take(), "+a, +b, +c, c told, -c, b told, -b, a told, -a");
}

/// Otherwise two children would be mixed up in the log and in a dump.
#[test]
fn two_children_of_one_name_are_refused() {
    let journal = Journal::default();
    let error = run(async {
        let (a, b) = (journal.clone(), journal.clone());
        let supervised = gen::supervise(|s| {
            s.child("a", move || part("a", 1, a.clone()));
            s.child("a", move || part("a", 1, b.clone()));
        });
        Ok(supervised.await.unwrap_err())
    });
    assert_eq!(error.to_string(), "the supervisor has a child `a` already");
    assert_eq!(journal.take(), "");
}

/// Otherwise a task that waits for the end of a child would interrupt its clean-up.
#[test]
fn a_stop_of_a_child_that_is_shut_down_only_waits() {
    let journal = Journal::default();
    run(async {
        let a = journal.clone();
        let supervised = gen::supervise(|s| {
            s.child("a", move || part("a", LONG, a.clone()));
        });
        let handle = supervised.handle();
        let task = spawn(supervised);
        gen::sleep(seconds(1)).await?;
        let cancelled = task.cancel("enough");
        gen::moment().await?;
        handle.stop("a").await;
        journal.say("stopped");
        cancelled.await;
        Ok(())
    });
    assert_eq!(journal.take(), "+a, a told, -a, stopped");
}

/// Otherwise a child would have to be waited for that does nothing.
#[test]
fn a_child_that_waits_for_its_start_is_stopped_at_once() {
    let journal = Journal::default();
    let took = run(async {
        let began = now();
        let a = journal.clone();
        let supervised = gen::supervise(|s| {
            s.child("a", move || part("a", 1, a.clone()));
        });
        let handle = supervised.handle();
        let task = spawn(supervised.schedule([seconds(LONG)]));
        gen::sleep(seconds(2)).await?;
        assert_eq!(handle.health().children()[0].state, ChildState::Waiting);
        handle.stop("a").await;
        task.await?;
        Ok(since(began))
    });
    assert_eq!(journal.take(), "+a, a!");
    assert_eq!(took, in_seconds(2));
}

/// Otherwise a start from another thread would have no effect until something else happens.
#[test]
fn a_start_from_another_thread_wakes_it() {
    needs!(VirtualTime);
    run(async {
        let supervised = gen::supervise(|_| {}).keep_open();
        let handle: SupervisorHandle<'static> = supervised.handle();
        let mut supervised = pin!(supervised.into_future());
        let poller = Poller::new();
        assert!(poller.poll(supervised.as_mut()).is_pending());
        elsewhere(|| handle.start("a", pending::<gen::Result>).unwrap());
        assert_eq!(poller.wakes(), 1);
        assert!(poller.poll(supervised.as_mut()).is_pending());
        assert_eq!(handle.health().children()[0].state, ChildState::Running);
        Ok(())
    });
}

/// Otherwise the failure of an inner supervisor would hide the failures that have led to it.
#[test]
fn a_supervisor_is_a_child_like_any_other() {
    let error = run(async {
        let supervised = gen::supervise(|s| {
            s.child("inner", || {
                gen::supervise(|s| {
                    s.child("leaf", || ready(Err::<(), _>("broken")));
                })
                .schedule([Duration::ZERO])
            });
        });
        Ok(supervised.schedule([Duration::ZERO, Duration::ZERO]).await.unwrap_err())
    });
    let outer = gave_up(&error);
    assert_eq!((outer.child(), outer.history().len()), ("inner", 3));
    for death in outer.history() {
        let inner = gave_up(death.error());
        assert_eq!((inner.child(), inner.history().len()), ("leaf", 2));
        assert_eq!(inner.history()[1].error().to_string(), "broken");
    }
    let chain: Vec<_> = error.chain().map(ToString::to_string).collect();
    assert!(chain[0].contains("`inner`") && chain[1].contains("`leaf`"), "{chain:?}");
    assert_eq!(chain[2], "broken");
}

/// Otherwise the inner children of a tree would be cut off when the tree is shut down.
#[test]
fn a_shutdown_goes_through_the_whole_tree() {
    let journal = Journal::default();
    let [a, b, c] = [journal.clone(), journal.clone(), journal.clone()];
    let supervised = gen::supervise(|s| {
        s.child("a", move || part("a", LONG, a.clone()));
        s.child("inner", move || {
            let (b, c) = (b.clone(), c.clone());
            gen::supervise(|s| {
                s.child("b", move || part("b", LONG, b.clone()));
                s.child("c", move || part("c", LONG, c.clone()));
            })
        });
    });
    let error = cancelled_after(1, supervised);
    assert_eq!(reason(&error), "enough");
    assert_eq!(journal.take(), "+a, +b, +c, c told, -c, b told, -b, a told, -a");
}

/// Otherwise children would have to share by `Arc` and `'static` what the function around them
/// owns.
#[test]
fn the_children_may_borrow() {
    let log = Mutex::new(String::new());
    run(async {
        gen::supervise(|s| {
            for name in ["a", "b"] {
                let log = &log;
                s.child(name, move || async move {
                    log.lock().unwrap().push_str(name);
                    gen::Ok(())
                });
            }
        })
        .await
    });
    assert_eq!(*log.lock().unwrap(), "ab");
}

/// Otherwise a limit or a list would have to be wrapped in a coroutine.
#[test]
fn a_child_may_be_any_yieldable() {
    let error = run(async {
        let supervised = gen::supervise(|s| {
            s.child("pair", || [ready(gen::Ok(1)), ready(gen::Ok(2))]);
            s.child("limited", || gen::with_timeout(seconds(1), pending::<gen::Result>()));
        });
        Ok(supervised.intensity(0, seconds(1)).await.unwrap_err())
    });
    assert!(error.is::<gen::TimeoutError>());
    assert!(error.to_string().ends_with("`limited` has failed, and nothing may be restarted"), "{error}");
}

/// Otherwise a failure of a clean-up would be lost.
#[test]
fn a_failure_while_all_are_shut_down_is_beside_the_error() {
    #[gen::coroutine]
    fn unclean() -> gen::Result {
        match yield_!(gen::sleep(seconds(LONG))) {
            Ok(()) => Ok(()),
            Err(_) => gen::bail!("not cleaned"),
        }
    }
    let (error, lines) = logged(|| {
        let supervised = gen::supervise(|s| {
            s.child("a", unclean);
        });
        cancelled_after(1, supervised)
    });
    assert_eq!(reason(&error), "enough");
    assert_eq!(error.others()[0].key, ChildKey::Key("a".to_owned()));
    assert_eq!(error.others()[0].error.to_string(), "not cleaned");
    assert!(lines[0].starts_with("ERROR gen: `a` of a supervisor has failed: not cleaned"), "{lines:#?}");
}

/// Otherwise a clean-up that takes too long could not be ended by its task.
#[test]
fn a_second_cancellation_reaches_the_clean_up() {
    #[gen::coroutine]
    fn slow(journal: Journal) -> gen::Result {
        for _ in 0..2 {
            if let Err(error) = yield_!(gen::sleep(seconds(LONG))) {
                journal.say(reason(&error));
            }
        }
        Ok(())
    }
    let journal = Journal::default();
    let words = journal.clone();
    run(async {
        let supervised = gen::supervise(|s| {
            s.child("a", move || slow(words.clone())).grace(Duration::MAX);
        });
        let task = spawn(supervised);
        gen::sleep(seconds(1)).await?;
        let first = task.cancel("first");
        gen::sleep(seconds(1)).await?;
        task.cancel("second").await;
        first.await;
        assert_eq!(reason(&task.await.unwrap_err()), "first");
        Ok(())
    });
    assert_eq!(journal.take(), "first, second");
}

/// Otherwise a protected part of a child would be interrupted.
#[test]
fn a_shield_in_a_child_defers_its_shutdown() {
    #[gen::coroutine]
    fn shielded(journal: Journal) -> gen::Result {
        yield_!(gen::shield(ends("saved", 3, journal.clone())))?;
        let error = yield_!(gen::sleep(seconds(LONG))).unwrap_err();
        journal.say(reason(&error));
        Err(error)
    }
    let journal = Journal::default();
    let words = journal.clone();
    let supervised = gen::supervise(|s| {
        s.child("a", move || shielded(words.clone()));
    });
    cancelled_after(1, supervised);
    assert_eq!(journal.take(), "+saved, -saved, enough");
}

/// Otherwise a child would be shut down by its own mistake of waiting for a task that was
/// cancelled.
#[test]
fn the_cancellation_of_another_task_is_a_death() {
    let tries = Count::default();
    let error = run(async {
        let counted = tries.clone();
        let supervised = gen::supervise(|s| {
            s.child("a", move || {
                counted.add();
                async {
                    let task = spawn(pending::<gen::Result>());
                    task.cancel("another").await;
                    task.await
                }
            });
        });
        Ok(supervised.schedule([Duration::ZERO]).await.unwrap_err())
    });
    assert_eq!(tries.get(), 2);
    assert!(error.is::<Cancelled>() && error.is::<GaveUp>());
}

/// Otherwise a probe would send requests to a child that cannot answer yet.
#[test]
fn a_child_says_when_it_is_ready() {
    #[gen::coroutine]
    fn server(run: Supervised, old: std::sync::Arc<Mutex<Vec<Supervised>>>) -> gen::Result {
        yield_!(gen::sleep(seconds(2)))?;
        run.ready();
        old.lock().unwrap().push(run.clone());
        yield_!(gen::sleep(seconds(2)))?;
        gen::ensure!(run.restarts() > 0, "down");
        yield_!(gen::sleep(seconds(LONG)))
    }
    let readiness = |health: &Health| (health.is_healthy(), health.is_ready());
    run(async {
        let old = std::sync::Arc::new(Mutex::new(Vec::new()));
        let given = old.clone();
        let supervised = gen::supervise(|s| {
            s.child("other", pending::<gen::Result>);
            s.child_with("server", move |run| server(run, given.clone()));
        });
        let health = supervised.health();
        assert_eq!(readiness(&health), (true, false));
        let task = spawn(supervised.schedule([seconds(2)]));
        gen::sleep(seconds(1)).await?;
        assert_eq!(readiness(&health), (true, false));
        gen::sleep(seconds(2)).await?;
        assert_eq!(readiness(&health), (true, true));
        // It has failed, and waits.
        gen::sleep(seconds(2)).await?;
        assert_eq!(readiness(&health), (true, false));
        let child = &health.children()[1];
        assert_eq!((&*child.name, child.state, child.restarts), ("server", ChildState::Waiting, 0));
        assert_eq!(child.last_failure.as_deref(), Some("down"));
        // It runs again. The run before has nothing to say any more.
        gen::sleep(seconds(2)).await?;
        old.lock().unwrap()[0].ready();
        assert_eq!(readiness(&health), (true, false));
        assert_eq!(health.children()[1].restarts, 1);
        gen::sleep(seconds(2)).await?;
        assert_eq!(readiness(&health), (true, true));
        old.lock().unwrap()[1].not_ready();
        assert_eq!(readiness(&health), (true, false));
        task.cancel("enough").await;
        assert_eq!(readiness(&health), (false, false));
        Ok(())
    });
}

/// Otherwise a child without a wait would need a timer, or a program without a timer would hang.
#[test]
fn it_needs_a_timer_only_to_wait() {
    needs!(NoFeatures);
    let supervised = |wait| {
        let mut failures = 2;
        gen::supervise(|s| {
            s.child("a", move || {
                failures -= 1;
                ready(if failures > 0 { Err("broken") } else { Ok(()) })
            });
        })
        .schedule([wait])
    };
    futures::executor::block_on(supervised(Duration::ZERO).into_future()).unwrap();
    let error = futures::executor::block_on(supervised(Duration::from_secs(1)).into_future()).unwrap_err();
    assert!(error.is::<NoHost>());
    assert_eq!(error.others()[0].error.to_string(), "broken");
    let all = supervised(Duration::from_secs(1)).all_for_one();
    let error = futures::executor::block_on(all.into_future()).unwrap_err();
    assert!(error.is::<NoHost>());
    assert_eq!(error.others()[0].error.to_string(), "broken");
}

/// Otherwise a child that always fails at once would keep the other tasks from running.
#[test]
fn a_child_that_fails_at_once_lets_others_run() {
    let tries = Count::default();
    let others = run(async {
        let counted = tries.clone();
        let supervised = gen::supervise(|s| {
            s.child("a", move || {
                counted.add();
                ready(Err::<(), _>("broken"))
            });
        });
        let task = spawn(supervised.schedule(std::iter::repeat(Duration::ZERO)).intensity(1000, seconds(60)));
        let mut others = 0;
        while !task.is_done() {
            others += 1;
            gen::moment().await?;
        }
        task.await.unwrap_err();
        Ok(others)
    });
    assert_eq!(tries.get(), 1001);
    assert!(others > 1 || !behaviour::Driver::current().has_one_thread(), "{others}");
}

/// Otherwise a mistake in a schedule would end the service without a clean-up.
#[test]
fn a_schedule_that_panics_has_ended() {
    let journal = Journal::default();
    let (error, lines) = logged(|| {
        run(async {
            let (a, b) = (journal.clone(), journal.clone());
            let supervised = gen::supervise(|s| {
                s.child("a", move || part("a", LONG, a.clone()));
                s.child("b", move || part("b", 1, b.clone()))
                    .schedule([1].into_iter().map(|_| panic!("no wait")));
            });
            Ok(supervised.await.unwrap_err())
        })
    });
    assert!(error.to_string().ends_with("its schedule has no further restart"), "{error}");
    assert_eq!(journal.take(), "+a, +b, b!, a told, -a");
    assert!(lines[0].contains("the schedule of a supervisor panicked: no wait"), "{lines:#?}");
}

/// Otherwise a handle that a child holds would keep the supervisor in memory for ever.
#[test]
fn a_closure_that_panics_leaves_nothing_behind() {
    let dropped = Count::default();
    let counted = dropped.clone();
    let panicked = catch_unwind(AssertUnwindSafe(|| {
        gen::supervise(|s| {
            let (handle, guard) = (s.handle(), Guard(counted));
            s.handle()
                .start("a", move || {
                    let _ = (&handle, &guard);
                    pending::<gen::Result>()
                })
                .unwrap();
            panic!("no child");
        })
    }));
    assert!(panicked.is_err());
    assert_eq!(dropped.get(), 1);
}

/// Otherwise a child that holds a handle would keep itself in memory.
#[test]
fn a_child_with_a_handle_is_freed_with_the_supervisor() {
    let dropped = Count::default();
    let counted = dropped.clone();
    let result = run_to_result(async {
        gen::supervise(|s| {
            let (handle, guard) = (s.handle(), Guard(counted));
            s.child("a", move || {
                let _ = &guard;
                let handle = handle.clone();
                async move { handle.start("b", || ready(gen::Ok(()))) }
            });
        })
        .await
    });
    result.unwrap();
    assert_eq!(dropped.get(), 1);
}

/// Otherwise a server could not put its health into the state of its routes.
#[test]
fn the_handles_can_be_shared_between_threads() {
    fn is_shared<T: Clone + Send + Sync + 'static>(_: &T) {}
    fn is_sent<T: Send + 'static>(_: &T) {}
    let supervised = gen::supervise(|s| {
        s.child("a", pending::<gen::Result>);
    });
    is_shared(&supervised.handle());
    is_shared(&supervised.health());
    is_sent(&supervised);
    is_sent(&supervised.into_future());
}

/// Otherwise the first poll would start the children of a task that is cancelled before it runs,
/// or a poll after the end would hang.
#[test]
fn it_polls_like_a_future() {
    let tries = Count::default();
    let counted = tries.clone();
    let supervised = gen::supervise(|s| {
        s.child("a", move || {
            counted.add();
            ready(gen::Ok(()))
        });
    });
    assert_eq!(tries.get(), 0);
    let supervised = pin!(supervised.into_future());
    assert!(matches!(Poller::new().poll(supervised), Poll::Ready(Ok(()))));
    assert_eq!(tries.get(), 1);
}

/// Otherwise a part would start before the part that it needs, because of a wake of its last run.
#[test]
fn all_for_one_starts_in_order_also_without_a_wait() {
    let journal = Journal::default();
    let error = run(async {
        let (a, b) = (journal.clone(), journal.clone());
        let supervised = gen::supervise(|s| {
            s.child("a", move || {
                a.say("+a");
                pending::<gen::Result>()
            })
            .grace(Duration::ZERO);
            s.child("b", move || {
                b.say("+b");
                poll_fn(|cx| {
                    cx.waker().wake_by_ref();
                    Poll::Ready(Err::<(), _>("b has failed"))
                })
            });
        });
        Ok(supervised.all_for_one().schedule([Duration::ZERO; 2]).await.unwrap_err())
    });
    assert_eq!(gave_up(&error).deaths(), 3);
    assert_eq!(journal.take(), "+a, +b, +a, +b, +a, +b");
}

/// Otherwise a child would start in the shutdown, above parts that are gone, or the shutdown would
/// wait for its restart.
#[test]
fn a_child_whose_restart_is_due_in_the_shutdown_stays_down() {
    let journal = Journal::default();
    let took = run(async {
        let [a, b, c] = std::array::from_fn(|_| journal.clone());
        let supervised = gen::supervise(|s| {
            s.child("a", move || part("a", LONG, a.clone()));
            s.child("b", move || part("b", 1, b.clone()));
            s.child("c", move || part("c", LONG, c.clone()));
        });
        // The restart of `b` is due after four seconds. `c` cleans up until 3.5, and `a` until 4.5.
        let task = spawn(supervised.schedule([seconds(3)]));
        gen::sleep(seconds(2) + seconds(1) / 2).await?;
        let began = now();
        task.cancel("enough").await;
        assert_eq!(reason(&task.await.unwrap_err()), "enough");
        Ok(since(began))
    });
    assert_eq!(took, in_seconds(2));
    assert_eq!(journal.take(), "+a, +b, +c, b!, c told, -c, a told, -a");
}

/// Otherwise a child would start before the parts that it needs.
#[test]
fn a_child_that_is_added_while_all_wait_starts_after_its_elder_siblings() {
    let journal = Journal::default();
    run(async {
        let [a, b, late] = std::array::from_fn(|_| journal.clone());
        let supervised = gen::supervise(|s| {
            s.child("a", move || part("a", LONG, a.clone())).grace(Duration::ZERO);
            s.child("b", move || part("b", 1, b.clone()));
        });
        let handle = supervised.handle();
        let task = spawn(supervised.all_for_one().schedule([seconds(4)]));
        gen::sleep(seconds(3)).await?;
        handle.start("late", move || ends("late", LONG, late.clone()))?;
        gen::sleep(seconds(2) + seconds(1) / 2).await?;
        task.cancel("enough").await;
        Ok(())
    });
    let second = "+a, +b, +late, b told, -b, a told";
    assert_eq!(journal.take(), format!("+a, +b, b!, a told, {second}"));
}

/// Otherwise a run of all would begin after a cancellation, or a shutdown would wait for it.
#[test]
fn a_cancellation_while_all_wait_ends_at_once() {
    let journal = Journal::default();
    let took = run(async {
        let (a, b) = (journal.clone(), journal.clone());
        let supervised = gen::supervise(|s| {
            s.child("a", move || part("a", LONG, a.clone())).grace(Duration::ZERO);
            s.child("b", move || part("b", 1, b.clone()));
        });
        let task = spawn(supervised.all_for_one().schedule([seconds(9)]));
        gen::sleep(seconds(3)).await?;
        let began = now();
        task.cancel("enough").await;
        assert_eq!(reason(&task.await.unwrap_err()), "enough");
        Ok(since(began))
    });
    assert_eq!(took, in_seconds(0));
    assert_eq!(journal.take(), "+a, +b, b!, a told");
}

/// Otherwise a child would be dropped in its clean-up where there is no timer, although it may take
/// all the time it needs, or the log would not say why a child was dropped.
#[test]
fn without_a_timer_only_an_endless_grace_lasts() {
    needs!(NoFeatures);
    #[gen::coroutine]
    fn cleans_up(name: &'static str, journal: Journal) -> gen::Result {
        let told = yield_!(pending::<gen::Result>());
        let mut turns = 3;
        yield_!(poll_fn(|cx| {
            turns -= 1;
            cx.waker().wake_by_ref();
            if turns > 0 {
                Poll::Pending
            } else {
                Poll::Ready(())
            }
        }))?;
        journal.say(name);
        told
    }
    let journal = Journal::default();
    let (endless, limited) = (journal.clone(), journal.clone());
    let supervised = gen::supervise(|s| {
        s.child("endless", move || cleans_up("endless", endless.clone())).grace(Duration::MAX);
        s.child("limited", move || cleans_up("limited", limited.clone()));
        s.child("fails", || ready(Err::<(), _>("broken")));
    });
    let whole = supervised.intensity(0, seconds(1)).into_future();
    let (result, lines) = logged(|| futures::executor::block_on(whole));
    assert!(result.unwrap_err().is::<GaveUp>());
    assert_eq!(journal.take(), "endless");
    assert_eq!(lines.len(), 1, "{lines:#?}");
    let begin =
        "WARN gen: `limited` of a supervisor was dropped at once, since its grace of 5s has no timer: ";
    assert!(lines[0].starts_with(begin), "{lines:#?}");
}

/// Otherwise a program could not keep the history without the error.
#[test]
fn what_has_given_up_is_taken_out_of_the_error() {
    let error = run(async {
        let supervised = gen::supervise(|s| {
            s.child("a", || ready(Err::<(), _>("broken")));
        });
        Ok(supervised.schedule([Duration::ZERO]).await.unwrap_err())
    });
    let gave_up: GaveUp = error.downcast().unwrap();
    assert_eq!((gave_up.child(), gave_up.deaths()), ("a", 2));
}

/// Otherwise a service that ends by itself in time would make the shutdown a failure.
#[test]
fn a_normal_end_in_the_shutdown_is_no_failure() {
    let journal = Journal::default();
    let (error, lines) = logged(|| {
        let (a, b) = (journal.clone(), journal.clone());
        let supervised = gen::supervise(|s| {
            s.child("a", move || ends("a", 3, a.clone())).restart(Restart::Always);
            s.child("b", move || part("b", LONG, b.clone()));
        });
        run(async {
            let task = spawn(supervised);
            gen::sleep(seconds(2) + seconds(1) / 2).await?;
            task.cancel("enough").await;
            Ok(task.await.unwrap_err())
        })
    });
    assert_eq!(journal.take(), "+a, +b, b told, -a, -b");
    assert_eq!((reason(&error).as_str(), error.others().len()), ("enough", 0));
    assert_eq!(lines, [""; 0]);
}

/// Otherwise a schedule would never end where restarts are not counted.
#[test]
fn a_schedule_ends_also_without_an_intensity() {
    let tries = Count::default();
    let counted = tries.clone();
    let result = run_to_result(async {
        let supervised = gen::supervise(|s| {
            s.child("a", move || {
                counted.add();
                ready(if counted.get() < 10 { Err("broken") } else { Ok(()) })
            });
        });
        supervised.schedule([1, 2].map(seconds)).intensity(u32::MAX, Duration::ZERO).await
    });
    assert!(result.unwrap_err().is::<GaveUp>());
    assert_eq!(tries.get(), 3);
}

/// Otherwise a mistake in a schedule would end the service without a clean-up.
#[test]
fn a_schedule_whose_clone_panics_has_ended() {
    struct Waits;
    impl Clone for Waits {
        fn clone(&self) -> Self {
            panic!("no clone")
        }
    }
    impl IntoIterator for Waits {
        type Item = Duration;
        type IntoIter = std::iter::Empty<Duration>;

        fn into_iter(self) -> Self::IntoIter {
            std::iter::empty()
        }
    }
    let journal = Journal::default();
    let (error, lines) = logged(|| {
        run(async {
            let (a, b) = (journal.clone(), journal.clone());
            let supervised = gen::supervise(|s| {
                s.child("a", move || part("a", LONG, a.clone()));
                s.child("b", move || part("b", 1, b.clone()));
            });
            Ok(supervised.schedule(Waits).await.unwrap_err())
        })
    });
    assert!(error.to_string().ends_with("its schedule has no further restart"), "{error}");
    assert_eq!(journal.take(), "+a, +b, b!, a told, -a");
    assert!(lines[0].contains("the schedule of a supervisor panicked: no clone"), "{lines:#?}");
}

/// It panics also while its thread panics.
struct AlwaysPanics;

impl Drop for AlwaysPanics {
    fn drop(&mut self) {
        panic!("in a drop")
    }
}

fn held_by_two(s: &mut gen::supervise::Supervisor<'static>) {
    for name in ["a", "b"] {
        let held = AlwaysPanics;
        s.child(name, move || {
            let _ = &held;
            pending::<gen::Result>()
        });
    }
}

/// Otherwise two destructors that panic would end the process.
#[test]
fn t19_destructors_that_panic_are_contained_when_a_supervisor_is_dropped() {
    in_a_process_of_its_own(
        "t19_destructors_that_panic_are_contained_when_a_supervisor_is_dropped",
        8,
        || {
            drop(gen::supervise(held_by_two));
            drop(gen::supervise(held_by_two).into_future());
            let mut begun = Box::pin(gen::supervise(held_by_two).into_future());
            assert!(Poller::new().poll(begun.as_mut()).is_pending());
            drop(begun);
            let added = gen::supervise(|_| {});
            for name in ["a", "b"] {
                let held = AlwaysPanics;
                let child = move || {
                    let _ = &held;
                    pending::<gen::Result>()
                };
                added.handle().start(name, child).unwrap();
            }
        },
    );
}

/// Otherwise a probe would find a service healthy that was never started.
#[test]
fn a_supervisor_that_cannot_start_is_not_healthy() {
    let supervised = gen::supervise(|s| {
        s.child("a", pending::<gen::Result>);
        s.child("a", pending::<gen::Result>);
    });
    let (health, handle) = (supervised.health(), supervised.handle());
    let mut supervised = pin!(supervised.into_future());
    let Poll::Ready(Err(error)) = Poller::new().poll(supervised.as_mut()) else { panic!("it has begun") };
    assert!(error.is::<NameTaken>());
    assert!(!health.is_healthy() && health.children().is_empty());
    assert!(handle.start("b", pending::<gen::Result>).unwrap_err().is::<SupervisorEnded>());
}

/// Otherwise a cancellation would hide why the service has given up.
#[test]
fn a_cancellation_while_it_gives_up_does_not_become_its_error() {
    let journal = Journal::default();
    let error = run(async {
        let (a, b) = (journal.clone(), journal.clone());
        let supervised = gen::supervise(|s| {
            s.child("a", move || part("a", LONG, a.clone()));
            s.child("b", move || part("b", 1, b.clone()));
        });
        let task = spawn(supervised.intensity(0, seconds(1)));
        gen::sleep(seconds(1) + seconds(1) / 2).await?;
        task.cancel("enough").await;
        Ok(task.await.unwrap_err())
    });
    assert!(error.is::<GaveUp>() && !error.is::<Cancelled>(), "{error:?}");
    assert_eq!(journal.take(), "+a, +b, b!, a told");
}
