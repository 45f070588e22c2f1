//! Starting, resuming, listing and cancelling runs.

use std::path::Path;
use std::time::Duration;

use gen::yield_;
use gen_durable::{
    resume_all, sleep, step, version, Bodies, RunState, Runs, SqliteOptions, SqliteStore, StepFailed,
    StoreError,
};

use crate::world::{block_on, Folder, World};

fn open(path: &Path) -> SqliteStore {
    SqliteOptions::new().survive_power_cut(false).open(path).unwrap()
}

#[gen::coroutine]
fn order(world: World, items: Vec<u32>) -> gen::Result<u32> {
    let mut sum = 0;
    for item in items {
        sum += yield_!(step(format!("pick {item}"), world.work(&format!("pick {item}"), item)))?;
    }
    yield_!(sleep(Duration::from_secs(3600)))?;
    yield_!(step("send", world.work("send", ())))?;
    Ok(sum)
}

fn bodies(world: &World) -> Bodies {
    let world = world.clone();
    Bodies::new().body("order", move |items| order(world.clone(), items))
}

fn is<E: PartialEq + std::error::Error + Send + Sync + 'static>(error: &gen::Error, expected: &E) -> bool {
    error.downcast_ref::<E>() == Some(expected)
}

#[test]
fn a_key_that_is_started_again_is_the_same_run() {
    let folder = Folder::new("same-key");
    let (store, world) = (open(&folder.file("orders.db")), World::default());
    let sum = block_on(async {
        let runs = resume_all(&store, bodies(&world))?;
        let first = runs.start("order", "7", &[1, 2]).await?;
        let second = runs.start("order", "7", &[30]).await?;
        let sums = (first.result::<u32>().await?, second.result::<u32>().await?);
        let after = runs.start("order", "7", &[400]).await?.result::<u32>().await?;
        let other = runs.start("order", "8", &[5]).await?.result::<u32>().await?;
        Ok((sums, after, other, runs.get("order", "7")?.result::<u32>().await?))
    });
    assert_eq!(sum.unwrap(), ((3, 3), 3, 5, 3));
    assert_eq!(world.log(), ["pick 1", "pick 2", "send", "pick 5", "send"]);
    assert_eq!(store.result::<u32>("order", "7").unwrap().unwrap().unwrap(), 3);
}

#[test]
fn runs_go_on_when_they_are_resumed_and_their_results_can_be_had_by_key() {
    let folder = Folder::new("resumed");
    let (path, world) = (folder.file("orders.db"), World::default());
    let start = async |runs: Runs| {
        for key in ["7", "8"] {
            drop(runs.start("order", key, &[1]).await?);
        }
        gen::sleep(Duration::from_secs(60)).await
    };
    let store = open(&path);
    block_on(async { start(resume_all(&store, bodies(&world))?).await }).unwrap();
    drop(store);
    assert_eq!(world.log(), ["pick 1", "pick 1"]);
    let store = open(&path);
    assert!(store.result::<u32>("order", "7").unwrap().is_none(), "it has not ended");
    block_on(async {
        let runs = resume_all(&store, bodies(&world))?;
        assert_eq!(runs.resume()?, 0, "they are in progress");
        assert_eq!(runs.get("order", "8")?.result::<u32>().await?, 1);
        runs.get("order", "7")?.result::<u32>().await
    })
    .unwrap();
    assert_eq!(world.log(), ["pick 1", "pick 1", "send", "send"]);
    for key in ["7", "8"] {
        assert_eq!(store.result::<u32>("order", key).unwrap().unwrap().unwrap(), 1);
    }
}

#[gen::coroutine]
fn patient(world: World) -> gen::Result<String> {
    let worked = yield_!((sleep(Duration::from_secs(3600)), sleep(Duration::from_secs(7200))));
    let Err(error) = worked else { return Ok("slept".into()) };
    gen::ensure!(error.is_cancelled(), "{error}");
    yield_!(gen::shield(step("refund", world.work("refund", ()))))?;
    yield_!(sleep(Duration::from_secs(60)))?;
    Ok(format!("refunded: {error}"))
}

fn patient_bodies(world: &World) -> Bodies {
    let world = world.clone();
    Bodies::new().body("patient", move |()| patient(world.clone()))
}

