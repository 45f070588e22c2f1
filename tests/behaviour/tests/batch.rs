//! `batch` and `single_flight`: which loads share a call, what each of them gets, and what the end
//! of one does to the others.

use std::cell::Cell;
use std::collections::{BTreeMap, HashMap};
use std::future::{pending, Future};
use std::hash::{Hash, Hasher};
use std::pin::pin;
use std::rc::Rc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock};

use behaviour::{
    elsewhere, in_seconds, logged, logged_with_debug, needs, run, seconds, since, spawn, Count, Guard,
    Journal, PanicsInDrop, Poller,
};
use gen::{yield_, AnswerCountError, Batch, MissingKeyError, NoHost, Panicked};

type Values = HashMap<u32, String>;

/// Says its keys, and gives each one a text.
#[gen::coroutine]
fn texts(keys: Vec<u32>, journal: Journal) -> gen::Result<Values> {
    journal.say(format!("{keys:?}"));
    yield_!(gen::moment())?;
    Ok(keys.into_iter().map(|key| (key, format!("text {key}"))).collect())
}

fn texts_to(journal: &Journal) -> Batch<u32, String> {
    let journal = journal.clone();
    gen::batch(move |keys| texts(keys, journal.clone()))
}

fn of<const N: usize>(batch: &Batch<u32, String>, keys: [u32; N]) -> [gen::Load<u32, String>; N] {
    keys.map(|key| batch.load(key))
}

#[gen::coroutine]
fn loads(batch: Batch<u32, String>, key: u32) -> gen::Result<String> {
    yield_!(batch.load(key))
}

/// Otherwise a list would make a call for each element.
#[test]
fn the_loads_of_one_list_become_one_call() {
    needs!(OneThread);
    run(async {
        let journal = Journal::default();
        let batch = texts_to(&journal);
        let values = yield_three(&batch).await?;
        assert_eq!(values, ["text 3", "text 1", "text 2"]);
        assert_eq!(journal.take(), "[3, 1, 2]");
        Ok(())
    });

    #[gen::coroutine]
    fn yield_three(batch: &Batch<u32, String>) -> gen::Result<[String; 3]> {
        yield_!(of(batch, [3, 1, 2]))
    }
}

/// On several threads a list would make a call for each element: another thread would make the call
/// as soon as the first load has begun it.
#[cfg(feature = "drivers")]
#[test]
fn the_loads_of_one_list_become_one_call_although_another_thread_is_free() {
    let world = ByHand::new();
    let journal = Journal::default();
    let batch = texts_to(&journal);
    let another_thread_runs = futures::future::poll_fn(|_| {
        world.run_tasks();
        std::task::Poll::Ready(gen::Ok(String::new()))
    });
    let list = gen::multi((batch.load(1), another_thread_runs, batch.load(2))).join();
    let values = world.run(list).unwrap();
    assert_eq!((values.0.as_str(), values.2.as_str()), ("text 1", "text 2"));
    assert_eq!(journal.take(), "[1, 2]");

    // A load that begins a call and is dropped does not keep the others waiting.
    let poller = Poller::new();
    let mut first = Box::pin(batch.load(1));
    let late = async {
        assert!(poller.poll(first.as_mut()).is_pending());
        let mut second = Box::pin(batch.load(2));
        assert!(poller.poll(second.as_mut()).is_pending());
        drop(first);
        second.await
    };
    assert_eq!(world.run(late).unwrap(), "text 2");
    assert_eq!(journal.take(), "[2]");
}

/// An executor that polls its tasks when it is told to, on another thread, and a clock that stands
/// still.
#[cfg(feature = "drivers")]
struct ByHand {
    tasks: Arc<Mutex<Vec<std::pin::Pin<Box<gen::SpawnedTask>>>>>,
    clock: tokio::runtime::Runtime,
}

#[cfg(feature = "drivers")]
impl ByHand {
    fn new() -> Self {
        let clock = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build();
        ByHand { tasks: Arc::default(), clock: clock.expect("a runtime") }
    }

    /// Polls each task three times, also those that nothing has woken.
    fn run_tasks(&self) {
        let poll_all = || {
            let _entered = self.clock.enter();
            let poller = Poller::new();
            self.tasks.lock().unwrap().retain_mut(|task| poller.poll(task.as_mut()).is_pending());
        };
        (0..3).for_each(|_| std::thread::scope(|scope| scope.spawn(poll_all).join().unwrap()));
    }

