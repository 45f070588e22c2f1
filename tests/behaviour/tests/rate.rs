//! `sync::Rate`, and a `limit` with a rate: when turns are given, in which order, and what a
//! cancellation costs.

use std::num::NonZeroU32;
use std::time::Duration;

use behaviour::{needs, run, seconds, spawn, Journal, Poller};
use futures::StreamExt;
use gen::sync::{Quota, Rate};
use gen::{yield_, NoHost};

fn number(number: u32) -> NonZeroU32 {
    NonZeroU32::new(number).expect("it is not 0")
}

/// One turn a second, and so many at once.
fn one_a_second(burst: u32) -> Rate {
    Rate::new(Quota::per_second(number(1)).allow_burst(number(burst)))
}

#[gen::coroutine]
fn takes(rate: Rate, name: u32, journal: Journal) -> gen::Result<u32> {
    let began = behaviour::now();
    yield_!(rate.take())?;
    journal.say(format!("{name} at {}", (behaviour::now() - began).as_secs()));
    Ok(name)
}

/// A server would see more requests than it allows, or fewer.
#[test]
fn turns_come_at_the_rate_of_the_quota_and_in_line() {
    needs!(VirtualTime);
    run(async {
        let (rate, journal) = (one_a_second(2), Journal::default());
        let tasks = [1, 2, 3, 4].map(|name| spawn(takes(rate.clone(), name, journal.clone())));
        for task in tasks {
            task.await?;
        }
        assert_eq!(journal.take(), "1 at 0, 2 at 0, 3 at 1, 4 at 2");
        // It has rested, but no more turns are saved than are allowed at once.
        gen::sleep(Duration::from_secs(60)).await?;
        let tasks = [5, 6, 7].map(|name| spawn(takes(rate.clone(), name, journal.clone())));
        for task in tasks {
            task.await?;
        }
        assert_eq!(journal.take(), "5 at 0, 6 at 0, 7 at 1");
        Ok(())
    });
}

/// A task that gives up would cost a turn, or stop all those behind it.
#[test]
fn a_turn_that_is_given_up_uses_nothing_and_stops_nobody() {
    needs!(VirtualTime);
    run(async {
        let (rate, journal) = (one_a_second(1), Journal::default());
        let tasks = [1, 2, 3, 4].map(|name| spawn(takes(rate.clone(), name, journal.clone())));
        gen::moment().await?;
        let [first, second, third, fourth] = tasks;
        // The first one in line, and one behind it.
        second.cancel("it takes too long").await;
        third.cancel("it takes too long").await;
        assert!(second.await.unwrap_err().is_cancelled());
        assert!(third.await.unwrap_err().is_cancelled());
        assert_eq!((first.await?, fourth.await?), (1, 4));
        assert_eq!(journal.take(), "1 at 0, 4 at 1");
        Ok(())
    });
}

/// A server could not refuse a request at once, and say when to come again.
#[test]
fn a_try_is_refused_while_the_quota_is_used_up_or_others_wait() {
    needs!(VirtualTime);
    run(async {
        let rate = one_a_second(1);
        assert_eq!(rate.try_take(), Ok(()));
        let busy = rate.try_take().unwrap_err();
        assert_eq!(busy.retry_after(), Some(Duration::from_secs(1)));
        assert_eq!(busy.to_string(), "the rate is exceeded; the next turn is in 1s");

        let waits = spawn(takes(rate.clone(), 1, Journal::default()));
        gen::moment().await?;
        let busy = rate.try_take().unwrap_err();
        assert_eq!(busy.retry_after(), None);
        assert_eq!(busy.to_string(), "the rate is exceeded, and other tasks wait for the next turns");
        waits.await?;
        gen::sleep(Duration::from_secs(1)).await?;
        assert_eq!(rate.try_take(), Ok(()));
        Ok(())
    });
}

/// A server with several threads would refuse requests that it may serve.
#[test]
fn tries_on_several_threads_are_not_refused_while_turns_are_free() {
    const TRIES: u32 = 50_000;
    let rate = Rate::new(Quota::per_second(number(1_000_000)));
    let begin = std::sync::Barrier::new(2);
    let tries = || {
        begin.wait();
        (0..TRIES).filter(|_| rate.try_take().is_ok()).count()
    };
    let taken =
        std::thread::scope(|scope| [scope.spawn(tries), scope.spawn(tries)].map(|one| one.join().unwrap()));
    assert_eq!(taken, [TRIES as usize; 2]);
}

/// A try would go before a task that was there first, or be refused for ever after it.
#[test]
fn a_try_goes_behind_those_in_line_and_not_behind_those_that_have_left() {
    needs!(VirtualTime);
    run(async {
        let (rate, poller) = (one_a_second(1), Poller::new());
        rate.take().await?;
        let mut turns = [(); 3].map(|()| Box::pin(rate.take()));
        turns.iter_mut().for_each(|turn| assert!(poller.poll(turn.as_mut()).is_pending()));
        gen::sleep(seconds(5)).await?;
        assert_eq!(rate.try_take().unwrap_err().retry_after(), None, "the first one was woken");
        let [first, mut second, third] = turns;
        drop((first, third));
        assert_eq!(rate.try_take().unwrap_err().retry_after(), None);
        assert!(poller.poll(second.as_mut()).is_ready());
        // It is over, and is still there.
        assert_eq!(rate.try_take().unwrap_err().retry_after(), Some(seconds(1)));
        gen::sleep(seconds(1)).await?;
        assert_eq!(rate.try_take(), Ok(()));
        Ok(())
    });
}

