//! `sleep`: the time of the executor that runs here.

use std::time::Duration;

use behaviour::{in_seconds, needs, now, run, seconds, since, spawn, Order, AGE};

/// Otherwise time would be lost between the call and the yield.
#[test]
fn a_sleep_counts_from_its_call() {
    needs!(VirtualTime);
    run(async {
        let began = now();
        let long = gen::sleep(seconds(3));
        gen::sleep(seconds(2)).await?;
        long.await?;
        assert_eq!(now() - began, seconds(3));
        Ok(())
    });
}

/// Otherwise a sleep would end before its time, or hang.
#[test]
fn a_sleep_takes_as_long_as_is_said() {
    run(async {
        let began = now();
        gen::sleep(seconds(5)).await?;
        assert!(now() - began >= seconds(5));
        assert_eq!(since(began), in_seconds(5));
        Ok(())
    });
}

/// Otherwise tasks with the same deadline would change places from run to run.
#[test]
fn sleeps_are_ordered_by_their_calls_not_by_their_polls() {
    needs!(OrderOfTasks);
    let order = Order::new();
    run(async {
        let (one, two) = (gen::sleep(seconds(1)), gen::sleep(seconds(1)));
        let task = |sleep: gen::Sleep, name: &'static str| {
            let order = order.clone();
            spawn(async move {
                sleep.await?;
                order.push(name);
                Ok::<(), gen::Error>(())
            })
        };
        let second = task(two, "2");
        let first = task(one, "1");
        second.await?;
        first.await
    });
    assert_eq!(order.text(), "12");
}

/// Otherwise `Duration::MAX` would overflow, or be a deadline in the past.
#[test]
fn a_sleep_for_ever_is_no_overflow() {
    #[gen::coroutine]
    fn body() -> gen::Result<bool> {
        drop(gen::with_timeout(Duration::MAX, gen::sleep(seconds(1))));
        let limited = gen::with_timeout(seconds(1), gen::sleep(Duration::MAX));
        Ok(gen::yield_!(limited).unwrap_err().is::<gen::TimeoutError>())
    }
    assert!(run(body()));
}

/// Otherwise a sleep for ever would end some day.
#[test]
fn a_sleep_for_ever_does_not_end_before_one_of_150_years() {
    needs!(VirtualTime);
    run(async {
        let began = now();
        let for_ever = spawn(gen::sleep(Duration::MAX));
        gen::sleep(AGE).await?;
        gen::sleep(AGE).await?;
        assert!(!for_ever.is_done());
        assert_eq!(now() - began, AGE * 2, "it is no deadline that the clock stops at");
        Ok(())
    });
}
