//! The tests that every journal in a file must pass: [`FileJournal`] and [`SqliteJournal`] do.
//! Tests of only one of them are in `file.rs` and `sqlite`.

mod world;

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use gen::yield_;
use gen_durable::{
    sleep, step, with_timeout, FileError, FileJournal, Journal, JournalMismatch, SqliteJournal,
    SqliteOptions, StepFailed, StoreError,
};
use world::dying::Dying;
use world::{block_on, changed, Folder, World};

/// A place for journals.
trait Medium {
    type Journal: Journal;

    /// So many changes of its bytes are tried.
    const CHANGES: usize;

    fn open(path: &Path) -> gen::Result<Self::Journal>;

    /// Whether the error says that another one has the journal open.
    fn is_locked(error: &gen::Error) -> bool;

    /// Whether the error says that the file cannot be used.
    fn is_unusable(error: &gen::Error) -> bool;
}

struct File;

impl Medium for File {
    type Journal = FileJournal;

    const CHANGES: usize = 2000;

    fn open(path: &Path) -> gen::Result<FileJournal> {
        FileJournal::open(path)
    }

    fn is_locked(error: &gen::Error) -> bool {
        error.downcast_ref() == Some(&FileError::Locked)
    }

    fn is_unusable(error: &gen::Error) -> bool {
        error.is::<FileError>()
    }
}

struct Sqlite;

impl Medium for Sqlite {
    type Journal = SqliteJournal;

    const CHANGES: usize = 300;

    fn open(path: &Path) -> gen::Result<SqliteJournal> {
        SqliteOptions::new().survive_power_cut(false).open(path)?.journal("order", "7")
    }

    fn is_locked(error: &gen::Error) -> bool {
        error.downcast_ref() == Some(&StoreError::Leased)
    }

    fn is_unusable(error: &gen::Error) -> bool {
        error.is::<StoreError>()
    }
}

#[gen::coroutine]
fn pick(world: World, item: u64) -> gen::Result<u64> {
    yield_!(sleep(Duration::from_secs(3600 * (10 - item))))?;
    let picked = yield_!(step(format!("pick {item}"), world.work(&format!("pick {item}"), item * 10)))?;
    yield_!(sleep(Duration::from_secs(1)))?;
    Ok(picked)
}

#[gen::coroutine]
fn order(world: World) -> gen::Result<String> {
    let paid = yield_!(step("charge", world.work("charge", "paid".to_owned())))?;
    let picked = yield_!([1, 5, 3].map(|item| pick(world.clone(), item)))?;
    let refused = yield_!(step("box", || async { Err::<(), _>(gen::Error::new("no boxes")) })).unwrap_err();
    let late = yield_!(with_timeout(Duration::from_secs(1), sleep(Duration::from_secs(1000)))).unwrap_err();
    let sent = yield_!(step("send", world.work("send", 7)))?;
    Ok(format!("{paid}; {picked:?}; {refused}; {late}; {sent}"))
}

const END: &str = "paid; [10, 50, 30]; no boxes; timeout after 1s; 7";
const STEPS: [&str; 5] = ["charge", "pick 5", "pick 3", "pick 1", "send"];

fn run<M: Medium>(path: &Path) -> gen::Result<(String, Vec<String>)> {
    let world = World::default();
    let end = block_on(gen_durable::run(order(world.clone()), M::open(path)?))?;
    Ok((end, world.log()))
}

fn deaths_at_each_call<M: Medium>(folder: &Folder) {
    let mut lives_for = 0;
    loop {
        let path = folder.file(&format!("journal-{lives_for}"));
        let world = World::default();
        let dying = Dying { inner: Box::new(M::open(&path).unwrap()), left: lives_for };
        let died = block_on(gen_durable::run(order(world.clone()), dying)).is_err();
        let first = world.log();
        let (end, log) = run::<M>(&path).unwrap();
        assert_eq!(end, END, "lived for {lives_for}");
        // A step runs again only if the process has died between its end and its entry.
        let repeated = first.iter().filter(|step| log.contains(step)).count();
        assert!(repeated <= 1 && first.len() + log.len() == STEPS.len() + repeated, "{first:?}, {log:?}");
        assert_eq!(log, STEPS[STEPS.len() - log.len()..], "lived for {lives_for}");
        assert_eq!(run::<M>(&path).unwrap(), (END.to_owned(), vec![]), "once more");
        if !died {
            assert!(lives_for > 30, "{lives_for}");
            return;
        }
        lives_for += 1;
    }
}

