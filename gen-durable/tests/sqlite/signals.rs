//! Signals to the runs of a store: from this process, from another one, and from none that lives.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use gen::yield_;
use gen_durable::{
    resume_all, signal, sleep, with_timeout, Bodies, Runs, SqliteOptions, SqliteStore, StoreError,
};
use rusqlite::Connection;

use crate::kill::{is_long, Moments};
use crate::world::{block_on, two_of_a_name, Folder, World};

const HOUR: Duration = Duration::from_secs(3600);

fn open(path: &Path) -> SqliteStore {
    SqliteOptions::new().survive_power_cut(false).open(path).unwrap()
}

fn numbers(world: &World) -> Bodies {
    let world = world.clone();
    Bodies::new().body("numbers", move |()| two_of_a_name(world.clone()))
}

/// Begins the run `7`, and leaves it.
fn begin(store: &SqliteStore, bodies: Bodies, body: &str) {
    block_on(async {
        let runs = resume_all(store, bodies)?;
        runs.start(body, "7", &()).await?;
        gen::sleep(Duration::from_secs(60)).await
    })
    .unwrap();
}

#[test]
fn signals_that_come_before_they_are_wanted_are_kept_in_their_order_also_if_no_process_runs() {
    let folder = Folder::new("signals-kept");
    let (path, world) = (folder.file("orders.db"), World::default());
    let store = open(&path);
    begin(&store, numbers(&world), "numbers");
    store.send_signal("numbers", "7", "name", "Ada").unwrap();
    store.send_signal("numbers", "7", "number", &1).unwrap();
    begin(&store, numbers(&world), "numbers");
    assert_eq!(world.log(), ["got 1"]);
    drop(store);
    let store = open(&path);
    store.send_signal("numbers", "7", "number", &2).unwrap();
    store.check().unwrap();
    for _ in 0..2 {
        let end = block_on(async {
            let runs = resume_all(&store, numbers(&world))?;
            runs.get("numbers", "7")?.result::<String>().await
        });
        assert_eq!(end.unwrap(), "1, 2, Ada");
        // The run has ended, and does nothing with it.
        store.send_signal("numbers", "7", "number", &3).unwrap();
    }
    assert_eq!(world.log(), ["got 1"]);
}

#[test]
fn a_signal_that_is_read_twice_is_given_once() {
    let folder = Folder::new("signals-twice");
    let (store, world) = (open(&folder.file("orders.db")), World::default());
    begin(&store, numbers(&world), "numbers");
    // The run reads it when it is taken, and the thread of the store when the next one comes.
    store.send_signal("numbers", "7", "number", &1).unwrap();
    let end = block_on(async {
        let run = resume_all(&store, numbers(&world))?.get("numbers", "7")?;
        gen::sleep(HOUR).await?;
        assert_eq!(world.log(), ["got 1"]);
        run.send_signal("name", "Ada").await?;
        run.send_signal("number", &2).await?;
        run.result::<String>().await
    });
    assert_eq!(end.unwrap(), "1, 2, Ada");
}

#[gen::coroutine]
fn sends(runs: Runs, store: SqliteStore, world: World) -> gen::Result<String> {
    let run = yield_!(runs.start("numbers", "7", &()))?;
    yield_!(gen::sleep(HOUR))?;
    store.send_signal("numbers", "7", "number", &1)?;
    // An hour of the virtual clock is shorter than the time after which the thread looks.
    yield_!(gen::sleep(HOUR))?;
    assert_eq!(world.log(), ["got 1"]);
    yield_!(run.send_signal("number", &2))?;
    yield_!(run.send_signal("name", "Ada"))?;
    yield_!(run.result())
}

#[test]
fn a_signal_in_this_process_wakes_the_run_at_once() {
    let folder = Folder::new("signals-here");
    let (store, world) = (open(&folder.file("orders.db")), World::default());
    let end = block_on(async {
        let runs = resume_all(&store, numbers(&world))?;
        sends(runs, store.clone(), world.clone()).await
    });
    assert_eq!(end.unwrap(), "1, 2, Ada");
}

#[gen::coroutine]
fn approval() -> gen::Result<String> {
    match yield_!(with_timeout(3 * HOUR, signal::<bool>("approved"))) {
        Ok(_) => Ok("approved".into()),
        Err(error) if error.is::<gen::TimeoutError>() => Ok("too late".into()),
        Err(error) => Err(error),
    }
}

/// Another process, for which another store of the file stands, sends the signal after so many
/// hours.
fn answered_by_another_process(sent_after: u32) -> String {
    let folder = Folder::new("signals-deadline");
    let path = folder.file("orders.db");
    let (store, other) = (open(&path), open(&path));
    block_on(async {
        let runs = resume_all(&store, Bodies::new().body("approval", |()| approval()))?;
        let run = runs.start("approval", "7", &()).await?;
        gen::sleep(HOUR * sent_after).await?;
        // Until the next deadline, the thread of the first store has no time to look.
        other.send_signal("approval", "7", "approved", &true)?;
        run.result().await
    })
    .unwrap()
}

#[test]
fn a_signal_that_another_process_has_sent_before_a_deadline_comes_before_it() {
    assert_eq!(answered_by_another_process(2), "approved");
    assert_eq!(answered_by_another_process(4), "too late");
}

#[gen::coroutine]
fn one_number() -> gen::Result<u32> {
    yield_!(signal("number"))
}

