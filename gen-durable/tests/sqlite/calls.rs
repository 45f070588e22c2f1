//! Calls between the runs of a store: in this process, in another one, and while none lives.

use std::path::Path;
use std::time::Duration;

use gen::yield_;
use gen_durable::{
    call, resume_all, signal, sleep, start, step, with_timeout, Bodies, RunState, Runs, SqliteOptions,
    SqliteStore, StepFailed,
};

use crate::world::dying::Dying;
use crate::world::{block_on, Folder, World};

const HOUR: Duration = Duration::from_secs(3600);

fn open(path: &Path) -> SqliteStore {
    SqliteOptions::new().survive_power_cut(false).open(path).unwrap()
}

fn line(store: &SqliteStore, body: &str) -> String {
    let runs = store.runs().unwrap();
    let line = runs.iter().find(|run| run.body == body).map(ToString::to_string).unwrap_or_default();
    line.split(" at ").next().unwrap().to_owned()
}

/// Charges, and starts a letter, for which it does not wait.
#[gen::coroutine]
fn order(world: World, key: String) -> gen::Result<String> {
    yield_!(step("begin", world.work("begin", ())))?;
    let paid: u32 = yield_!(call("charge", key.as_str(), &30))?;
    yield_!(start("letter", key.as_str(), &()))?;
    yield_!(step("send", world.work("send", ())))?;
    Ok(format!("{paid} euros"))
}

#[gen::coroutine]
fn charge(world: World, price: u32) -> gen::Result<u32> {
    yield_!(step("charge", world.work("charge", ())))?;
    yield_!(sleep(HOUR))?;
    gen::ensure!(price > 0, StepFailed::new("nothing to pay").with_code(402).with_payload(&price));
    Ok(price)
}

#[gen::coroutine]
fn letter(world: World) -> gen::Result {
    yield_!(step("letter", world.work("letter", ())))
}

fn callees(world: &World) -> Bodies {
    let (charges, letters) = (world.clone(), world.clone());
    Bodies::new()
        .body("charge", move |price| charge(charges.clone(), price))
        .body("letter", move |()| letter(letters.clone()))
}

fn bodies(world: &World) -> Bodies {
    let orders = world.clone();
    callees(world).body("order", move |key| order(orders.clone(), key))
}

/// Resumes the runs, and waits for those of these names.
fn end_of<const N: usize>(
    store: &SqliteStore,
    bodies: Bodies,
    names: [(&str, &str); N],
) -> gen::Result<Vec<serde_json::Value>> {
    block_on(async {
        let runs = resume_all(store, bodies)?;
        let mut ends = Vec::new();
        for (body, key) in names {
            ends.push(runs.get(body, key)?.result().await?);
        }
        Ok(ends)
    })
}

#[test]
fn two_callers_of_one_key_wait_for_one_run() {
    let folder = Folder::new("calls-two");
    let (store, world) = (open(&folder.file("orders.db")), World::default());
    let ends = block_on(async {
        let runs = resume_all(&store, bodies(&world))?;
        let first = runs.start("order", "1", "a").await?;
        let second = runs.start("order", "2", "a").await?;
        let ends: (String, String) = (first.result().await?, second.result().await?);
        // The run has ended, and is not done again.
        let third = runs.start("order", "3", "a").await?.result::<String>().await?;
        runs.get("letter", "a")?.result::<()>().await?;
        Ok((ends, third))
    });
    let paid = || "30 euros".to_owned();
    assert_eq!(ends.unwrap(), ((paid(), paid()), paid()));
    let mut log = world.log();
    log.sort();
    assert_eq!(log, ["begin", "begin", "begin", "charge", "letter", "send", "send", "send"]);
    store.check().unwrap();
}

#[test]
fn a_caller_that_is_killed_at_any_moment_begins_each_run_once() {
    let mut deaths = 0;
    for left in 0.. {
        let folder = Folder::new("calls-killed");
        let (path, world) = (folder.file("orders.db"), World::default());
        let store = open(&path);
        let died = block_on(async {
            let runs = resume_all(&store, callees(&world))?;
            let inner = Box::new(store.journal("order", "7")?);
            let end = gen_durable::run(order(world.clone(), "a".into()), Dying { inner, left }).await;
            drop(runs);
            Ok(end.is_err())
        });
        let died = died.unwrap();
        drop(store);
        let store = open(&path);
        store.check().unwrap();
        let bodies = {
            let world = world.clone();
            callees(&world).body("order", move |()| order(world.clone(), "a".into()))
        };
        let names = [("order", "7"), ("charge", "a"), ("letter", "a")];
        let ends = end_of(&store, bodies, names).unwrap();
        assert_eq!(ends, [serde_json::json!("30 euros"), 30.into(), serde_json::Value::Null], "{left}");
        assert_eq!(store.runs().unwrap().len(), 3);
        let done = |what: &str| world.log().iter().filter(|done| *done == what).count();
        assert!(done("charge") <= 2 && done("letter") <= 2, "{:?}", world.log());
        if !died {
            assert_eq!((done("charge"), done("letter")), (1, 1));
            break;
        }
        deaths += 1;
    }
    assert!(deaths > 10, "{deaths}");
}

