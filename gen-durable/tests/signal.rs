//! A signal is kept until it is wanted, is given once, and survives each death.

mod world;

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use gen::yield_;
use gen_durable::{
    signal, sleep, with_timeout, FileError, FileJournal, MemoryJournal, NoJournal, Records, StepFailed,
};
use world::{block_on, two_of_a_name, Folder, World};

const HOUR: Duration = Duration::from_secs(3600);

fn replays(records: &Records) -> String {
    let run = gen_durable::run(two_of_a_name(World::default()), MemoryJournal::new(records));
    block_on(run).unwrap()
}

#[test]
fn signals_that_come_before_they_are_wanted_are_kept_in_their_order() {
    let records = Records::new();
    records.send_signal("name", "Ada").unwrap();
    records.send_signal("number", &1).unwrap();
    records.send_signal("number", &2).unwrap();
    assert_eq!(replays(&records), "1, 2, Ada");
    for len in 0..=records.len() {
        assert_eq!(replays(&records.cut(len)), "1, 2, Ada", "after {len} entries");
    }
}

#[gen::coroutine]
fn sent_later(records: Records) -> gen::Result<String> {
    let run = gen_durable::run(two_of_a_name(World::default()), MemoryJournal::new(&records));
    let task = gen::spawn(run);
    for number in [1, 2] {
        yield_!(gen::sleep(HOUR))?;
        records.send_signal("number", &number)?;
    }
    records.send_signal("name", "Ada")?;
    yield_!(task)
}

#[test]
fn a_signal_wakes_a_coroutine_that_waits_for_it() {
    let records = Records::new();
    assert_eq!(block_on(sent_later(records.clone())).unwrap(), "1, 2, Ada");
    assert_eq!(replays(&records), "1, 2, Ada");
}

#[gen::coroutine]
fn two_consumers() -> gen::Result<Vec<u32>> {
    yield_!(vec![signal("number"), signal("number"), signal("number")])
}

#[test]
fn a_signal_has_one_consumer_and_the_first_one_waits_longest() {
    let records = Records::new();
    for number in 1..=3 {
        records.send_signal("number", &number).unwrap();
    }
    let run = |records: &Records| block_on(gen_durable::run(two_consumers(), MemoryJournal::new(records)));
    assert_eq!(run(&records).unwrap(), [1, 2, 3]);
    for len in 0..=records.len() {
        assert_eq!(run(&records.cut(len)).unwrap(), [1, 2, 3], "after {len} entries");
    }
}

#[gen::coroutine]
fn asks_twice() -> gen::Result<String> {
    let late = yield_!(with_timeout(HOUR, signal::<bool>("approved"))).is_err();
    yield_!(sleep(2 * HOUR))?;
    let approved: bool = yield_!(signal("approved"))?;
    Ok(format!("late: {late}, approved: {approved}"))
}

#[gen::coroutine]
fn approved_after(hours: u32, records: Records) -> gen::Result<String> {
    let task = gen::spawn(gen_durable::run(asks_twice(), MemoryJournal::new(&records)));
    yield_!(gen::sleep(HOUR * hours + HOUR / 2))?;
    records.send_signal("approved", &true)?;
    yield_!(task)
}

#[test]
fn a_wait_that_was_given_up_takes_no_signal() {
    let records = Records::new();
    let end = block_on(approved_after(1, records.clone())).unwrap();
    assert_eq!(end, "late: true, approved: true");
    // From the end of the first wait on: an earlier one would get the signal, which is there now.
    for len in 3..=records.len() {
        let end = block_on(gen_durable::run(asks_twice(), MemoryJournal::new(&records.cut(len))));
        assert_eq!(end.unwrap(), "late: true, approved: true", "after {len} entries");
    }
}

#[gen::coroutine]
fn approval() -> gen::Result<&'static str> {
    match yield_!(with_timeout(3 * HOUR, signal::<bool>("approved"))) {
        Ok(_) => Ok("approved"),
        Err(error) if error.is::<gen::TimeoutError>() => Ok("too late"),
        Err(error) => Err(error),
    }
}