#[test]
fn the_list_says_where_each_run_waits() {
    let folder = Folder::new("list");
    let (path, world) = (folder.file("orders.db"), World::default());
    let store = open(&path);
    let lines = |store: &SqliteStore| {
        let runs = store.runs().unwrap();
        let lines: Vec<String> = runs.iter().map(ToString::to_string).collect();
        lines.join("\n").replace(concat!(env!("CARGO_MANIFEST_DIR"), "/"), "").replace("gen-durable/", "")
    };
    let waits = "waits for a sleep at tests/sqlite/runs.rs:87:27, \
                 and for a sleep at tests/sqlite/runs.rs:87:61";
    block_on(async {
        let runs = resume_all(&store, patient_bodies(&world))?;
        let run = runs.start("patient", "7", &()).await?;
        gen::sleep(Duration::from_secs(1)).await?;
        assert_eq!(lines(&store), format!("patient `7`: in progress, {waits}"));
        let info = &store.runs()?[0];
        assert!(info.waits == 2 && info.waits_for[0].until < info.waits_for[1].until);
        // Another process sees the same.
        assert_eq!(lines(&open(&path)), format!("patient `7`: in progress, {waits}"));
        drop(run);
        Ok(())
    })
    .unwrap();
    assert_eq!(lines(&store), format!("patient `7`: free, {waits}"));
    block_on(async {
        resume_all(&store, patient_bodies(&world))?.get("patient", "7")?.result::<String>().await
    })
    .unwrap();
    assert_eq!(lines(&store), "patient `7`: ended with a value");
}

#[test]
fn a_cancelled_run_cleans_up_also_if_no_process_runs_it_or_another_one() {
    let folder = Folder::new("cancel");
    let end = "refunded: cancelled: too late";
    let cleaned = |world: &World, store: &SqliteStore| {
        let result = block_on(async {
            resume_all(store, patient_bodies(world))?.get("patient", "7")?.result::<String>().await
        });
        assert!(result.as_ref().is_ok_and(|text| text.starts_with(end)), "{result:?}");
        assert_eq!(world.log(), ["refund"]);
    };
    // It runs here, and dies in the middle of the clean-up.
    let (world, store) = (World::default(), open(&folder.file("here.db")));
    block_on(async {
        let run = resume_all(&store, patient_bodies(&world))?.start("patient", "7", &()).await?;
        run.cancel("too late").await?;
        gen::sleep(Duration::from_secs(30)).await
    })
    .unwrap();
    assert_eq!(world.log(), ["refund"]);
    assert_eq!(store.runs().unwrap()[0].cancel, None, "it has arrived");
    cleaned(&world, &store);
    store.cancel("patient", "7", "again").unwrap();
    cleaned(&world, &store);
    // No process runs it.
    let (world, store) = (World::default(), open(&folder.file("nowhere.db")));
    block_on(async {
        resume_all(&store, patient_bodies(&world))?.start("patient", "7", &()).await.map(drop)
    })
    .unwrap();
    store.cancel("patient", "7", "too late").unwrap();
    assert_eq!(store.runs().unwrap()[0].cancel.as_deref(), Some("too late"));
    cleaned(&world, &store);
    // Another process, for which this thread stands.
    let (world, path) = (World::default(), folder.file("elsewhere.db"));
    let (store, other) = (open(&path), open(&path));
    let result: gen::Result<String> = gen::run_sync(async {
        let run = resume_all(&store, patient_bodies(&world))?.start("patient", "7", &()).await?;
        other.cancel("patient", "7", "too late")?;
        while world.log().is_empty() {
            gen::sleep(Duration::from_millis(20)).await?;
        }
        drop(run);
        Ok(String::new())
    });
    result.unwrap();
    drop(store);
    cleaned(&world, &other);
}