#[test]
fn the_failure_of_the_other_run_arrives_with_its_code_and_payload() {
    #[gen::coroutine]
    fn caller(world: World) -> gen::Result<String> {
        let error = yield_!(call::<u32>("charge", "a", &0)).expect_err("nothing to pay");
        let failed = error.downcast_ref::<StepFailed>().expect("a call fails with it");
        yield_!(step("note", world.work("note", ())))?;
        yield_!(sleep(HOUR))?;
        Ok(format!("{} {failed} {:?}", failed.code(), failed.payload::<u32>()))
    }
    let folder = Folder::new("calls-fails");
    let (store, world) = (open(&folder.file("orders.db")), World::default());
    let bodies = || {
        let caller_world = world.clone();
        callees(&world).body("caller", move |()| caller(caller_world.clone()))
    };
    block_on(async {
        let runs = resume_all(&store, bodies())?;
        drop(runs.start("caller", "7", &()).await?);
        gen::sleep(HOUR + Duration::from_secs(60)).await
    })
    .unwrap();
    assert_eq!(world.log(), ["charge", "note"]);
    let end = end_of(&store, bodies(), [("caller", "7")]).unwrap();
    assert_eq!(end, ["402 nothing to pay Some(0)"]);
}

#[gen::coroutine]
fn patient(world: World, name: String) -> gen::Result<u32> {
    let slept = yield_!(sleep(1000 * HOUR));
    if slept.is_err() {
        yield_!(gen::shield(step("refund", world.work(&format!("refund {name}"), ()))))?;
    }
    slept.map(|()| 7)
}

#[gen::coroutine]
fn impatient() -> gen::Result<u32> {
    let late = yield_!(with_timeout(HOUR, call::<u32>("patient", "late", "late")));
    gen::ensure!(late.is_err_and(|error| error.is::<gen::TimeoutError>()), "it sleeps longer");
    yield_!(start("patient", "started", "started"))?;
    yield_!(call("patient", "called", "called"))
}

fn patients(world: &World) -> Bodies {
    let world = world.clone();
    Bodies::new()
        .body("patient", move |name| patient(world.clone(), name))
        .body("impatient", |()| impatient())
}

#[test]
fn a_cancelled_caller_cancels_the_run_for_which_it_waits_and_no_other_one() {
    let folder = Folder::new("calls-cancelled");
    let (path, world) = (folder.file("orders.db"), World::default());
    let store = open(&path);
    block_on(async {
        drop(resume_all(&store, patients(&world))?.start("impatient", "7", &()).await?);
        gen::sleep(2 * HOUR).await
    })
    .unwrap();
    assert_eq!(
        line(&store, "impatient"),
        "impatient `7`: free, waits for the call of `patient` with key `called`"
    );
    // No process runs it, and another one goes on with it.
    open(&path).cancel("impatient", "7", "too late").unwrap();
    drop(store);
    let store = open(&path);
    let error = end_of(&store, patients(&world), [("impatient", "7")]).unwrap_err();
    assert_eq!(error.downcast_ref::<StepFailed>().unwrap().code(), StepFailed::CANCELLED, "{error}");
    let error = end_of(&store, patients(&world), [("patient", "called")]).unwrap_err();
    assert_eq!(error.to_string().split(" (").next(), Some("cancelled: too late"), "{error}");
    assert_eq!(world.log(), ["refund called"]);
    for key in ["late", "started"] {
        assert!(store.result::<u32>("patient", key).unwrap().is_none(), "it goes on");
    }
    store.check().unwrap();
}

#[gen::coroutine]
fn fragile(world: World) -> gen::Result<u32> {
    let slept = yield_!(sleep(1000 * HOUR));
    if slept.is_err() {
        // A second cancellation would break this clean-up.
        yield_!(sleep(HOUR))?;
        yield_!(step("refund", world.work("refund", ())))?;
    }
    slept.map(|()| 7)
}

#[gen::coroutine]
fn waits_for_fragile() -> gen::Result<u32> {
    yield_!(call("fragile", "7", &()))
}