    fn run<T>(&self, body: impl Future<Output = T>) -> T {
        let _entered = self.clock.enter();
        let tasks = self.tasks.clone();
        let spawner = move |task| tasks.lock().unwrap().push(Box::pin(task));
        let mut body = pin!(gen::with_spawner(spawner, body));
        let poller = Poller::new();
        for _ in 0..100 {
            if let std::task::Poll::Ready(output) = poller.poll(body.as_mut()) {
                return output;
            }
            self.run_tasks();
        }
        panic!("it waits for the clock")
    }
}

/// Otherwise requests that run side by side would make a call each.
#[test]
fn the_loads_of_tasks_that_run_in_the_same_turn_become_one_call() {
    needs!(OneThread);
    run(async {
        let journal = Journal::default();
        let batch = texts_to(&journal);
        for _ in 0..2 {
            let tasks = [1, 2, 3].map(|key| spawn(loads(batch.clone(), key)));
            for (task, key) in tasks.into_iter().zip(1..) {
                assert_eq!(task.await?, format!("text {key}"));
            }
        }
        assert_eq!(journal.take(), "[1, 2, 3], [1, 2, 3]");
        Ok(())
    });
}

/// A load would get the value of another key, or none.
#[test]
fn loads_on_any_thread_get_the_values_of_their_keys() {
    run(async {
        let batch = texts_to(&Journal::default()).max(7);
        let tasks: Vec<_> = (0..200).map(|n| spawn(loads(batch.clone(), n % 40))).collect();
        for (n, task) in (0..).zip(tasks) {
            assert_eq!(task.await?, format!("text {}", n % 40));
        }
        Ok(())
    });
}

/// Otherwise a page that shows one author ten times would fetch it ten times.
#[test]
fn equal_keys_share_one_load() {
    needs!(OneThread);
    run(async {
        let journal = Journal::default();
        let batch = texts_to(&journal);
        let values = gen::multi(of(&batch, [7, 8, 7, 7])).join().await?;
        assert_eq!(values, ["text 7", "text 8", "text 7", "text 7"]);
        assert_eq!(journal.take(), "[7, 8]");
        Ok(())
    });
}

/// A database that takes at most so many keys would refuse the call.
#[test]
fn a_call_has_at_most_the_greatest_number_of_keys() {
    needs!(OneThread);
    run(async {
        let journal = Journal::default();
        let batch = texts_to(&journal).max(2);
        let values = gen::multi(of(&batch, [1, 2, 3, 1, 4, 5])).join().await?;
        assert_eq!(values[5], "text 5");
        let calls: std::collections::BTreeSet<_> = journal
            .take()
            .split_inclusive(']')
            .map(|call| call.trim_start_matches(", ").to_owned())
            .collect();
        assert_eq!(calls, ["[1, 2]", "[3, 4]", "[5]"].map(str::to_owned).into());
        Ok(())
    });
}

/// A mistake in the settings would be a call without keys, again and again.
#[test]
#[should_panic(expected = "at most 0 keys")]
fn a_call_without_keys_is_refused_when_the_batch_is_made() {
    let _ = texts_to(&Journal::default()).max(0);
}

/// Otherwise loads that come a little later would make a call each.
#[test]
fn a_window_gathers_the_loads_of_its_time() {
    needs!(VirtualTime);
    let after = |batch: &Batch<u32, String>, delay, key| {
        let batch = batch.clone();
        async move {
            gen::sleep(seconds(delay)).await?;
            batch.load(key).await
        }
    };
    run(async {
        let journal = Journal::default();
        let batch = texts_to(&journal).window(seconds(10));
        let began = behaviour::now();
        let children = [after(&batch, 1, 1), after(&batch, 10, 2), after(&batch, 12, 3)];
        gen::multi(children).join().await?;
        assert_eq!(journal.take(), "[1, 2], [3]");
        assert_eq!(since(began), in_seconds(22));
        Ok(())
    });
}

/// A window would slow down a call that can take no more keys.
#[test]
fn a_full_call_does_not_wait_for_the_end_of_its_window() {
    needs!(VirtualTime);
    run(async {
        let batch = texts_to(&Journal::default()).window(seconds(10)).max(2);
        let began = behaviour::now();
        gen::multi(of(&batch, [1, 2])).join().await?;
        assert_eq!(since(began), in_seconds(0));
        Ok(())
    });
}