fn second_journal_is_refused<M: Medium>(folder: &Folder) {
    let path = folder.file("journal");
    let first = M::open(&path).unwrap();
    assert!(M::is_locked(&M::open(&path).err().unwrap()));
    drop(first);
    assert_eq!(run::<M>(&path).unwrap().0, END);
}

const CHILD: &str = "GEN_DURABLE_TEST_FILE";

fn second_process_is_refused<M: Medium>(folder: &Folder, test: &str) {
    if let Some(path) = std::env::var_os(CHILD) {
        assert!(M::is_locked(&M::open(Path::new(&path)).err().unwrap()));
        return;
    }
    let path = folder.file("journal");
    let held = M::open(&path).unwrap();
    let mut child = Command::new(std::env::current_exe().unwrap());
    let output = child.args([test, "--exact"]).env(CHILD, &path).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    assert!(String::from_utf8_lossy(&output.stdout).contains("1 passed"), "{output:?}");
    drop(held);
}

#[cfg(unix)]
fn only_the_owner_may_read<M: Medium>(folder: &Folder) {
    use std::os::unix::fs::PermissionsExt;
    let path = folder.file("journal");
    let open = M::open(&path).unwrap();
    let mut files = 0;
    for entry in std::fs::read_dir(path.parent().unwrap()).unwrap() {
        let entry = entry.unwrap();
        assert_eq!(entry.metadata().unwrap().permissions().mode() & 0o777, 0o600, "{entry:?}");
        files += 1;
    }
    assert!(files >= 1);
    drop(open);
}

fn strangers_are_left_alone<M: Medium>(folder: &Folder) {
    let path = folder.file("letter");
    let long = "Dear Sir,\n".repeat(1000);
    for content in ["Dear Sir,\n", "gen-durable 9\nlater", "SQLite format 3\0", &long] {
        std::fs::write(&path, content).unwrap();
        let error = M::open(&path).err().unwrap();
        assert!(M::is_unusable(&error), "{error:?}");
        assert_eq!(std::fs::read_to_string(&path).unwrap(), content);
        assert_eq!(std::fs::read_dir(path.parent().unwrap()).unwrap().count(), 1, "no file is left");
    }
}

fn no_bytes_panic<M: Medium>(folder: &Folder) {
    let (whole, path) = (folder.file("whole"), folder.file("file"));
    run::<M>(&whole).unwrap();
    let bytes = std::fs::read(&whole).unwrap();
    let mut random = fastrand::Rng::with_seed(7);
    let mut refused = 0;
    for _ in 0..M::CHANGES {
        std::fs::write(&path, changed(&bytes, &mut random)).unwrap();
        // Whole frames in another order are read, and do not fit the coroutine.
        if let Err(error) = run::<M>(&path) {
            let is_known = M::is_unusable(&error) || error.is::<JournalMismatch>();
            assert!(is_known, "{error:?}");
            refused += 1;
        }
        for entry in std::fs::read_dir(path.parent().unwrap()).unwrap() {
            let entry = entry.unwrap().path();
            if entry != whole {
                std::fs::remove_file(entry).unwrap();
            }
        }
    }
    assert!(refused > 50, "{refused}");
}

#[gen::coroutine]
fn large(megabytes: usize) -> gen::Result<usize> {
    let text: String = yield_!(step("large", move || async move { Ok("x".repeat(megabytes << 20)) }))?;
    Ok(text.len())
}

#[gen::coroutine]
fn large_end(megabytes: usize) -> gen::Result<String> {
    yield_!(step("small", || async { Ok(()) }))?;
    Ok("x".repeat(megabytes << 20))
}

fn too_large_an_end<M: Medium>(folder: &Folder) {
    let path = folder.file("large-end");
    let run = || block_on(gen_durable::run(large_end(17), M::open(&path).unwrap())).unwrap_err().to_string();
    let first = run();
    assert!(first.ends_with(" bytes, and an entry of the journal at most 16777216"), "{first}");
    assert_eq!(run(), first);
}

fn too_large_an_outcome<M: Medium>(folder: &Folder) {
    let path = folder.file("journal");
    for _ in 0..2 {
        let error = block_on(gen_durable::run(large(17), M::open(&path).unwrap())).unwrap_err();
        let text = error.to_string();
        assert!(text.ends_with(" bytes, and an entry of the journal at most 16777216"), "{text}");
    }
    let path = folder.file("large");
    for _ in 0..2 {
        let run = gen_durable::run(large(15), M::open(&path).unwrap());
        assert_eq!(block_on(run).unwrap(), 15 << 20);
    }
}

#[gen::coroutine]
fn one_step(label: &'static str, world: World) -> gen::Result<u32> {
    yield_!(step("first", world.work("first", 1)))?;
    yield_!(step(label, world.work(label, 2)))
}