#[test]
fn the_second_caller_that_is_cancelled_does_not_break_the_clean_up_of_its_callee() {
    let folder = Folder::new("calls-twice");
    let (store, world) = (open(&folder.file("orders.db")), World::default());
    let fragiles = world.clone();
    let bodies = Bodies::new()
        .body("fragile", move |()| fragile(fragiles.clone()))
        .body("caller", |()| waits_for_fragile());
    let error = block_on(async {
        let runs = resume_all(&store, bodies)?;
        let first = runs.start("caller", "1", &()).await?;
        let second = runs.start("caller", "2", &()).await?;
        gen::sleep(HOUR).await?;
        first.cancel("first").await?;
        assert!(first.result::<u32>().await.is_err());
        gen::sleep(Duration::from_secs(60)).await?;
        second.cancel("second").await?;
        assert!(second.result::<u32>().await.is_err());
        Ok(runs.get("fragile", "7")?.result::<u32>().await.unwrap_err())
    });
    let error = error.unwrap().to_string();
    assert_eq!(world.log(), ["refund"], "{error}");
    assert_eq!(error.split(" (").next(), Some("cancelled: first"));
}

/// Calls the next one of a circle, and cleans up.
#[gen::coroutine]
fn clean_round(world: World, this: u32, next: u32) -> gen::Result<u32> {
    let called = yield_!(call::<u32>("round", next.to_string(), &(next, this)));
    if called.is_err() {
        yield_!(sleep(HOUR))?;
        yield_!(step("clean", world.work(&format!("clean {this}"), ())))?;
    }
    called
}

#[test]
fn in_a_circle_a_cancellation_does_not_come_back_into_the_clean_up() {
    let folder = Folder::new("calls-circle-clean");
    let (store, world) = (open(&folder.file("orders.db")), World::default());
    let rounds = world.clone();
    let bodies = Bodies::new().body("round", move |(this, next)| clean_round(rounds.clone(), this, next));
    block_on(async {
        let runs = resume_all(&store, bodies)?;
        let run = runs.start("round", "1", &(1, 2)).await?;
        gen::sleep(HOUR).await?;
        run.cancel("a circle").await?;
        assert!(run.result::<u32>().await.is_err());
        assert!(runs.get("round", "2")?.result::<u32>().await.is_err());
        Ok(())
    })
    .unwrap();
    let mut log = world.log();
    log.sort();
    assert_eq!(log, ["clean 1", "clean 2"]);
}

#[test]
fn a_run_of_a_body_that_this_process_does_not_know_is_taken_by_another_one() {
    let folder = Folder::new("calls-elsewhere");
    let (path, world) = (folder.file("orders.db"), World::default());
    let (here, there) = (open(&path), open(&path));
    #[gen::coroutine]
    fn caller() -> gen::Result<u32> {
        yield_!(call("double", "7", &21))
    }
    let doubles = world.clone();
    let end: gen::Result<u32> = gen::run_sync(async {
        let runs = resume_all(&here, Bodies::new().body("caller", |()| caller()))?;
        let run = runs.start("caller", "7", &()).await?;
        while line(&here, "double").is_empty() {
            gen::sleep(Duration::from_millis(1)).await?;
        }
        assert_eq!(line(&here, "double"), "double `7`: free");
        let double = move |number: u32| {
            let doubles = doubles.clone();
            doubled(doubles, number)
        };
        drop(resume_all(&there, Bodies::new().body("double", double))?);
        run.result::<u32>().await
    });
    assert_eq!(end.unwrap(), 42);
    assert_eq!(world.log(), ["double"]);
}

#[gen::coroutine]
fn doubled(world: World, number: u32) -> gen::Result<u32> {
    yield_!(step("double", world.work("double", ())))?;
    Ok(2 * number)
}

#[test]
fn a_result_that_came_before_a_deadline_counts_also_if_no_process_ran() {
    #[gen::coroutine]
    fn caller() -> gen::Result<String> {
        match yield_!(with_timeout(HOUR, call::<u32>("answer", "7", &()))) {
            Ok(answer) => Ok(format!("answer {answer}")),
            Err(error) if error.is::<gen::TimeoutError>() => Ok("too late".into()),
            Err(error) => Err(error),
        }
    }
    #[gen::coroutine]
    fn answer() -> gen::Result<u32> {
        yield_!(signal("answer"))
    }
    let callers = || Bodies::new().body("caller", |()| caller());
    let folder = Folder::new("calls-deadline");
    for (file, is_answered) in [("before.db", true), ("after.db", false)] {
        let store = open(&folder.file(file));
        block_on(async {
            drop(resume_all(&store, callers())?.start("caller", "7", &()).await?);
            gen::sleep(Duration::from_secs(60)).await
        })
        .unwrap();
        if is_answered {
            store.send_signal("answer", "7", "answer", &42).unwrap();
            end_of(&store, Bodies::new().body("answer", |()| answer()), [("answer", "7")]).unwrap();
        }
        let end = block_on(async {
            // Long after the deadline.
            gen::sleep(5 * HOUR).await?;
            resume_all(&store, callers())?.get("caller", "7")?.result::<String>().await
        });
        assert_eq!(end.unwrap(), if is_answered { "answer 42" } else { "too late" });
    }
}