/// One key without a value would fail all the others.
#[test]
fn each_load_gets_the_result_of_its_own_key() {
    #[derive(Debug, thiserror::Error)]
    #[error("{0} is odd")]
    struct Odd(u32);

    run(async {
        let halves = gen::batch(|keys: Vec<u32>| async move {
            let half = |key| if key % 2 == 0 { Ok(key / 2) } else { Err(Odd(key)) };
            gen::Ok(keys.into_iter().map(half).collect::<Vec<_>>())
        });
        let loads = [4, 5, 6].map(|key| halves.load(key));
        let results = gen::multi(loads).settle().join().await?;
        let texts = results.map(|result| result.map_err(|error| error.to_string()));
        assert_eq!(texts, [Ok(2), Err("5 is odd".to_owned()), Ok(3)]);
        Ok(())
    });
}

/// A list of results in another order, or of another length, would give users the data of others.
#[test]
fn an_answer_that_does_not_fit_the_keys_is_an_error_that_says_so() {
    needs!(OneThread);
    run(async {
        let short = gen::batch(|keys: Vec<u32>| async move { gen::Ok(vec![gen::Ok(keys[0])]) });
        for load in gen::multi([1, 2, 3].map(|key| short.load(key))).settle().join().await? {
            let error = load.unwrap_err();
            let count = error.downcast_ref::<AnswerCountError>().unwrap();
            assert_eq!((count.keys(), count.answers()), (3, 1));
            assert_eq!(
                error.to_string(),
                "the function of a batch has returned a `Vec` of 1 results for 3 keys"
            );
        }

        let without_two = gen::batch(|keys: Vec<&'static str>| async move {
            let known = keys.into_iter().filter(|key| *key != "two");
            gen::Ok(known.map(|key| (key, key.len())).chain([("extra", 0)]).collect::<BTreeMap<_, _>>())
        });
        let (one, two) = futures::join!(without_two.load("one"), without_two.load("two"));
        assert_eq!(one?, 3);
        let error = two.unwrap_err();
        assert_eq!(error.downcast_ref::<MissingKeyError>().unwrap().key(), "\"two\"");
        assert_eq!(error.to_string(), "the function of a batch has returned no value for the key \"two\"");
        Ok(())
    });
}

#[gen::coroutine]
fn panics(_keys: Vec<u32>) -> gen::Result<Values> {
    yield_!(gen::moment())?;
    panic!("later")
}

/// A load would wait for ever, or get no reason.
#[test]
fn an_error_or_a_panic_of_the_call_is_that_of_each_load() {
    run(async {
        let down = gen::batch(|_: Vec<u32>| async { Err::<Values, _>("the database is down") });
        for load in gen::multi(of(&down, [1, 2])).settle().join().await? {
            assert_eq!(load.unwrap_err().to_string(), "the database is down");
        }
        let at_once =
            gen::batch(|_: Vec<u32>| -> std::future::Ready<gen::Result<Values>> { panic!("at once") });
        for (batch, text) in [(at_once, "at once"), (gen::batch(panics), "later")] {
            for load in gen::multi(of(&batch, [1, 2])).settle().join().await? {
                assert_eq!(load.unwrap_err().downcast_ref::<Panicked>().unwrap().message(), text);
            }
        }
        Ok(())
    });
}

/// A load that was given up would still cost a place in the call.
#[test]
fn a_load_that_is_dropped_before_the_call_leaves_it() {
    needs!(OneThread);
    run(async {
        let journal = Journal::default();
        let batch = texts_to(&journal);
        let poller = Poller::new();
        {
            let (mut one, mut two) = (pin!(batch.load(1)), pin!(batch.load(2)));
            let mut shared = pin!(batch.load(2));
            assert!(poller.poll(one.as_mut()).is_pending());
            assert!(poller.poll(two.as_mut()).is_pending());
            assert!(poller.poll(shared.as_mut()).is_pending());
        }
        gen::moment().await?;
        gen::moment().await?;
        assert_eq!(journal.take(), "", "no load is left");

        let mut kept = pin!(batch.load(2));
        {
            let (mut one, mut two) = (pin!(batch.load(1)), pin!(batch.load(2)));
            assert!(poller.poll(one.as_mut()).is_pending());
            assert!(poller.poll(kept.as_mut()).is_pending());
            assert!(poller.poll(two.as_mut()).is_pending());
        }
        assert_eq!(kept.await?, "text 2");
        assert_eq!(journal.take(), "[2]");
        Ok(())
    });
}

