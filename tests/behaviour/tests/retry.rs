//! `retry`, `repeat` and `backoff`: the tries, their times, and their errors.

use std::cell::{Cell, RefCell};
use std::future::ready;
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

use backon::{BackoffBuilder, ExponentialBuilder};
use behaviour::{
    in_seconds, needs, now, pending_of, run, run_to_result, seconds, since, spawn, Count, Guard, Journal,
};
use gen::{yield_, Cancelled, ChildKey, NoHost};

/// A yieldable that fails so many times, and counts its tries.
struct Server {
    failures: Cell<u32>,
    tries: Cell<u32>,
}

impl Server {
    fn failing(times: u32) -> Self {
        Server { failures: Cell::new(times), tries: Cell::new(0) }
    }
}

#[gen::coroutine]
fn ask(server: &Server) -> gen::Result<u32> {
    yield_!(gen::moment())?;
    let tries = server.tries.get() + 1;
    server.tries.set(tries);
    gen::ensure!(tries > server.failures.get(), "busy at try {tries}");
    Ok(tries)
}

/// Otherwise a server that is busy for a moment would fail the request, or would be asked without a
/// pause.
#[test]
fn what_fails_is_tried_again_after_the_waits_of_the_schedule() {
    let (answer, took) = run(async {
        let (server, began) = (Server::failing(2), now());
        let answer = gen::retry([1, 2, 4].map(seconds), || ask(&server)).join().await?;
        Ok((answer, since(began)))
    });
    assert_eq!(answer, 3);
    assert_eq!(took, in_seconds(3));
}

/// Otherwise each request would wait for a timer, or need one.
#[test]
fn what_succeeds_at_once_needs_no_timer() {
    let tries = pin!(gen::retry([Duration::from_secs(1)], || ready(Ok::<_, gen::Error>(7))).join());
    let polled = behaviour::Poller::new().poll(tries);
    assert!(matches!(polled, Poll::Ready(Ok(7))));
}

/// Otherwise the log would show a failure without what led to it.
#[test]
fn the_last_error_tells_of_the_tries_before_it() {
    let (error, tries) = run(async {
        let server = Server::failing(9);
        let error = gen::retry([1, 1].map(seconds), || ask(&server)).join().await.unwrap_err();
        Ok((error, server.tries.get()))
    });
    assert_eq!(tries, 3);
    assert!(error.to_string().starts_with("failed 3 times in "), "{error}");
    assert_eq!(error.chain().last().unwrap().to_string(), "busy at try 3");
    let others: Vec<_> =
        error.others().iter().map(|other| (other.key.clone(), other.error.to_string())).collect();
    let earlier = |number| format!("busy at try {number}");
    assert_eq!(others, [(ChildKey::Index(1), earlier(1)), (ChildKey::Index(2), earlier(2))]);
}

/// Otherwise a program would have to read the count out of the text.
#[test]
fn the_count_and_the_time_are_values() {
    needs!(VirtualTime);
    let server = Server::failing(9);
    let error = run(async { Ok(gen::retry([1, 2].map(seconds), || ask(&server)).join().await.unwrap_err()) });
    let tried: &gen::Tried = error.downcast_ref().unwrap();
    assert_eq!((tried.tries(), tried.elapsed()), (3, seconds(3)));
    assert_eq!(tried.to_string(), error.to_string());
}

/// Otherwise `is` and `downcast_ref` would no longer find the failure.
#[test]
fn the_type_of_the_error_is_found_through_the_count() {
    let fail = || ready("x".parse::<u8>());
    let error = run(async { Ok(gen::retry([seconds(1)], fail).join().await.unwrap_err()) });
    assert!(error.is::<std::num::ParseIntError>());
}

/// Otherwise an error that was not retried would look like one that was.
#[test]
fn an_error_of_the_only_try_is_unchanged() {
    let fail = || ready(Err::<(), _>(gen::Error::new("no")));
    let error = run(async { Ok(gen::retry([], fail).join().await.unwrap_err()) });
    assert_eq!(error.to_string(), "no");
    assert!(error.others().is_empty());
}

/// Otherwise a service that is down for a day would fill the memory of its clients.
#[test]
fn of_a_schedule_without_end_the_last_errors_are_kept() {
    let error = run(async {
        let server = Server::failing(100);
        let schedule = std::iter::repeat_n(Duration::ZERO, 99);
        Ok(gen::retry(schedule, || ask(&server)).join().await.unwrap_err())
    });
    let others: Vec<_> = error.others().iter().map(|other| other.key.clone()).collect();
    assert_eq!(others, Vec::from_iter((84..100).map(ChildKey::Index)));
}

/// Otherwise a request that can never succeed would be sent again and again.
#[test]
fn an_error_for_which_when_is_false_is_the_result() {
    let (error, tries) = run(async {
        let server = Server::failing(9);
        let is_early = |error: &gen::Error| !error.to_string().ends_with('2');
        let error =
            gen::retry([1, 1, 1].map(seconds), || ask(&server)).when(is_early).join().await.unwrap_err();
        Ok((error, server.tries.get()))
    });
    assert_eq!(tries, 2);
    assert_eq!(error.chain().last().unwrap().to_string(), "busy at try 2");
}

