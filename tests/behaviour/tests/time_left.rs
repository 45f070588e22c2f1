//! `time_left` and `with_deadline`: the least of the deadlines around, on each executor.

use std::cell::Cell;
use std::future::{pending, ready, Future};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use behaviour::{in_seconds, needs, now, pending_of, run, seconds, since, spawn, Count, Guard};
use gen::{time_left, yield_, TimeoutError};

/// The whole seconds that are left.
#[gen::coroutine]
fn left() -> gen::Result<Option<u64>> {
    let first = time_left();
    yield_!(gen::sleep(seconds(1)))?;
    Ok(time_left().map(|left| {
        assert_eq!(first.expect("a deadline does not come later") - left, seconds(1));
        left.as_secs()
    }))
}

async fn left_within(limit: u64) -> gen::Result<Option<u64>> {
    gen::with_timeout(seconds(limit), left()).join().await
}

/// Otherwise a call would wait for longer than its caller does.
#[test]
fn the_least_of_all_deadlines_around_counts() {
    needs!(VirtualTime);
    run(async {
        assert_eq!(left().await?, None);
        assert_eq!(left_within(10).await?, Some(9));
        let short_inside = gen::with_timeout(seconds(60), async { left_within(10).await });
        assert_eq!(short_inside.join().await?, Some(9));
        let short_outside = gen::with_timeout(seconds(10), async { left_within(60).await });
        assert_eq!(short_outside.join().await?, Some(9));
        let set = gen::with_deadline(now() + seconds(5), async { left_within(60).await });
        assert_eq!(set.join().await?, Some(4));
        let never = gen::with_timeout(Duration::MAX, async {
            let first = time_left();
            gen::moment().await?;
            gen::Ok([first, time_left()])
        });
        assert_eq!(never.join().await?, [None; 2], "it never ends");
        assert_eq!(left().await?, None);
        Ok(())
    });
}

/// The same where time is real.
#[test]
fn the_time_that_is_left_is_no_more_than_was_given() {
    run(async {
        let limited = gen::with_timeout(seconds(3600), async {
            let first = time_left().expect("there is a deadline");
            gen::moment().await?;
            let later = time_left().expect("there is a deadline");
            assert!(first <= seconds(3600) && later <= first, "{later:?}, {first:?}");
            let task = spawn(async { gen::Ok(time_left()) }).await?.expect("it is inherited");
            assert!(task <= later);
            gen::Ok(())
        });
        limited.join().await?;
        assert_eq!(time_left(), None);
        Ok(())
    });
}

/// Otherwise a child would not know how long its parent waits.
#[test]
fn the_children_of_groups_and_scopes_and_tasks_have_the_time_of_the_parent() {
    needs!(VirtualTime);
    #[gen::coroutine]
    fn body() -> gen::Result<Vec<Option<u64>>> {
        let mut all = yield_!(vec![left(), left()])?; // 9
        let (a, b) = yield_!((left(), async { spawn(left()).await }))?; // 8
        all.extend([a, b]);
        all.push(yield_!(spawn(async { spawn(left()).await }))?); // 7
        all.push(yield_!(gen::scope(async |scope| scope.spawn(left()).await))?); // 6
        all.push(yield_!(gen::shield(left()))?); // 5
        all.push(yield_!(gen::first_of([left(), left()]))?.1); // 4
        Ok(all)
    }
    let all = run(gen::with_timeout(seconds(10), body()).join());
    assert_eq!(all.into_iter().map(Option::unwrap).collect::<Vec<_>>(), [9, 9, 8, 8, 7, 6, 5, 4]);
}

/// Otherwise the first load of a call would cut the time of all others short.
#[test]
fn the_call_of_a_batch_has_no_deadline_of_its_first_load() {
    needs!(VirtualTime);
    let flight = gen::single_flight(|_: u32| left());
    let all = run(gen::with_timeout(seconds(10), async move {
        let here = flight.load(1).await?;
        let there = spawn(async move { flight.load(2).await });
        gen::Ok([here, there.await?, left().await?])
    })
    .join());
    assert_eq!(all, [None, None, Some(7)]);
}