#[test]
fn a_run_with_the_key_of_a_removed_one_gets_only_its_own_signals() {
    let folder = Folder::new("signals-removed");
    let store = open(&folder.file("orders.db"));
    assert_eq!(
        store.send_signal("one", "7", "number", &1).unwrap_err().downcast_ref(),
        Some(&StoreError::NoRun)
    );
    block_on(async {
        let runs = resume_all(&store, Bodies::new().body("one", |()| one_number()))?;
        for number in 1..4 {
            let run = runs.start("one", "7", &()).await?;
            run.send_signal("number", &number).await?;
            assert_eq!(run.result::<u32>().await?, number);
            store.remove("one", "7")?;
        }
        Ok(())
    })
    .unwrap();
}

#[test]
fn a_damaged_signal_is_an_error_and_is_left_alone() {
    let folder = Folder::new("signals-damaged");
    let path = folder.file("orders.db");
    let store = open(&path);
    let bodies = || Bodies::new().body("one", |()| one_number());
    begin(&store, bodies(), "one");
    for number in [1, 2] {
        store.send_signal("one", "7", "number", &number).unwrap();
    }
    for sql in
        ["UPDATE signals SET signal = replace(signal, '1', '3')", "DELETE FROM signals WHERE number = 0"]
    {
        Connection::open(&path).unwrap().execute_batch(sql).unwrap();
        let end = block_on(async { resume_all(&store, bodies())?.get("one", "7")?.result::<u32>().await });
        for error in [end.unwrap_err(), store.check().unwrap_err()] {
            assert!(matches!(error.downcast_ref(), Some(StoreError::Damaged { .. })), "{error:?}");
        }
    }
}

#[gen::coroutine]
fn all_numbers() -> gen::Result<Vec<u32>> {
    let mut numbers = Vec::new();
    while let Some(number) = yield_!(signal("number"))? {
        numbers.push(number);
        yield_!(sleep(Duration::from_millis(1)))?;
    }
    Ok(numbers)
}

fn all() -> Bodies {
    Bodies::new().body("all", |()| all_numbers())
}

const STORE: &str = "GEN_DURABLE_TEST_SIGNALS";
const FROM: &str = "GEN_DURABLE_TEST_FROM";

fn noted(path: &Path) -> u32 {
    let text = std::fs::read_to_string(path.with_extension("sent")).unwrap_or_default();
    text.lines().count() as u32
}

/// Not a test by itself: the process that sends signals until it is killed.
#[test]
fn sender() {
    use std::io::Write;
    let (Some(path), Ok(from)) = (std::env::var_os(STORE).map(PathBuf::from), std::env::var(FROM)) else {
        return;
    };
    let store = SqliteStore::open(&path).unwrap();
    let mut options = std::fs::OpenOptions::new();
    let mut sent = options.create(true).append(true).open(path.with_extension("sent")).unwrap();
    for number in from.parse::<u32>().unwrap().. {
        store.send_signal("all", "7", "number", &Some(number)).unwrap();
        sent.write_all(b"sent\n").unwrap();
    }
}

/// Not a test by itself: the process that runs the coroutine.
#[test]
fn receiver() {
    let Some(path) = std::env::var_os(STORE).map(PathBuf::from) else { return };
    let store = open(&path);
    let numbers =
        gen::run_sync(async { resume_all(&store, all())?.get("all", "7")?.result::<Vec<u32>>().await });
    drop(numbers.unwrap());
}

fn spawn(path: &Path, role: &str) -> Child {
    let mut child = Command::new(std::env::current_exe().unwrap());
    child.args([&format!("signals::{role}"), "--exact", "--nocapture"]).env(STORE, path);
    child.env(FROM, noted(path).to_string()).stdout(Stdio::null()).spawn().unwrap()
}

#[test]
fn signals_between_processes_that_are_killed_are_neither_lost_nor_given_twice() {
    let folder = Folder::new("signals-kills");
    let path = folder.file("orders.db");
    let store = open(&path);
    begin(&store, all(), "all");
    let (mut moments, mut random) = (Moments::new(17), fastrand::Rng::with_seed(17));
    let (kills, mut killed) = (if is_long() { 600 } else { 24 }, [0_usize, 0]);
    let roles = ["sender", "receiver"];
    let mut children = roles.map(|role| spawn(&path, role));
    for _ in 0..kills {
        moments.wait();
        let victim = random.usize(0..2);
        children[victim].kill().unwrap();
        assert!(!children[victim].wait().unwrap().success());
        killed[victim] += 1;
        children[victim] = spawn(&path, roles[victim]);
    }
    // The last sender dies, and this process, which is another one than the receiver, says the end.
    children[0].kill().unwrap();
    children[0].wait().unwrap();
    store.send_signal("all", "7", "number", &None::<u32>).unwrap();
    assert!(children[1].wait().unwrap().success());
    store.check().unwrap();
    let mut numbers = store.result::<Vec<u32>>("all", "7").unwrap().unwrap().unwrap();
    let given = numbers.len();
    numbers.dedup();
    // A sender that dies before it has noted a signal leaves it to the next one, which sends it
    // again.
    assert!(given - numbers.len() <= killed[0], "{given} signals, {} numbers", numbers.len());
    assert_eq!(numbers, (0..numbers.len() as u32).collect::<Vec<_>>());
    assert!(numbers.len() as u32 >= noted(&path) && noted(&path) > 10, "{}", noted(&path));
    println!("{given} signals, {killed:?} kills");
}