/// A call in flight: says when it begins, and how it ends.
#[gen::coroutine]
fn slow(keys: Vec<u32>, journal: Journal) -> gen::Result<Values> {
    journal.say(format!("{keys:?}"));
    if let Err(error) = yield_!(gen::sleep(seconds(10))) {
        yield_!(gen::sleep(seconds(1)))?;
        journal.say(format!("rolled back, since {}", behaviour::reason(&error)));
        return Err(error);
    }
    Ok(keys.into_iter().map(|key| (key, format!("text {key}"))).collect())
}

fn slow_to(journal: &Journal) -> Batch<u32, String> {
    let journal = journal.clone();
    gen::batch(move |keys| slow(keys, journal.clone()))
}

/// The request of one user who goes away would fail those of others; or a call that no task needs
/// would hold a connection.
#[test]
fn a_call_in_flight_goes_on_as_long_as_a_load_waits_and_is_cancelled_after_that() {
    needs!(VirtualTime);
    run(async {
        let journal = Journal::default();
        let batch = slow_to(&journal);
        let [one, two] = [1, 2].map(|key| spawn(loads(batch.clone(), key)));
        gen::sleep(seconds(1)).await?;
        assert_eq!(one.cancel("the client has gone").await, ());
        assert!(one.await.unwrap_err().is_cancelled());
        assert_eq!(two.await?, "text 2");
        assert_eq!(journal.take(), "[1, 2]");

        let [one, two] = [1, 2].map(|key| spawn(loads(batch.clone(), key)));
        gen::sleep(seconds(1)).await?;
        for task in [one, two] {
            task.cancel("the client has gone").await;
            assert!(task.await.unwrap_err().is_cancelled());
        }
        // The next call does not wait for the clean-up.
        let three = spawn(loads(batch.clone(), 1));
        gen::sleep(seconds(2)).await?;
        let end = "[1, 2], [1], rolled back, since no load waits for the call of a batch any more";
        assert_eq!(journal.take(), end);
        assert_eq!(three.await?, "text 1");
        Ok(())
    });
}

/// The failure of a clean-up would be lost.
#[test]
fn an_error_that_no_load_can_get_is_logged() {
    needs!(VirtualTime);
    let fails = |keys: Vec<u32>| async move {
        if gen::sleep(seconds(10)).await.is_err() {
            gen::bail!("the rollback has failed");
        }
        gen::Ok(
            keys.into_iter().map(|key| if key == 1 { Err("no one") } else { Ok(key) }).collect::<Vec<_>>(),
        )
    };
    let ((), log) = logged(|| {
        run(async {
            let batch = gen::batch(fails);
            let mut first = Box::pin(batch.load(1));
            let poller = Poller::new();
            assert!(poller.poll(first.as_mut()).is_pending());
            let second = spawn({
                let batch = batch.clone();
                async move { batch.load(2).await }
            });
            gen::sleep(seconds(1)).await?;
            drop(first);
            assert_eq!(second.await?, 2);
            Ok(())
        });
    });
    assert_eq!(log.len(), 1, "{log:?}");
    assert!(log[0].starts_with("ERROR gen: a load of a batch failed, and its result was never read: no one"));

    #[gen::coroutine]
    fn rolls_back(_keys: Vec<u32>) -> gen::Result<Values> {
        match yield_!(gen::sleep(seconds(10))) {
            Err(_) => gen::bail!("the rollback has failed"),
            Ok(()) => unreachable!("it is cancelled"),
        }
    }
    let ((), log) = logged(|| {
        run(async {
            let batch = gen::batch(rolls_back);
            let load = gen::with_timeout(seconds(1), batch.load(1)).join().await;
            assert!(load.unwrap_err().is::<gen::TimeoutError>());
            gen::sleep(seconds(1)).await
        });
    });
    assert_eq!(log.len(), 1, "{log:?}");
    assert!(log[0].contains("the rollback has failed"), "{log:?}");
}