/// Otherwise a task would work for longer than the first of its deadlines.
#[test]
fn a_task_inherits_the_least_of_all_deadlines() {
    needs!(VirtualTime);
    async fn spawned_within(outer: u64, inner: u64) -> gen::Result<Option<u64>> {
        let within = async move {
            let task = gen::with_timeout(seconds(inner), async { spawn(left()).await });
            task.join().await
        };
        gen::with_timeout(seconds(outer), within).join().await
    }
    run(async {
        assert_eq!(spawned_within(60, 10).await?, Some(9));
        assert_eq!(spawned_within(10, 60).await?, Some(9));
        // The outer deadline is inherited, the inner one around the call.
        let in_a_task = |outer, inner| {
            let task = async move { spawn(spawned_within(3600, inner)).await };
            gen::with_timeout(seconds(outer), task).join()
        };
        assert_eq!(in_a_task(60, 10).await?, Some(9));
        assert_eq!(in_a_task(10, 60).await?, Some(9));
        Ok(())
    });
}

/// Otherwise a task would be dropped that was detached on purpose, or would not know that it is
/// late.
#[test]
fn a_task_goes_on_after_the_deadline_and_has_no_time_left() {
    run(async {
        let (promise, seen) = gen::promise();
        let limited = gen::with_timeout(seconds(1), async {
            drop(spawn(async move {
                gen::sleep(seconds(2)).await?;
                gen::Ok(promise.set(time_left())?)
            }));
            pending::<gen::Result>().await
        });
        assert!(limited.join().await.unwrap_err().is::<TimeoutError>());
        assert_eq!(seen.await?, Some(Duration::ZERO));
        Ok(())
    });
}

/// Otherwise the log would not say which of the deadlines has passed.
#[test]
fn an_expired_deadline_says_where_it_was_set() {
    run(async {
        let at = now() + seconds(1);
        let outer = gen::with_timeout(seconds(60), gen::with_deadline(at, pending::<gen::Result>()));
        let set_at = line!() - 1;
        let error = outer.join().await.unwrap_err();
        let timeout = error.downcast_ref::<TimeoutError>().expect("a timeout");
        let line = timeout.set_at().expect("it was set by `with_deadline`");
        assert_eq!((line.file(), line.line()), (file!(), set_at));
        let text = error.to_string();
        assert!(text.ends_with(&format!(", by the deadline set at {line}")), "{text}");

        let inner =
            gen::with_deadline(now() + seconds(60), gen::with_timeout(seconds(1), pending::<gen::Result>()));
        let error = inner.join().await.unwrap_err();
        assert_eq!(error.downcast_ref::<TimeoutError>().expect("a timeout").set_at(), None);
        Ok(())
    });
}

/// Otherwise a deadline that is handed down would not leave time to clean up.
#[test]
fn a_deadline_cancels_where_asked_and_the_clean_up_has_the_grace_period() {
    needs!(VirtualTime);
    #[gen::coroutine]
    fn cleans_up(seen: &Cell<[Option<Duration>; 2]>) -> gen::Result {
        let end = yield_!(pending::<()>());
        let first = time_left();
        yield_!(gen::sleep(seconds(2)))?;
        seen.set([first, time_left()]);
        end
    }
    run(async {
        let (seen, began) = (Cell::default(), now());
        let limited = gen::with_deadline(now() + seconds(10), cleans_up(&seen)).cancel(seconds(5));
        let line = line!() - 1;
        let error = gen::with_timeout(seconds(60), limited).join().await.unwrap_err();
        assert_eq!(error.downcast_ref::<TimeoutError>().unwrap().set_at().unwrap().line(), line);
        assert_eq!(since(began), in_seconds(12));
        assert_eq!(seen.get(), [Some(seconds(5)), Some(seconds(3))]);

        let limited = gen::with_timeout(seconds(10), cleans_up(&seen)).cancel(seconds(5));
        let error = gen::with_timeout(seconds(13), limited).join().await.unwrap_err();
        assert!(error.is::<TimeoutError>());
        assert_eq!(seen.get(), [Some(seconds(3)), Some(seconds(1))], "the outer deadline is nearer");
        Ok(())
    });
}