#[test]
fn a_run_that_cannot_go_on_says_why_and_goes_on_with_the_right_program() {
    let folder = Folder::new("stopped");
    let (store, world) = (open(&folder.file("orders.db")), World::default());
    let wait_an_hour = |bodies| {
        block_on(async {
            let runs = resume_all(&store, bodies)?;
            let run = runs.start("order", "7", &[1]).await?;
            gen::with_timeout(Duration::from_secs(60), run.result::<u32>()).join().await
        })
    };
    assert!(wait_an_hour(bodies(&world)).unwrap_err().is::<gen::TimeoutError>());
    let other = Bodies::new().body("order", |_: Vec<u32>| patient(World::default()));
    assert!(wait_an_hour(other).unwrap_err().is::<gen_durable::JournalMismatch>());
    let stopped = || match &store.runs().unwrap()[0].state {
        RunState::Stopped(why) => why.clone(),
        state => panic!("{state:?}"),
    };
    assert!(stopped().starts_with("the coroutine departs from its journal: entry 1 is "), "{}", stopped());
    let other = Bodies::new().body("order", |name: String| order(World::default(), vec![name.len() as u32]));
    wait_an_hour(other).unwrap_err();
    assert!(stopped().starts_with("the recorded arguments have another type"), "{}", stopped());
    let panics = Bodies::new().body("order", |items: Vec<u32>| {
        assert!(items.is_empty(), "no items");
        order(World::default(), items)
    });
    wait_an_hour(panics).unwrap_err();
    assert_eq!(stopped(), "it has panicked");
    let line = store.runs().unwrap()[0].to_string();
    assert!(line.starts_with("order `7`: stopped: it has panicked; waits for "), "{line}");
    let none = block_on(async { resume_all(&store, Bodies::new())?.start("order", "7", &[1]).await });
    assert!(
        matches!(none.unwrap_err().downcast_ref(), Some(StoreError::NoBody { body, .. }) if body == "order")
    );
    let ended =
        block_on(async { resume_all(&store, bodies(&world))?.get("order", "7")?.result::<u32>().await });
    assert_eq!(ended.unwrap(), 1);
    assert_eq!(world.log(), ["pick 1", "send"]);
}

#[gen::coroutine]
fn refused() -> gen::Result<u32> {
    let empty = || StepFailed::new("no money").with_code(402);
    yield_!(step("pay", move || async move { Err(empty().into()) }))
}

#[test]
fn a_run_that_ends_with_an_error_keeps_it() {
    let folder = Folder::new("failed");
    let store = open(&folder.file("orders.db"));
    let error = block_on(async {
        let runs = resume_all(&store, Bodies::new().body("refused", |()| refused()))?;
        runs.start("refused", "7", &()).await?.result::<u32>().await
    });
    let code = |error: &gen::Error| error.downcast_ref::<StepFailed>().unwrap().code();
    assert_eq!(code(&error.unwrap_err()), 402);
    assert_eq!(code(&store.result::<u32>("refused", "7").unwrap().unwrap().unwrap_err()), 402);
    assert_eq!(store.runs().unwrap()[0].to_string(), "refused `7`: ended with the error `no money`");
}

#[test]
fn a_key_is_free_when_its_run_was_removed() {
    let folder = Folder::new("removed");
    let (store, world) = (open(&folder.file("orders.db")), World::default());
    assert!(is(&store.remove("order", "7").unwrap_err(), &StoreError::NoRun));
    block_on(async { resume_all(&store, bodies(&world))?.start("order", "7", &[1]).await.map(drop) })
        .unwrap();
    let journal = store.journal("order", "7").unwrap();
    assert!(is(&store.remove("order", "7").unwrap_err(), &StoreError::Leased));
    drop(journal);
    // One that has not ended may be one that never can.
    store.remove("order", "7").unwrap();
    for item in [1, 20] {
        let sum = block_on(async {
            resume_all(&store, bodies(&world))?.start("order", "7", &[item]).await?.result::<u32>().await
        });
        assert_eq!(sum.unwrap(), item);
        store.remove("order", "7").unwrap();
    }
    assert!(store.runs().unwrap().is_empty());
    store.check().unwrap();
}

#[gen::coroutine]
fn of_version(path: std::path::PathBuf) -> gen::Result<u32> {
    let version = yield_!(version("stock", 1))?;
    let recorded = || async move {
        let file = rusqlite::Connection::open(path)?;
        let sql = "SELECT count(*) FROM entries WHERE record LIKE '{\"version\":%'";
        Ok(file.query_row(sql, [], |row| row.get::<_, u32>(0))?)
    };
    Ok(version * 10 + yield_!(step("recorded", recorded))?)
}

#[test]
fn a_version_is_in_the_file_before_a_step_runs_that_depends_on_it() {
    let folder = Folder::new("version-first");
    let path = folder.file("orders.db");
    let store = open(&path);
    let end = block_on(async {
        let bodies = Bodies::new().body("versions", of_version);
        resume_all(&store, bodies)?.start("versions", "7", &path).await?.result::<u32>().await
    });
    assert_eq!(end.unwrap(), 11, "one version, and one record of it");
}