/// Sends the signal after so many hours, and runs the coroutine after five, from the two entries
/// that an earlier run has left.
fn answered_while_no_process_ran(sent_after: u32) -> &'static str {
    let whole = Records::new();
    block_on(gen_durable::run(approval(), MemoryJournal::new(&whole))).unwrap();
    let records = whole.cut(2);
    block_on(async {
        gen::sleep(HOUR * sent_after).await?;
        records.send_signal("approved", &true)?;
        gen::sleep(HOUR * (5 - sent_after)).await?;
        // The clock of a journal begins with the time of the system, and the virtual hours after
        // that count.
        let journal = MemoryJournal::new(&records);
        gen::sleep(5 * HOUR).await?;
        gen_durable::run(approval(), journal).await
    })
    .unwrap()
}

#[test]
fn a_signal_that_was_sent_before_a_deadline_comes_before_it_also_if_no_process_ran() {
    assert_eq!(answered_while_no_process_ran(2), "approved");
    assert_eq!(answered_while_no_process_ran(4), "too late");
}

#[test]
fn a_signal_of_another_type_is_an_error_of_the_yield() {
    let records = Records::new();
    records.send_signal("approved", "perhaps").unwrap();
    for _ in 0..2 {
        let error = block_on(gen_durable::run(approval(), MemoryJournal::new(&records))).unwrap_err();
        assert!(error.is::<StepFailed>(), "{error:?}");
        let text = error.to_string();
        assert!(text.starts_with("the signal `approved` at ") && text.contains("/signal.rs:"), "{text}");
        assert!(text.contains(" has another type: invalid type: string \"perhaps\""), "{text}");
    }
}

#[test]
fn without_a_journal_a_wait_for_a_signal_fails_with_its_line() {
    let error = block_on(approval()).unwrap_err();
    assert!(error.is::<NoJournal>(), "{error:?}");
    let text = error.to_string();
    assert!(
        text.starts_with("only a coroutine with a journal can wait for the signal `approved` at "),
        "{text}"
    );
}

fn run_file(path: &Path) -> gen::Result<String> {
    block_on(gen_durable::run(two_of_a_name(World::default()), FileJournal::open(path)?))
}

#[test]
fn a_file_of_signals_that_is_torn_at_any_byte_loses_only_the_torn_one() {
    let folder = Folder::new("torn-signals");
    let (path, beside) = (folder.file("journal"), folder.file("journal.signals"));
    drop(FileJournal::open(&path).unwrap());
    let mut ends = Vec::new();
    for number in [1, 2] {
        FileJournal::send_signal(&path, "number", &number).unwrap();
        ends.push(fs::metadata(&beside).unwrap().len());
    }
    let (bytes, empty) = (fs::read(&beside).unwrap(), fs::read(&path).unwrap());
    for cut in 0..=bytes.len() {
        fs::write(&beside, &bytes[..cut]).unwrap();
        fs::write(&path, &empty).unwrap();
        let whole = ends.iter().filter(|end| **end <= cut as u64).count() as u32;
        for number in whole + 1..=2 {
            FileJournal::send_signal(&path, "number", &number).unwrap();
        }
        FileJournal::send_signal(&path, "name", "Ada").unwrap();
        assert_eq!(run_file(&path).unwrap(), "1, 2, Ada", "cut at {cut}");
        assert_eq!(run_file(&path).unwrap(), "1, 2, Ada", "cut at {cut}, a replay");
    }
}

#[test]
fn a_damaged_file_of_signals_is_an_error_and_is_left_alone() {
    let folder = Folder::new("damaged-signals");
    let (path, beside) = (folder.file("journal"), folder.file("journal.signals"));
    drop(FileJournal::open(&path).unwrap());
    FileJournal::send_signal(&path, "number", &1).unwrap();
    FileJournal::send_signal(&path, "number", &2).unwrap();
    let whole = fs::read(&beside).unwrap();
    let mut random = fastrand::Rng::with_seed(7);
    for at in 0..whole.len() {
        let mut bytes = whole.clone();
        bytes[at] ^= random.u8(1..);
        fs::write(&beside, &bytes).unwrap();
        let sent = FileJournal::send_signal(&path, "name", "Ada");
        if let Err(error) = sent {
            assert!(error.is::<FileError>(), "{error:?}");
            assert_eq!(fs::read(&beside).unwrap(), bytes, "byte {at}");
            assert!(run_file(&path).unwrap_err().is::<FileError>());
            // With a damaged header it may be another file.
            fs::remove_file(&beside).unwrap();
            fs::remove_file(&path).unwrap();
            drop(FileJournal::open(&path).unwrap());
        }
    }
}