/// A mistake in the configuration would panic in the first request, or be no limit at all.
#[test]
fn a_quota_that_is_too_long_is_refused_when_the_rate_is_made() {
    let year = Duration::from_secs(365 * 24 * 3600);
    let yearly = Quota::with_period(year).unwrap();
    let longest = Quota::with_period(Duration::MAX).unwrap();
    for quota in [longest, yearly.allow_burst(number(u32::MAX)), yearly.allow_burst(number(293))] {
        let refused = std::panic::catch_unwind(|| Rate::new(quota)).unwrap_err();
        let text = refused.downcast_ref::<String>().expect("it has a text");
        assert!(text.contains("292 years"), "{text}");
    }
    let rate = Rate::new(yearly.allow_burst(number(292)));
    for _ in 0..292 {
        assert_eq!(rate.try_take(), Ok(()));
    }
    let wait = rate.try_take().unwrap_err().retry_after().unwrap();
    assert!(wait <= year && wait > year / 2, "{wait:?}");
}

/// The times of a test would depend on the time that its set-up has taken.
#[test]
fn a_rate_that_is_made_before_its_loop_has_the_clock_of_the_loop() {
    needs!(TheLoop);
    let clock = gen::VirtualClock::new();
    std::thread::yield_now();
    let rate = one_a_second(1);
    let began = clock.now();
    let io_loop = gen::IoLoop::with_clock(clock.clone());
    io_loop
        .run_sync(async {
            rate.take().await?;
            rate.take().await
        })
        .unwrap();
    assert_eq!(clock.now() - began, Duration::from_secs(1));
}

/// A server would get a burst from a list, or fewer at once than it allows.
#[test]
fn the_children_of_a_limit_begin_at_its_rate() {
    needs!(VirtualTime);
    #[gen::coroutine]
    fn works(name: u32, journal: Journal) -> gen::Result<u32> {
        journal.say(format!("{name} begins"));
        yield_!(gen::sleep(Duration::from_millis(2500)))?;
        journal.say(format!("{name} ends"));
        Ok(name)
    }
    run(async {
        let journal = Journal::default();
        let begins = |name| works(name, journal.clone());
        let began = behaviour::now();
        let results = gen::limit(2, (1..=3).map(begins)).rate(&one_a_second(1)).join().await?;
        assert_eq!(results, [1, 2, 3]);
        assert_eq!(journal.take(), "1 begins, 2 begins, 1 ends, 3 begins, 2 ends, 3 ends");
        assert_eq!(behaviour::now() - began, Duration::from_secs(5));

        let stream = futures::stream::iter(1..=3).map(begins);
        let mut results = gen::limit(2, stream).rate(&one_a_second(3)).as_completed();
        for expected in [1, 2, 3] {
            assert_eq!(results.next().await?, Some(expected));
        }
        assert_eq!(journal.take(), "1 begins, 2 begins, 1 ends, 2 ends, 3 begins, 3 ends");

        assert_eq!(plain(&one_a_second(3)).await?, [1, 2, 3]);
        Ok(())
    });

    /// Futures that cannot fail are children, too.
    #[gen::coroutine]
    fn plain(rate: &Rate) -> gen::Result<Vec<u32>> {
        yield_!(gen::limit(2, (1..=3).map(|name| async move { name })).rate(rate))
    }
}

/// A child that was never begun would be begun only to be cancelled.
#[test]
fn a_child_that_waits_for_its_turn_is_not_begun_by_a_cancellation() {
    needs!(VirtualTime);
    run(async {
        let journal = Journal::default();
        let task = spawn({
            let journal = journal.clone();
            async move {
                let begins = move |name: u32| {
                    let journal = journal.clone();
                    async move {
                        journal.say(format!("{name} begins"));
                        gen::Ok(name)
                    }
                };
                gen::limit(2, (1..=3).map(begins)).rate(&one_a_second(1)).join().await
            }
        });
        gen::moment().await?;
        task.cancel("stop").await;
        assert!(task.await.unwrap_err().is_cancelled());
        assert_eq!(journal.take(), "1 begins");
        Ok(())
    });
}

/// A program on an executor without timers would hang, or spin.
#[test]
fn without_a_timer_a_free_turn_is_given_and_a_wait_fails() {
    needs!(NoFeatures);
    let rate = one_a_second(1);
    futures::executor::block_on(async {
        rate.take().await.unwrap();
        assert!(rate.take().await.unwrap_err().is::<NoHost>());
    });
}

/// A rate in the state of a server could not be used by its handlers.
#[test]
fn a_rate_and_its_turns_may_be_used_on_any_thread() {
    fn check<T: Send + Sync + Unpin + 'static>(_: &T) {}
    let rate = one_a_second(1);
    check(&rate);
    check(&rate.take());
    assert_eq!(rate.quota(), rate.clone().quota());
    run(async {
        let rate = Rate::new(Quota::per_second(number(1000)));
        let tasks: Vec<_> =
            (0..200).map(|name| spawn(takes(rate.clone(), name, Journal::default()))).collect();
        for (name, task) in (0..).zip(tasks) {
            assert_eq!(task.await?, name);
        }
        Ok(())
    });
}

/// A task that waits behind a turn would not see that it was woken.
#[test]
fn a_turn_may_move_to_another_task_while_it_waits() {
    needs!(VirtualTime);
    run(async {
        let rate = one_a_second(1);
        rate.take().await?;
        let (poller, mut turn) = (Poller::new(), rate.take());
        assert!(poller.poll(std::pin::pin!(&mut turn)).is_pending());
        spawn(turn).await
    });
}