/// Otherwise a metric would miss a failure, or count one that is reported anyhow.
#[test]
fn notify_is_told_of_each_failure_that_is_retried() {
    let told = RefCell::new(Vec::new());
    run(async {
        let server = Server::failing(9);
        let tell =
            |error: &gen::Error, number, wait| told.borrow_mut().push((error.to_string(), number, wait));
        gen::retry([1, 2].map(seconds), || ask(&server)).notify(tell).join().await.unwrap_err();
        Ok(())
    });
    let expected = [("busy at try 1".to_owned(), 1, seconds(1)), ("busy at try 2".to_owned(), 2, seconds(2))];
    assert_eq!(told.into_inner(), expected);
}

/// Otherwise a caller would wait for a try that comes too late for it.
#[test]
fn no_wait_begins_that_would_end_after_the_whole_time() {
    needs!(VirtualTime);
    let (tries, took) = run(async {
        let (server, began) = (Server::failing(9), now());
        let retry = gen::retry(std::iter::repeat(seconds(2)), || ask(&server)).within(seconds(5));
        retry.join().await.unwrap_err();
        Ok((server.tries.get(), since(began)))
    });
    assert_eq!(tries, 3);
    assert_eq!(took, in_seconds(4));
}

/// Otherwise a task that is cancelled would begin its work again.
#[test]
fn a_cancellation_in_a_try_is_not_retried() {
    #[gen::coroutine]
    fn one_try(journal: Journal) -> gen::Result {
        journal.say("try");
        if yield_!(gen::sleep(seconds(3600))).is_err() {
            journal.say("clean");
            // The failure of a clean-up must not begin another try either.
            gen::bail!("not cleaned");
        }
        Ok(())
    }
    let journal = Journal::default();
    let error = run(async {
        let words = journal.clone();
        let task = spawn(async move { gen::retry([seconds(1); 3], || one_try(words.clone())).join().await });
        gen::sleep(seconds(1)).await?;
        task.cancel("enough").await;
        Ok(task.await.unwrap_err())
    });
    assert_eq!(error.to_string(), "not cleaned");
    assert_eq!(journal.take(), "try, clean");
}

/// Otherwise a program would have to read out of the text whether the last try has failed.
#[test]
fn a_cancellation_of_a_later_try_is_told_from_a_failure() {
    #[gen::coroutine]
    fn one_try(is_first: bool) -> gen::Result {
        gen::ensure!(!is_first, "busy");
        yield_!(gen::sleep(seconds(3600)))
    }
    #[gen::coroutine]
    fn body(tries: Count) -> gen::Result {
        let next = || {
            tries.add();
            one_try(tries.get() == 1)
        };
        yield_!(gen::retry([Duration::ZERO], next))
    }
    let error = run(async {
        let task = spawn(body(Count::default()));
        gen::sleep(seconds(1)).await?;
        task.cancel("enough").await;
        Ok(task.await.unwrap_err())
    });
    let tried: &gen::Tried = error.downcast_ref().unwrap();
    assert_eq!((tried.tries(), tried.was_cancelled()), (2, true));
}

/// Otherwise a cancelled task would wait for the end of a pause.
#[test]
fn a_cancellation_in_a_wait_arrives_at_the_yield() {
    #[gen::coroutine]
    fn body(tries: Count) -> gen::Result {
        let fail = || {
            tries.add();
            ready(Err::<(), _>(gen::Error::new("no")))
        };
        yield_!(gen::retry([seconds(3600)], fail))
    }
    let tries = Count::default();
    let (error, took) = run(async {
        let began = now();
        let task = spawn(body(tries.clone()));
        gen::sleep(seconds(1)).await?;
        task.cancel("enough").await;
        let error = task.await.unwrap_err();
        Ok((error, since(began)))
    });
    assert!(error.is::<Cancelled>());
    assert_eq!(tries.get(), 1);
    assert_eq!(took, in_seconds(1));
}

/// Otherwise a try would keep its connection after its timeout.
#[test]
fn a_try_that_has_ended_is_dropped_before_the_wait() {
    let dropped = Count::default();
    run(async {
        let fail = || {
            let held = Guard(dropped.clone());
            async move {
                let _held = held;
                Err::<(), _>(gen::Error::new("no"))
            }
        };
        let tell = |_: &gen::Error, number: u32, _| assert_eq!(dropped.get(), number as usize);
        gen::retry([seconds(1); 2], fail).notify(tell).join().await.unwrap_err();
        Ok(())
    });
    assert_eq!(dropped.get(), 3);
}