#[test]
fn without_an_executor_nothing_is_lost() {
    let folder = Folder::new("no-host");
    let (store, world) = (open(&folder.file("orders.db")), World::default());
    let runs = resume_all(&store, bodies(&world)).unwrap();
    let start = runs.start("order", "7", &[1]);
    let error = futures::executor::block_on(start).unwrap_err();
    assert!(error.is::<gen::NoHost>(), "{error:?}");
    assert!(runs.resume().unwrap_err().is::<gen::NoHost>());
    let sum =
        block_on(async { resume_all(&store, bodies(&world))?.get("order", "7")?.result::<u32>().await });
    assert_eq!(sum.unwrap(), 1);
}

#[test]
fn many_runs_at_once_come_to_their_ends_with_all_waits_for_the_disk() {
    let folder = Folder::new("many");
    let (store, world) = (SqliteStore::open(folder.file("orders.db")).unwrap(), World::default());
    let sum = block_on(async {
        let runs = resume_all(&store, bodies(&world))?;
        let started = (0..200).map(|n| runs.start("order", &n.to_string(), &[n]));
        let started = gen::multi(started.collect::<Vec<_>>()).join().await?;
        let results =
            gen::multi(started.iter().map(|run| run.result::<u32>()).collect::<Vec<_>>()).join().await?;
        Ok(results.iter().sum::<u32>())
    });
    assert_eq!(sum.unwrap(), 199 * 100);
    assert_eq!(world.log().len(), 400);
}

#[test]
fn nothing_is_left_beside_the_store_when_it_is_closed() {
    let folder = Folder::new("left");
    let path = folder.file("orders.db");
    let (store, world) = (open(&path), World::default());
    block_on(async { resume_all(&store, bodies(&world))?.start("order", "7", &[1]).await.map(drop) })
        .unwrap();
    drop(store);
    let files = std::fs::read_dir(path.parent().unwrap()).unwrap().map(|entry| entry.unwrap().file_name());
    assert_eq!(files.collect::<Vec<_>>(), ["orders.db"]);
}

#[test]
fn a_run_that_is_taken_for_nobody_is_free_for_other_processes() {
    let folder = Folder::new("nobody");
    let (path, world) = (folder.file("orders.db"), World::default());
    let (store, other) = (open(&path), open(&path));
    block_on(async {
        let runs = resume_all(&store, bodies(&world))?;
        drop(store.journal("order", "7")?);
        let lock = rusqlite::Connection::open(&path)?;
        lock.execute_batch("BEGIN IMMEDIATE")?;
        // Its follower asks for it, and is dropped before it has the answer.
        let run = runs.get("order", "7")?;
        gen::moment().await?;
        drop(run);
        Ok(lock)
    })
    .unwrap()
    .execute_batch("ROLLBACK")
    .unwrap();
    // The thread of the store does its jobs in order: the first one comes after the answer, whose
    // drop queues the release, and the second one after that.
    for _ in 0..2 {
        store.cancel("order", "7", "too late").unwrap();
    }
    drop(other.journal("order", "7").unwrap());
}

#[gen::coroutine]
fn asleep() -> gen::Result {
    yield_!(sleep(Duration::from_secs(3600)))
}

#[test]
fn a_panic_elsewhere_is_not_noted_as_one_of_a_run() {
    let folder = Folder::new("panic-elsewhere");
    let store = open(&folder.file("orders.db"));
    let caught = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        block_on::<()>(async {
            let run = resume_all(&store, Bodies::new().body("asleep", |()| asleep()))?
                .start("asleep", "7", &())
                .await?;
            gen::sleep(Duration::from_secs(60)).await?;
            panic!("not in {run:?}");
        })
    }));
    assert!(caught.is_err());
    assert_eq!(store.runs().unwrap()[0].state, RunState::Free);
}

#[test]
fn a_run_that_could_not_be_given_back_to_a_busy_store_is_given_back_later() {
    let folder = Folder::new("busy-release");
    let path = folder.file("orders.db");
    let store = SqliteOptions::new().busy_timeout(Duration::from_millis(1)).open(&path).unwrap();
    let other = open(&path);
    let journal = store.journal("order", "7").unwrap();
    let busy = rusqlite::Connection::open(&path).unwrap();
    busy.execute_batch("BEGIN IMMEDIATE").unwrap();
    drop(journal);
    // It comes after the release, which has found the same.
    assert!(is(&store.cancel("order", "7", "busy").unwrap_err(), &StoreError::Busy));
    assert_eq!(other.runs().unwrap()[0].state, RunState::InProgress);
    busy.execute_batch("ROLLBACK").unwrap();
    // The store looks again in a quarter of a second.
    while other.runs().unwrap()[0].state != RunState::Free {
        std::thread::yield_now();
    }
    drop(other.journal("order", "7").unwrap());
}