#[test]
fn a_signal_needs_a_journal_and_a_new_journal_has_no_old_signals() {
    let folder = Folder::new("old-signals");
    let path = folder.file("journal");
    let error = FileJournal::send_signal(&path, "number", &1).unwrap_err();
    let text = format!("{error:#}");
    assert!(text.starts_with("cannot send the signal `number` to the journal "), "{text}");
    assert!(!folder.file("journal.signals").exists());
    fs::write(&path, "a letter").unwrap();
    let error = FileJournal::send_signal(&path, "number", &1).unwrap_err();
    assert_eq!(error.downcast_ref(), Some(&FileError::NotAJournal));
    fs::remove_file(&path).unwrap();

    drop(FileJournal::open(&path).unwrap());
    FileJournal::send_signal(&path, "number", &1).unwrap();
    fs::remove_file(&path).unwrap();
    let journal = FileJournal::open(&path).unwrap();
    assert!(!folder.file("journal.signals").exists());
    drop(journal);
}

#[cfg(unix)]
#[test]
fn only_its_owner_may_read_the_signals() {
    use std::os::unix::fs::PermissionsExt;
    let folder = Folder::new("private-signals");
    let path = folder.file("journal");
    drop(FileJournal::open(&path).unwrap());
    FileJournal::send_signal(&path, "number", &1).unwrap();
    let mode = fs::metadata(folder.file("journal.signals")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[gen::coroutine]
fn sends_to_a_file(path: std::path::PathBuf) -> gen::Result<String> {
    let world = World::default();
    let task = gen::spawn(gen_durable::run(two_of_a_name(world.clone()), FileJournal::open(&path)?));
    yield_!(gen::sleep(HOUR))?;
    FileJournal::send_signal(&path, "number", &1)?;
    // An hour of the virtual clock is shorter than the time after which the file is looked at.
    yield_!(gen::sleep(HOUR))?;
    assert_eq!(world.log(), ["got 1"]);
    FileJournal::send_signal(&path, "number", &2)?;
    FileJournal::send_signal(&path, "name", "Ada")?;
    yield_!(task)
}

#[test]
fn a_signal_in_this_process_wakes_the_run_of_a_file_at_once() {
    let folder = Folder::new("wake-by-file");
    let end = block_on(sends_to_a_file(folder.file("journal")));
    assert_eq!(end.unwrap(), "1, 2, Ada");
}

const CHILD: &str = "GEN_DURABLE_TEST_SIGNALS";

#[test]
fn another_process_sends_signals_to_a_run_that_waits() {
    if let Some(path) = std::env::var_os(CHILD) {
        let run = gen_durable::run(two_of_a_name(World::default()), FileJournal::open(&path).unwrap());
        assert_eq!(gen::run_sync(run).unwrap(), "1, 2, Ada");
        return;
    }
    let folder = Folder::new("signals-of-another-process");
    let path = folder.file("journal");
    drop(FileJournal::open(&path).unwrap());
    let mut child = Command::new(std::env::current_exe().unwrap());
    child.args(["another_process_sends_signals_to_a_run_that_waits", "--exact"]).env(CHILD, &path);
    let child = child.stdout(Stdio::piped()).spawn().unwrap();
    FileJournal::send_signal(&path, "number", &1).unwrap();
    FileJournal::send_signal(&path, "number", &2).unwrap();
    FileJournal::send_signal(&path, "name", "Ada").unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{output:?}");
    assert!(String::from_utf8_lossy(&output.stdout).contains("1 passed"), "{output:?}");
}