/// Otherwise a release would give up because the work has used up the time.
#[test]
fn the_release_of_a_bracket_has_the_time_around_it() {
    needs!(VirtualTime);
    run(async {
        let (in_place, dropped) = (gen::promise(), gen::promise());
        let in_time = gen::bracket(ready(gen::Ok(())), async |()| gen::sleep(seconds(1)).await)
            .release(move |(), _| async move { gen::Ok(in_place.0.set(left().await?)?) });
        gen::with_timeout(seconds(10), in_time).join().await?;
        assert_eq!(in_place.1.await?, Some(8));

        let too_late = gen::bracket(ready(gen::Ok(())), async |()| pending::<gen::Result>().await)
            .release(move |(), _| async move { gen::Ok(dropped.0.set(left().await?)?) });
        let outer = gen::with_timeout(seconds(60), async {
            assert!(gen::with_timeout(seconds(10), too_late).join().await.is_err());
            dropped.1.await
        });
        assert_eq!(outer.join().await?, Some(49), "only the deadline around the one that has passed");
        Ok(())
    });
}

/// Otherwise a destructor, or the code after a timeout, would see a deadline that is over.
#[test]
fn nothing_of_a_timeout_is_left_after_it() {
    struct Looks<'a>(&'a Cell<bool>);
    impl Drop for Looks<'_> {
        fn drop(&mut self) {
            self.0.set(time_left().is_none());
        }
    }
    let is_free = Cell::new(false);
    run(async {
        let looks = Looks(&is_free);
        let limited = gen::with_timeout(seconds(1), async {
            let _looks = looks;
            pending::<gen::Result>().await
        });
        assert!(limited.join().await.is_err());
        assert!(is_free.get());
        assert_eq!(time_left(), None);
        Ok(())
    });
    let mut polled = Box::pin(pending_of(gen::with_deadline(std::time::Instant::now(), async {
        panic!("a bug") as gen::Result
    })));
    let mut cx = Context::from_waker(Waker::noop());
    let poll = std::panic::AssertUnwindSafe(|| polled.as_mut().poll(&mut cx));
    std::panic::catch_unwind(poll).unwrap_err();
    assert_eq!(time_left(), None);
}

/// Otherwise a child would be given another time by a foreign `join!`.
#[test]
fn the_branches_of_a_foreign_join_have_a_deadline_each() {
    needs!(VirtualTime);
    let (short, long, none) =
        run(async { gen::Ok(futures::try_join!(left_within(5), left_within(50), left())?) });
    assert_eq!([short, long, none], [Some(4), Some(49), None]);
}

/// Otherwise `with_deadline` would not be a timeout in each other respect.
#[test]
fn a_result_before_the_deadline_is_handed_over() {
    let dropped = Count::default();
    run(async {
        let held = Guard(dropped.clone());
        let child = async move {
            let _held = held;
            gen::sleep(seconds(1)).await.map(|()| "in time")
        };
        let limited = gen::with_deadline(now() + seconds(3600), child).quiet::<gen::Error>();
        assert_eq!(limited.join().await?, "in time");
        Ok(())
    });
    assert_eq!(dropped.get(), 1);
    assert!(matches!(
        pin_poll(gen::with_deadline(std::time::Instant::now(), ready(gen::Ok(1)))),
        Poll::Ready(Ok(1))
    ));
}

fn pin_poll<Y: gen::Yieldable<M>, M>(yieldable: Y) -> Poll<gen::Result<Y::Output>> {
    let mut pending = Box::pin(pending_of(yieldable));
    pending.as_mut().poll(&mut Context::from_waker(Waker::noop()))
}