/// Otherwise a list of failures would lose its keys, or a child its retry.
#[test]
fn a_retry_is_a_child_like_any_other() {
    let values = run(async {
        let server = Server::failing(1);
        let children = [0, 1].map(|_| gen::retry([seconds(1)], || ask(&server)));
        pending_of(children).await
    });
    assert_eq!(values, [3, 2]);
}

/// Otherwise a program without a timer would hang in its first wait, and would hide why it waits.
#[test]
fn without_a_timer_the_error_shows_the_failures() {
    needs!(NoFeatures);
    let fail = || ready(Err::<(), _>(gen::Error::new("no")));
    let retry = gen::retry([Duration::from_secs(1)], fail).join();
    let error = futures::executor::block_on(retry).unwrap_err();
    assert!(error.is::<NoHost>());
    assert_eq!(error.others()[0].error.to_string(), "no");
}

/// Otherwise the policies of another crate would need an adapter.
#[test]
fn the_schedules_of_backon_fit_as_they_are() {
    let waits = ExponentialBuilder::default().with_min_delay(seconds(1)).with_max_times(2).build();
    let tries = run(async {
        let server = Server::failing(9);
        gen::retry(waits, || ask(&server)).join().await.unwrap_err();
        Ok(server.tries.get())
    });
    assert_eq!(tries, 3);
}

/// Otherwise many clients would come back at the same instant.
#[test]
fn jitter_keeps_to_its_limits_and_differs() {
    let waits: Vec<_> = gen::backoff(Duration::from_secs(8)).factor(1).jitter().take(100).collect();
    let (least, most) = (Duration::from_secs(4), Duration::from_secs(8));
    assert!(waits.iter().all(|wait| (least..=most).contains(wait)), "{waits:?}");
    let early = waits.iter().filter(|wait| **wait < Duration::from_secs(6)).count();
    assert!((20..=80).contains(&early), "{early} of 100 are in the first half");
    let others: Vec<_> = gen::backoff(Duration::from_secs(8)).factor(1).jitter().take(100).collect();
    assert_ne!(waits, others);
}

/// Otherwise a test that fails once could not be repeated.
#[test]
fn on_a_virtual_clock_jitter_is_the_same_in_each_run() {
    let waits = || Vec::from_iter(gen::backoff(Duration::from_secs(8)).jitter().take(9));
    let run = || {
        let two = async { Ok::<_, gen::Error>((waits(), waits())) };
        gen::IoLoop::with_clock(gen::VirtualClock::new()).run_sync(two).unwrap()
    };
    let (one, other) = run();
    assert_ne!(one, other, "the clients of one run come back at different times");
    assert_eq!(run(), (one, other));
}

/// Otherwise a wait would overflow.
#[test]
fn a_backoff_grows_no_further_than_its_longest_wait() {
    let last = gen::backoff(Duration::from_secs(1)).nth(100_000);
    assert_eq!(last, Some(Duration::from_secs(60)));
    let waits = gen::backoff(Duration::from_secs(5)).at_most(Duration::from_secs(2)).jitter().take(9);
    assert!(waits.into_iter().all(|wait| wait <= Duration::from_secs(2)));
    assert_eq!(gen::backoff(Duration::MAX).at_most(Duration::MAX).nth(9), Some(Duration::MAX));
}

/// Otherwise a poll of a status would end too early, or its last value would be lost.
#[test]
fn a_repeat_gives_the_last_value_of_its_schedule() {
    let (value, took) = run(async {
        let (server, began) = (Server::failing(0), now());
        let value = gen::repeat([seconds(2); 3], || ask(&server)).join().await?;
        Ok((value, since(began)))
    });
    assert_eq!(value, 4);
    assert_eq!(took, in_seconds(6));
}

/// Otherwise a failure would be followed by the next success, and would not be seen.
#[test]
fn a_repeat_ends_with_the_first_failure() {
    let tries = Cell::new(0);
    let error = run_to_result(async {
        let ask = || {
            tries.set(tries.get() + 1);
            ready(if tries.get() < 3 { Ok(()) } else { Err(gen::Error::new("gone")) })
        };
        gen::repeat(std::iter::repeat(seconds(1)), ask).join().await
    });
    assert_eq!(error.unwrap_err().to_string(), "gone");
    assert_eq!(tries.get(), 3);
}

/// Otherwise a cancelled task would begin again what it has just been stopped in.
#[test]
fn a_repeat_that_was_cancelled_in_a_time_is_not_repeated() {
    #[gen::coroutine]
    fn graceful(times: Count) -> gen::Result<&'static str> {
        times.add();
        match yield_!(gen::sleep(seconds(3600))) {
            Ok(()) => Ok("slept"),
            Err(_) => Ok("stopped well"),
        }
    }
    let times = Count::default();
    let value = run(async {
        let counted = times.clone();
        let task =
            spawn(async move { gen::repeat([seconds(1); 3], || graceful(counted.clone())).join().await });
        gen::sleep(seconds(1)).await?;
        task.cancel("enough").await;
        task.await
    });
    assert_eq!(value, "stopped well");
    assert_eq!(times.get(), 1);
}