/// A load that is woken, and dropped before it looks at its result, would lose the only trace of a
/// failure.
#[test]
fn an_error_that_no_load_looks_at_is_logged_once() {
    needs!(OneThread);
    let fails = |keys: Vec<u32>| async move {
        if keys.len() == 3 {
            gen::bail!("all of it");
        }
        gen::Ok(keys.into_iter().map(|key| Err::<u32, _>(format!("no {key}"))).collect::<Vec<_>>())
    };
    // The loads that are dropped when their results are there; the others read them.
    let unread = |keys: &'static [u32], reads: usize| {
        let ((), log) = logged(|| {
            run(async {
                let (batch, poller) = (gen::batch(fails).window(seconds(1)), Poller::new());
                let mut loads: Vec<_> = keys.iter().map(|key| Box::pin(batch.load(*key))).collect();
                loads.iter_mut().for_each(|load| assert!(poller.poll(load.as_mut()).is_pending()));
                while poller.wakes() < keys.len() {
                    gen::sleep(seconds(1)).await?;
                }
                for mut load in loads.into_iter().take(reads) {
                    assert!(poller.poll(load.as_mut()).is_ready());
                }
                Ok(())
            });
        });
        log
    };
    const OF_A_LOAD: &str = "ERROR gen: a load of a batch failed, and its result was never read";
    let texts = |log: Vec<String>| -> Vec<String> {
        log.iter()
            .map(|text| text.strip_prefix(OF_A_LOAD).expect("it is of a load")[2..].to_owned())
            .map(|text| text.lines().next().unwrap_or_default().to_owned())
            .collect()
    };
    assert_eq!(texts(unread(&[7], 0)), ["no 7"]);
    assert_eq!(texts(unread(&[7, 8], 1)), ["no 8"]);
    assert_eq!(texts(unread(&[7, 7], 0)), ["no 7"], "they share the result");
    assert_eq!(texts(unread(&[7, 7], 1)), [""; 0]);
    assert_eq!(texts(unread(&[1, 2, 3], 0)), ["all of it"], "not once for each key");
    assert_eq!(texts(unread(&[1, 2, 3], 1)), [""; 0]);
}

/// A loop that is dropped with its loads has lost nothing that a log could tell.
#[test]
fn the_end_of_a_loop_is_no_error_of_its_loads_in_the_log() {
    needs!(TheLoop);
    let ((), log) = logged(|| {
        let io_loop = gen::IoLoop::with_clock(gen::VirtualClock::new());
        let batch = slow_to(&Journal::default());
        io_loop
            .run_sync(async {
                let tasks = [1, 2].map(|key| gen::spawn(loads(batch.clone(), key)));
                gen::sleep(seconds(1)).await?;
                let mut load = Box::pin(batch.load(3));
                assert!(Poller::new().poll(load.as_mut()).is_pending());
                gen::Ok((tasks, load))
            })
            .map(|(_, load)| {
                drop(io_loop);
                drop(load);
            })
            .unwrap();
    });
    assert!(log.iter().all(|text| !text.contains("a load of a batch")), "{log:?}");
}

/// A cancelled call is what was asked for: a record of it would be noise.
#[test]
fn a_call_that_ends_by_its_cancellation_is_no_error_in_the_log() {
    needs!(VirtualTime);
    let ((), log) = logged(|| {
        run(async {
            for batch in
                [slow_to(&Journal::default()), gen::batch(|_: Vec<u32>| pending::<gen::Result<Values>>())]
            {
                let load = gen::with_timeout(seconds(1), batch.load(1)).join().await;
                assert!(load.unwrap_err().is::<gen::TimeoutError>());
                gen::sleep(seconds(3)).await?;
            }
            Ok(())
        });
    });
    assert_eq!(log, [""; 0]);
}

/// A value that is being loaded would be loaded twice.
#[test]
fn a_load_of_a_key_in_flight_joins_it_unless_the_key_was_forgotten() {
    needs!(VirtualTime);
    run(async {
        let journal = Journal::default();
        let batch = slow_to(&journal);
        let began = behaviour::now();
        let first = spawn(loads(batch.clone(), 1));
        gen::sleep(seconds(4)).await?;
        let joins = spawn(loads(batch.clone(), 1));
        batch.forget(&1);
        batch.forget(&2);
        let anew = spawn(loads(batch.clone(), 1));
        for task in [first, joins] {
            assert_eq!(task.await?, "text 1");
            assert_eq!(since(began), in_seconds(10));
        }
        assert_eq!(anew.await?, "text 1");
        assert_eq!(since(began), in_seconds(14));
        assert_eq!(journal.take(), "[1], [1]");
        Ok(())
    });
}

/// The function would get a key twice, and one of its loads an error for a value that is there.
#[test]
fn a_key_that_is_forgotten_before_its_call_is_asked_for_once() {
    needs!(OneThread);
    run(async {
        let journal = Journal::default();
        let batch = texts_to(&journal);
        let first = spawn(loads(batch.clone(), 1));
        batch.forget(&1);
        let second = spawn(loads(batch.clone(), 1));
        assert_eq!(first.await?, "text 1");
        assert_eq!(second.await?, "text 1");
        assert_eq!(journal.take(), "[1]");
        Ok(())
    });
}