#[gen::coroutine]
fn answered_in_time() -> gen::Result<bool> {
    let answer = yield_!(with_timeout(3 * HOUR, call::<u32>("answers", "7", &())));
    Ok(answer.is_ok())
}

#[gen::coroutine]
fn answers() -> gen::Result<u32> {
    yield_!(signal("answer"))
}

#[test]
fn a_result_of_another_process_that_came_before_a_deadline_comes_before_it() {
    let folder = Folder::new("calls-deadline-elsewhere");
    for (after, in_time) in [(2, true), (4, false)] {
        let path = folder.file(&format!("{after}.db"));
        let (here, there) = (open(&path), open(&path));
        let end = block_on(async {
            let run = resume_all(&here, Bodies::new().body("caller", |()| answered_in_time()))?;
            let run = run.start("caller", "7", &()).await?;
            let elsewhere = resume_all(&there, Bodies::new().body("answers", |()| answers()))?;
            let other = elsewhere.start("answers", "7", &()).await?;
            gen::sleep(HOUR * after).await?;
            other.send_signal("answer", &42).await?;
            assert_eq!(other.result::<u32>().await?, 42);
            // Until the next deadline, the thread of the first store has no time to look.
            run.result::<bool>().await
        });
        assert_eq!(end.unwrap(), in_time, "after {after} hours");
    }
}

#[gen::coroutine]
fn reminds(after: Duration) -> gen::Result {
    yield_!(start("letter", "late", &()).after(after))
}

fn reminders(world: &World, after: Duration) -> Bodies {
    callees(world).body("reminds", move |()| reminds(after))
}

async fn remind(runs: &Runs) -> gen::Result {
    runs.start("reminds", "7", &()).await?.result().await
}

#[test]
fn a_delayed_run_begins_when_it_is_time() {
    let folder = Folder::new("calls-delayed");
    let (store, world) = (open(&folder.file("orders.db")), World::default());
    block_on(async {
        let runs = resume_all(&store, reminders(&world, 72 * HOUR))?;
        remind(&runs).await?;
        gen::sleep(71 * HOUR).await?;
        assert!(world.log().is_empty());
        assert_eq!(line(&store, "letter"), "letter `late`: delayed");
        gen::sleep(HOUR + Duration::from_secs(60)).await?;
        assert_eq!(world.log(), ["letter"]);
        runs.get("letter", "late")?.result::<()>().await
    })
    .unwrap();
    assert_eq!(line(&store, "letter"), "letter `late`: ended with a value");
}

#[test]
fn a_delayed_run_that_is_due_while_no_process_lives_begins_when_the_runs_are_resumed() {
    let folder = Folder::new("calls-due");
    let (path, world) = (folder.file("orders.db"), World::default());
    let store = open(&path);
    block_on(async { remind(&resume_all(&store, reminders(&world, 72 * HOUR))?).await }).unwrap();
    drop(store);
    let later = |hours: u32| {
        let store = open(&path);
        block_on(async {
            gen::sleep(HOUR * hours).await?;
            let _runs = resume_all(&store, reminders(&world, HOUR))?;
            gen::sleep(Duration::from_secs(60)).await
        })
        .unwrap();
    };
    later(71);
    assert!(world.log().is_empty());
    later(73);
    assert_eq!(world.log(), ["letter"]);
}

#[test]
fn a_delayed_run_that_is_cancelled_ends_at_once_and_does_not_begin() {
    let folder = Folder::new("calls-delayed-cancelled");
    let (path, world) = (folder.file("orders.db"), World::default());
    let store = open(&path);
    let error = block_on(async {
        let runs = resume_all(&store, reminders(&world, 72 * HOUR))?;
        remind(&runs).await?;
        let letter = runs.get("letter", "late")?;
        store.cancel("letter", "late", "not needed")?;
        let began = gen::drive::now();
        let error = letter.result::<()>().await.unwrap_err();
        assert!(gen::drive::now() - began < HOUR);
        Ok(error)
    });
    let error = error.unwrap();
    assert_eq!(error.to_string(), "cancelled: not needed");
    assert_eq!(error.downcast_ref::<StepFailed>().unwrap().code(), StepFailed::CANCELLED);
    assert!(world.log().is_empty());
    store.check().unwrap();
}