fn another_program_writes_nothing<M: Medium>(folder: &Folder) {
    let (path, world) = (folder.file("journal"), World::default());
    let run = |label| block_on(gen_durable::run(one_step(label, world.clone()), M::open(&path).unwrap()));
    assert_eq!(run("a").unwrap(), 2);
    for _ in 0..2 {
        assert!(run("b").unwrap_err().is::<JournalMismatch>());
        assert_eq!(run("a").unwrap(), 2);
    }
    assert_eq!(world.log(), ["first", "a"]);
}

#[gen::coroutine]
fn fails() -> gen::Result {
    let empty = || StepFailed::new("no money").with_code(402).with_payload(&[1, 2]);
    yield_!(step("pay", move || async move { Err::<(), _>(empty().into()) }))
}

fn errors_survive<M: Medium>(folder: &Folder) {
    let path = folder.file("journal");
    let run = || block_on(gen_durable::run(fails(), M::open(&path).unwrap())).unwrap_err();
    let (first, again) = (run(), run());
    assert_eq!(format!("{first:?}"), format!("{again:?}"));
    assert_eq!(first.downcast_ref::<StepFailed>(), again.downcast_ref::<StepFailed>());
}

#[gen::coroutine]
fn slow_step(world: World) -> gen::Result<String> {
    let slow = step("slow", move || {
        world.note("slow");
        async { gen::sleep(Duration::from_secs(7200)).await }
    });
    let late = yield_!(with_timeout(Duration::from_secs(60), slow)).unwrap_err();
    Ok(late.to_string())
}

fn deadline_that_has_passed<M: Medium>(folder: &Folder) {
    let path = folder.file("journal");
    let world = World::default();
    // It lives until the step runs, and the deadline is written.
    let dying = Dying { inner: Box::new(M::open(&path).unwrap()), left: 4 };
    let died = block_on(gen_durable::run(slow_step(world.clone()), dying)).unwrap_err();
    assert_eq!((died.to_string().as_str(), world.log()), ("the process dies", vec!["slow".to_owned()]));
    let world = World::default();
    let later = async {
        let journal = M::open(&path)?;
        gen::sleep(Duration::from_secs(3600)).await?;
        gen_durable::run(slow_step(world.clone()), journal).await
    };
    assert_eq!(block_on(later).unwrap(), "timeout after 60s");
    assert_eq!(world.log(), [""; 0], "the deadline came first");
}

macro_rules! suite {
    ($suite:ident, $medium:ty) => {
        mod $suite {
            use super::*;

            fn folder(test: &str) -> Folder {
                Folder::new(&format!("{}-{test}", stringify!($suite)))
            }

            #[test]
            fn a_death_at_any_call_leads_to_the_same_end_and_no_recorded_step_runs_again() {
                deaths_at_each_call::<$medium>(&folder("deaths"));
            }

            #[test]
            fn a_second_journal_of_the_same_run_is_refused_until_the_first_is_closed() {
                second_journal_is_refused::<$medium>(&folder("locked"));
            }

            #[test]
            fn a_second_process_is_refused() {
                let test = concat!(stringify!($suite), "::a_second_process_is_refused");
                second_process_is_refused::<$medium>(&folder("processes"), test);
            }

            #[cfg(unix)]
            #[test]
            fn only_its_owner_may_read_the_files() {
                only_the_owner_may_read::<$medium>(&folder("mode"));
            }

            #[test]
            fn a_file_of_another_kind_is_left_alone() {
                strangers_are_left_alone::<$medium>(&folder("stranger"));
            }

            #[test]
            fn no_bytes_make_it_panic() {
                no_bytes_panic::<$medium>(&folder("bytes"));
            }

            #[test]
            fn a_result_that_is_too_large_is_the_same_error_for_the_first_caller_and_for_later_ones() {
                too_large_an_end::<$medium>(&folder("large-end"));
            }

            #[test]
            fn an_outcome_that_is_too_large_is_an_error_of_its_step_also_in_a_replay() {
                too_large_an_outcome::<$medium>(&folder("large"));
            }

            #[test]
            fn another_program_writes_nothing_and_the_right_one_goes_on() {
                another_program_writes_nothing::<$medium>(&folder("mismatch"));
            }

            #[test]
            fn an_error_is_the_same_in_a_replay() {
                errors_survive::<$medium>(&folder("errors"));
            }

            #[test]
            fn a_deadline_that_passed_while_no_process_ran_comes_before_its_step() {
                deadline_that_has_passed::<$medium>(&folder("deadline"));
            }
        }
    };
}

suite!(file, File);
suite!(sqlite, Sqlite);