/// A batch would be a cache that never forgets.
#[test]
fn nothing_is_kept_when_the_call_is_over() {
    needs!(OneThread);
    let alive = Count::default();
    let dropped = alive.clone();
    run(async {
        let batch = gen::batch(move |keys: Vec<u32>| {
            let value = Arc::new(Guard(dropped.clone()));
            async move { gen::Ok(keys.into_iter().map(|key| gen::Ok((key, value.clone()))).collect::<Vec<_>>()) }
        });
        let values = gen::multi([1, 2, 1].map(|key| batch.load(key))).join().await?;
        drop(values);
        assert_eq!(alive.get(), 1);
        assert_eq!(batch.load(1).await?.0, 1);
        assert_eq!(alive.get(), 2);
        Ok(())
    });
}

/// Otherwise each load of a large value would copy it.
#[test]
fn the_only_load_of_a_key_gets_the_value_itself() {
    needs!(OneThread);
    struct Counted(Count);
    impl Clone for Counted {
        fn clone(&self) -> Self {
            self.0.add();
            Counted(self.0.clone())
        }
    }
    run(async {
        let clones = Count::default();
        let batch = gen::batch({
            let clones = clones.clone();
            move |keys: Vec<u32>| {
                let value = |_| gen::Ok(Counted(clones.clone()));
                let values: Vec<_> = keys.into_iter().map(value).collect();
                async { gen::Ok(values) }
            }
        });
        gen::multi([1, 2, 3].map(|key| batch.load(key))).join().await?;
        assert_eq!(clones.get(), 0);
        gen::multi([4, 4, 4].map(|key| batch.load(key))).join().await?;
        assert_eq!(clones.get(), 2);
        Ok(())
    });
}

/// Each of a thousand requests would fetch an entry that has expired.
#[test]
fn a_single_flight_joins_the_loads_of_a_key_until_its_call_is_over() {
    needs!(VirtualTime);
    run(async {
        let journal = Journal::default();
        let flight = gen::single_flight({
            let journal = journal.clone();
            move |key: u32| {
                journal.say(format!("{key}"));
                async move {
                    gen::sleep(seconds(u64::from(key))).await?;
                    if key == 3 {
                        gen::bail!("there is no {key}");
                    }
                    gen::Ok(format!("text {key}"))
                }
            }
        });
        let load = |key| {
            let flight = flight.clone();
            async move { flight.load(key).await }
        };
        let results = gen::multi([1, 2, 1, 3, 3].map(load)).settle().join().await?;
        let texts = results.map(|result| result.unwrap_or_else(|error| error.to_string()));
        assert_eq!(texts, ["text 1", "text 2", "text 1", "there is no 3", "there is no 3"]);
        // A slow key does not slow down the others, and an error is not kept.
        assert_eq!(journal.take(), "1, 2, 3");
        let began = behaviour::now();
        assert_eq!(load(1).await?, "text 1");
        assert_eq!(since(began), in_seconds(1));
        let first = spawn(load(2));
        gen::sleep(seconds(1)).await?;
        flight.forget(&2);
        let second = spawn(load(2));
        first.await?;
        second.await?;
        assert_eq!(journal.take(), "1, 2, 2");
        Ok(())
    });
}

/// A program on an executor without tasks would hang.
#[test]
fn without_a_host_a_load_fails_and_says_what_to_do() {
    needs!(NoFeatures);
    let journal = Journal::default();
    let batch = texts_to(&journal);
    let (one, two) = futures::executor::block_on(async { futures::join!(batch.load(1), batch.load(2)) });
    for error in [one.unwrap_err(), two.unwrap_err()] {
        assert!(error.is::<NoHost>(), "{error}");
    }
    let local = gen::batch_local(|keys: Vec<u32>| async move {
        gen::Ok(keys.into_iter().map(gen::Ok).collect::<Vec<_>>())
    });
    assert!(futures::executor::block_on(local.load(1)).unwrap_err().is::<NoHost>());
    assert_eq!(journal.take(), "");
    // The batch can be used elsewhere.
    assert_eq!(run(async { batch.load(1).await }), "text 1");
}

/// A load on another loop would wait for ever.
#[test]
fn a_load_gets_an_error_if_the_loop_of_its_call_is_dropped() {
    needs!(TheLoop);
    let (batch, poller) = (slow_to(&Journal::default()), Poller::new());
    let mut load = Box::pin(batch.load(1));
    {
        let io_loop = gen::IoLoop::with_clock(gen::VirtualClock::new());
        io_loop.block_on(async {
            assert!(poller.poll(load.as_mut()).is_pending());
            gen::sleep(seconds(1)).await.unwrap();
        });
    }
    assert_eq!(poller.wakes(), 1);
    let std::task::Poll::Ready(result) = poller.poll(load.as_mut()) else { panic!("it waits") };
    assert!(result.unwrap_err().is::<gen::LoopClosed>());
}