#[gen::coroutine]
fn round(this: u32, next: u32) -> gen::Result<u32> {
    let next = next.to_string();
    let called = yield_!(call::<u32>("round", next.as_str(), &(next.parse::<u32>()?, this)));
    called.map(|number| number + 1)
}

#[test]
fn a_run_that_calls_itself_fails_and_a_circle_is_in_the_list_and_can_be_cancelled() {
    let folder = Folder::new("calls-circle");
    let store = open(&folder.file("orders.db"));
    let bodies = || Bodies::new().body("round", |(this, next)| round(this, next));
    let error = block_on(async {
        resume_all(&store, bodies())?.start("round", "1", &(1, 1)).await?.result::<u32>().await
    });
    let error = error.unwrap_err().to_string();
    assert!(error.starts_with("the run `1` of `round` calls itself"), "{error}");
    let circle = block_on(async {
        let runs = resume_all(&store, bodies())?;
        let run = runs.start("round", "2", &(2, 3)).await?;
        gen::sleep(HOUR).await?;
        let lines: Vec<String> = store.runs()?.iter().skip(1).map(ToString::to_string).collect();
        run.cancel("a circle").await?;
        assert!(run.result::<u32>().await.is_err());
        assert!(runs.get("round", "3")?.result::<u32>().await.is_err());
        Ok(lines)
    });
    let circle = circle.unwrap();
    for (line, key, other) in [(&circle[0], 2, 3), (&circle[1], 3, 2)] {
        let expected =
            format!("round `{key}`: in progress, waits for the call of `round` with key `{other}`");
        assert!(line.starts_with(&expected), "{line}");
    }
}

#[test]
fn a_name_that_is_too_long_fails_the_call_and_not_the_run() {
    #[gen::coroutine]
    fn caller() -> gen::Result<String> {
        let failed = yield_!(call::<u32>("charge", "x".repeat(2000), &())).expect_err("too long");
        let started = yield_!(start("charge", "x".repeat(2000), &())).expect_err("too long");
        Ok(format!("{failed}; {started}"))
    }
    let folder = Folder::new("calls-long");
    let store = open(&folder.file("orders.db"));
    for _ in 0..2 {
        let end = block_on(gen_durable::run(caller(), store.journal("caller", "7").unwrap()));
        assert_eq!(end.unwrap().matches("a key has 2000 bytes").count(), 2);
    }
}

#[test]
fn a_run_that_is_removed_while_it_is_waited_for_fails_its_caller() {
    let folder = Folder::new("calls-removed");
    let store = open(&folder.file("orders.db"));
    let other = open(&folder.file("orders.db"));
    #[gen::coroutine]
    fn caller(key: String) -> gen::Result<u32> {
        yield_!(call("nobody", key.as_str(), &()))
    }
    let errors: gen::Result<Vec<String>> = gen::run_sync(async {
        let runs = resume_all(&store, Bodies::new().body("caller", caller))?;
        let mut errors = Vec::new();
        // By this process, and by another one.
        for (key, remover) in [("1", &store), ("2", &other)] {
            let run = runs.start("caller", key, key).await?;
            while remover.remove("nobody", key).is_err() {
                gen::sleep(Duration::from_millis(1)).await?;
            }
            errors.push(run.result::<u32>().await.unwrap_err().to_string());
        }
        Ok(errors)
    });
    let text = |key| format!("the run `{key}` of `nobody` was removed");
    assert_eq!(errors.unwrap(), [text(1), text(2)]);
}

#[test]
fn a_journal_without_bodies_leaves_the_other_run_to_the_next_process() {
    let folder = Folder::new("calls-journal");
    let (store, world) = (open(&folder.file("orders.db")), World::default());
    let run = gen_durable::run(order(world.clone(), "a".into()), store.journal("order", "7").unwrap());
    let waits = block_on(async {
        let run = gen::spawn(run);
        gen::sleep(HOUR).await?;
        let waits = store.runs()?.into_iter().find(|run| run.body == "charge").map(|run| run.state);
        drop(run);
        Ok(waits)
    });
    assert_eq!(waits.unwrap(), Some(RunState::Free));
    assert_eq!(end_of(&store, callees(&world), [("charge", "a")]).unwrap(), [30]);
    let run = gen_durable::run(order(world.clone(), "a".into()), store.journal("order", "7").unwrap());
    assert_eq!(block_on(run).unwrap(), "30 euros");
}