/// Loads would hang after a shutdown that cancels all tasks.
#[test]
fn a_call_that_others_cancel_ends_its_loads() {
    needs!(TheLoop);
    let poller = Poller::new();
    for (batch, waits) in [
        (slow_to(&Journal::default()), 1),
        (gen::batch(|_: Vec<u32>| pending::<gen::Result<Values>>()), 1),
        (slow_to(&Journal::default()).window(seconds(60)), 0),
    ] {
        let mut load = Box::pin(batch.load(1));
        let io_loop = gen::IoLoop::with_clock(gen::VirtualClock::new());
        io_loop.block_on(async {
            assert!(poller.poll(load.as_mut()).is_pending());
            gen::sleep(seconds(waits)).await.unwrap();
        });
        let _ = io_loop.shutdown(seconds(60));
        let std::task::Poll::Ready(result) = poller.poll(load.as_mut()) else { panic!("it waits") };
        assert!(result.unwrap_err().is_cancelled());
    }
}

/// A server with several threads would lose a load.
#[test]
fn loads_of_two_loops_share_one_call() {
    needs!(TheLoop);
    let batch = texts_to(&Journal::default());
    let on_a_loop = |key| gen::run_sync(async { batch.load(key).await }).unwrap();
    for _ in 0..200 {
        let both = elsewhere(|| {
            std::thread::scope(|scope| {
                let other = scope.spawn(|| on_a_loop(1));
                // Its loop may be closed while it makes the call of both.
                let mine = gen::run_sync(async { batch.load(1).await });
                (mine, other.join())
            })
        });
        for result in [both.0.map_err(|error| error.is::<gen::LoopClosed>()), Ok(both.1.unwrap_or_default())]
        {
            assert!(matches!(result, Ok(_) | Err(true)));
        }
    }
}

/// A value that is no `Send` could not be loaded together.
#[test]
fn a_local_batch_has_keys_and_values_of_one_thread() {
    needs!(LocalTasks);
    run(async {
        let calls = Rc::new(Cell::new(0));
        let batch = gen::batch_local({
            let calls = calls.clone();
            move |keys: Vec<Rc<str>>| {
                calls.set(calls.get() + 1);
                async move { gen::Ok(keys.into_iter().map(|key| (key.clone(), key)).collect::<HashMap<_, _>>()) }
            }
        });
        let values = gen::multi(["a", "b"].map(|key| batch.load(key.into()))).join().await?;
        assert_eq!(values.map(|value| value.to_string()), ["a", "b"]);
        assert_eq!(calls.get(), 1);
        let flight = gen::single_flight_local(|key: Rc<str>| async move { gen::Ok(key) });
        assert_eq!(&*flight.load("c".into()).await?, "c");
        Ok(())
    });
}

/// A key whose code uses the batch, or panics.
#[derive(Clone)]
struct Odd {
    number: u32,
    fault: Option<&'static str>,
}

static BATCH: OnceLock<Batch<Odd, u32>> = OnceLock::new();
static EQUALITIES: AtomicUsize = AtomicUsize::new(0);

fn odd(number: u32) -> Odd {
    Odd { number, fault: None }
}

impl Hash for Odd {
    fn hash<H: Hasher>(&self, state: &mut H) {
        // All hashes are equal.
        0.hash(state);
    }
}

impl PartialEq for Odd {
    fn eq(&self, other: &Self) -> bool {
        EQUALITIES.fetch_add(1, Ordering::Relaxed);
        assert!(self.fault != Some("eq") && other.fault != Some("eq"), "eq panics");
        // The batch is not locked meanwhile.
        let batch = BATCH.get().expect("it is made");
        drop(batch.load(Odd { number: 0, fault: None }));
        self.number == other.number
    }
}

impl Eq for Odd {}

impl std::fmt::Debug for Odd {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.number.fmt(f)
    }
}

/// A lock that is held while a key is compared would stop the program, and a panic there would
/// break the batch.
#[test]
fn keys_may_collide_use_the_batch_and_panic() {
    needs!(OneThread);
    run(async {
        let batch = gen::batch(|keys: Vec<Odd>| async move {
            gen::Ok(keys.into_iter().map(|key| gen::Ok(key.number * 10)).collect::<Vec<_>>())
        });
        let batch = BATCH.get_or_init(|| batch);
        let poller = Poller::new();
        let mut first = Box::pin(batch.load(odd(1)));
        assert!(poller.poll(first.as_mut()).is_pending());
        let faulty = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            poller.poll(pin!(batch.load(Odd { number: 9, fault: Some("eq") })))
        }));
        assert!(faulty.is_err());
        let values = gen::multi([2, 1, 3, 2].map(|number| batch.load(odd(number)))).join().await?;
        assert_eq!(values, [20, 10, 30, 20]);
        assert_eq!(first.await?, 10);
        assert!(EQUALITIES.load(Ordering::Relaxed) > 5);
        Ok(())
    });
}

/// The loads of a call would hang, since one key or value panics when it is dropped.
#[test]
fn a_key_or_a_value_that_panics_in_its_drop_harms_no_other_load() {
    #[derive(Clone)]
    struct Key(u32, #[expect(dead_code, reason = "it is only dropped")] Arc<Mutex<Option<PanicsInDrop>>>);
    impl PartialEq for Key {
        fn eq(&self, other: &Self) -> bool {
            self.0 == other.0
        }
    }
    impl Eq for Key {}
    impl Hash for Key {
        fn hash<H: Hasher>(&self, state: &mut H) {
            self.0.hash(state);
        }
    }
    needs!(VirtualTime);
    let ((), log) = logged(|| {
        run(async {
            let batch = gen::batch(|keys: Vec<Key>| async move {
                let numbers: Vec<_> = keys.iter().map(|key| gen::Ok(key.0)).collect();
                // The last owner of the key is the table.
                drop(keys);
                gen::sleep(seconds(5)).await?;
                gen::Ok(numbers)
            });
            let poller = Poller::new();
            let mut dropped = Box::pin(batch.load(Key(1, Arc::new(Mutex::new(Some(PanicsInDrop))))));
            assert!(poller.poll(dropped.as_mut()).is_pending());
            let kept = [2, 3].map(|number| batch.load(Key(number, Arc::default())));
            let kept = spawn(async { gen::multi(kept).join().await });
            gen::sleep(seconds(1)).await?;
            drop(dropped);
            assert_eq!(kept.await?, [2, 3]);
            Ok(())
        });
    });
    assert_eq!(log.len(), 1, "{log:?}");
    assert!(log[0].starts_with("ERROR gen: the drop of a key of a batch panicked"), "{log:?}");
}

/// A task that waits behind a load would not see that it was woken.
#[test]
fn a_load_may_move_to_another_task_while_it_waits() {
    needs!(VirtualTime);
    run(async {
        let batch = slow_to(&Journal::default()).window(seconds(1));
        let mut load = batch.load(1);
        let poller = Poller::new();
        assert!(poller.poll(pin!(&mut load)).is_pending());
        gen::sleep(seconds(2)).await?;
        assert_eq!(spawn(load).await?, "text 1");
        assert_eq!(poller.wakes(), 0);
        Ok(())
    });
}

/// The waker of a load that was dropped would be kept as long as the call.
#[test]
fn a_load_that_is_dropped_leaves_no_waker() {
    needs!(VirtualTime);
    run(async {
        let batch = slow_to(&Journal::default());
        let kept = spawn(loads(batch.clone(), 1));
        let poller = Poller::new();
        {
            let mut load = pin!(batch.load(1));
            assert!(poller.poll(load.as_mut()).is_pending());
        }
        assert_eq!(poller.into_leak().clones(), 0);
        assert_eq!(kept.await?, "text 1");
        Ok(())
    });
}

/// The rest of the log would hide behind what is no failure.
#[test]
fn a_batch_that_works_logs_nothing() {
    let ((), log) = logged_with_debug(|| {
        run(async {
            let batch = texts_to(&Journal::default());
            let load = pin!(batch.load(1));
            drop(batch.load(2));
            load.await.map(drop)
        });
    });
    assert_eq!(log, [""; 0]);
}

fn is_a_future<F: Future>(_: &F) {}

/// A loader in the state of a server could not be used by its handlers.
#[test]
fn a_load_owns_all_that_it_needs() {
    let load = texts_to(&Journal::default()).load(1);
    is_a_future(&load);
    fn check<T: Send + Sync + Unpin + 'static>(_: &T) {}
    check(&load);
    check(&texts_to(&Journal::default()));
}
