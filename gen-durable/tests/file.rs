//! The file of a journal: files that are damaged or no journals. Tests of all journals are in
//! `journals.rs`.

mod world;

use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::thread;

use gen::yield_;
use gen_durable::{signal, step, FileError, FileJournal, StepFailed};
use world::dying::Dying;
use world::{block_on, Folder, World};

#[gen::coroutine]
fn body(world: World) -> gen::Result<u32> {
    let mut sum = 0;
    for n in 1..=4 {
        let label = format!("step {n}");
        sum += yield_!(step(label.clone(), world.work(&label, n)))?;
    }
    Ok(sum)
}

fn run(path: &Path) -> gen::Result<(u32, Vec<String>)> {
    let world = World::default();
    let sum = block_on(gen_durable::run(body(world.clone()), FileJournal::open(path)?))?;
    Ok((sum, world.log()))
}

#[track_caller]
fn error(path: &Path) -> FileError {
    let error = FileJournal::open(path).unwrap_err();
    assert!(error.to_string().starts_with("cannot open the journal "), "{error}");
    *error.downcast_ref::<FileError>().unwrap_or_else(|| panic!("{error:?}"))
}

#[gen::coroutine]
fn wide(world: World) -> gen::Result<usize> {
    let long = |n: u32| format!("step {n:03} {}", "x".repeat(60));
    let steps = (0..200).map(|n| step(long(n), world.work(&long(n), ())));
    Ok(yield_!(steps.collect::<Vec<_>>())?.len())
}

/// Runs `wide`, and returns the labels of the steps that have run.
fn run_wide(path: &Path) -> gen::Result<Vec<String>> {
    let world = World::default();
    assert_eq!(block_on(gen_durable::run(wide(world.clone()), FileJournal::open(path)?))?, 200);
    Ok(world.log())
}

/// The disk may have written any of the pages that were not synced.
#[test]
fn a_power_cut_that_loses_any_page_of_the_last_entries_loses_only_these() {
    const PAGE: usize = 4096;
    let folder = Folder::new("power-cut");
    let (path, torn) = (folder.file("journal"), folder.file("torn"));
    drop(FileJournal::open(&path).unwrap());
    let mut before = fs::read(&path).unwrap();
    let mut lost = 0;
    // It dies when all steps are issued, and at the next calls.
    for lives_for in (200..204).chain([400]) {
        let dying = Dying { inner: Box::new(FileJournal::open(&path).unwrap()), left: lives_for };
        block_on(gen_durable::run(wide(World::default()), dying)).unwrap_err();
        let after = fs::read(&path).unwrap();
        assert!(after.starts_with(&before));
        fs::write(&torn, &before).unwrap();
        let ran = run_wide(&torn).unwrap();
        for page in before.len() / PAGE..after.len().div_ceil(PAGE) {
            let mut content = after.clone();
            let bytes = (page * PAGE).max(before.len())..((page + 1) * PAGE).min(after.len());
            lost += usize::from(bytes.start > before.len() && bytes.end < after.len());
            content[bytes].fill(0);
            fs::write(&torn, content).unwrap();
            assert_eq!(run_wide(&torn).unwrap(), ran, "without page {page} of {}", after.len());
        }
        before = after;
        fs::remove_file(&path).unwrap();
        fs::write(&path, &before).unwrap();
    }
    assert!(lost > 3, "{lost} pages in the middle");
}

const RELATIVE: &str = "GEN_DURABLE_TEST_FOLDER";

#[test]
fn a_journal_with_a_relative_path_gets_its_signals_in_another_folder_too() {
    if let Some(folder) = std::env::var_os(RELATIVE) {
        std::env::set_current_dir(&folder).unwrap();
        let journal = FileJournal::open("journal").unwrap();
        std::env::set_current_dir("/").unwrap();
        FileJournal::send_signal(Path::new(&folder).join("journal"), "number", &7).unwrap();
        let run = gen_durable::run(number(), journal);
        let limited = gen::with_timeout(std::time::Duration::from_secs(1), run);
        assert_eq!(block_on(limited.join()).unwrap(), 7);
        return;
    }
    let folder = Folder::new("relative");
    let mut child = Command::new(std::env::current_exe().unwrap());
    let test = "a_journal_with_a_relative_path_gets_its_signals_in_another_folder_too";
    let child = child.args([test, "--exact"]).env(RELATIVE, folder.file("."));
    let output = child.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
}

#[gen::coroutine]
fn number() -> gen::Result<u32> {
    yield_!(signal("number"))
}

#[test]
fn a_file_that_is_no_journal_is_left_alone() {
    let folder = Folder::new("stranger");
    let path = folder.file("letter");
    let others = [
        ("Dear Sir,\n", FileError::NotAJournal),
        ("gen-durable signals 2\n", FileError::NotAJournal),
        ("gen-durable 1\nearlier", FileError::OtherVersion),
        ("gen-durable 9\nlater", FileError::OtherVersion),
    ];
    for (content, expected) in others {
        fs::write(&path, content).unwrap();
        assert_eq!(error(&path), expected);
        assert_eq!(fs::read_to_string(&path).unwrap(), content);
    }
}

#[test]
fn a_damaged_byte_is_never_believed_and_no_step_behind_it_is_lost_in_silence() {
    let folder = Folder::new("damage");
    let (whole, damaged) = (folder.file("whole"), folder.file("damaged"));
    run(&whole).unwrap();
    let bytes = fs::read(&whole).unwrap();
    let mut torn = 0;
    for at in 0..bytes.len() {
        let mut content = bytes.clone();
        content[at] ^= 0x41;
        fs::write(&damaged, &content).unwrap();
        match run(&damaged) {
            // Only the last entry, the end, can look like a torn end.
            Ok(end) => {
                torn += 1;
                assert_eq!(end, (10, vec![]), "damaged at {at}");
            }
            Err(error) => {
                assert!(error.is::<FileError>(), "damaged at {at}: {error:?}");
                assert_eq!(fs::read(&damaged).unwrap(), content, "a damaged file is left alone");
            }
        }
    }
    assert!(torn > 8 && torn < 50, "{torn}");
}

/// Makes a frame of one record as the format says, so that the checks behind the checksum are
/// reached.
fn frame(record: &str) -> Vec<u8> {
    let json = format!("[{record}]");
    let length = u32::try_from(json.len()).unwrap().to_le_bytes();
    let checksum = crc32fast::hash(&[&length[..], json.as_bytes()].concat()).to_le_bytes();
    [&length[..], &checksum, json.as_bytes()].concat()
}

#[test]
fn a_last_entry_of_a_later_version_is_not_cut_off() {
    let folder = Folder::new("later");
    let path = folder.file("journal");
    run(&path).unwrap();
    let known = fs::read(&path).unwrap();
    let content = [&known[..], &frame(r#"{"paused":[0]}"#)].concat();
    fs::write(&path, &content).unwrap();
    let text = FileJournal::open(&path).unwrap_err().chain().map(ToString::to_string).collect::<Vec<_>>();
    let position = known.len();
    let end = format!("has an entry at byte {position} that this version of gen-durable does not know");
    assert!(text.last().unwrap().ends_with(&end), "{text:?}");
    assert_eq!(fs::read(&path).unwrap(), content, "the file is left alone");
}

#[test]
fn entries_that_make_no_sense_do_not_fit() {
    let folder = Folder::new("nonsense");
    let path = folder.file("file");
    let sleep = r#"{"issued":[{"what":{"sleep":1},"at":["a",1,1]},null]}"#;
    let step = r#"{"issued":[{"what":{"step":"step 1"},"at":["a",1,1]},18446744073709551615]}"#;
    let done = |ticket: u32| format!(r#"{{"done":[{ticket},{{"value":"1"}}]}}"#);
    for (entries, message) in [
        (vec![done(0)], "entry 1 is the end of command 0, which was not issued"),
        (vec![step.to_owned(), done(u32::MAX)], "entry 2 is the end of command 4294967295"),
        (vec![step.to_owned(), done(0), done(0)], "entry 3 is the end of the step `step 1`"),
        (vec![sleep.to_owned()], "entry 1 is a sleep at a:1:1"),
        (vec![r#"{"ended":{"value":"1"}}"#.to_owned()], "entry 1 is the end of the coroutine with a value"),
    ] {
        let frames = entries.iter().flat_map(|entry| frame(entry));
        fs::write(&path, b"gen-durable 2\n".iter().copied().chain(frames).collect::<Vec<u8>>()).unwrap();
        let error = run(&path).unwrap_err().to_string();
        assert!(error.contains(message), "{error}");
    }
    let wrong = r#"{"done":[0,{"value":"\"no number\""}]}"#;
    let frames = [frame(step), frame(wrong)].concat();
    fs::write(&path, [&b"gen-durable 2\n"[..], &frames].concat()).unwrap();
    let error = run(&path).unwrap_err().to_string();
    assert!(error.starts_with("the recorded result has another type: "), "{error}");
}

/// Goes on without a signal whose name no entry can hold.
#[gen::coroutine]
fn without_signal() -> gen::Result<bool> {
    let named = yield_!(signal::<u32>("x".repeat(17 << 20)));
    Ok(named.unwrap_err().is::<StepFailed>())
}

#[test]
fn a_signal_whose_name_fits_into_no_entry_fails_its_yield_and_stops_no_run() {
    let folder = Folder::new("signal-name");
    let journal = FileJournal::open(folder.file("file")).unwrap();
    assert!(block_on(gen_durable::run(without_signal(), journal)).unwrap());
}

#[test]
fn a_new_journal_leaves_a_file_alone_that_only_has_the_name_of_its_signals() {
    let folder = Folder::new("stranger-signals");
    let (path, signals) = (folder.file("letter"), folder.file("letter.signals"));
    fs::write(&signals, "Dear Sir,\n").unwrap();
    assert_eq!(error(&path), FileError::NotAJournal);
    assert_eq!(fs::read_to_string(&signals).unwrap(), "Dear Sir,\n");
    // Signals of a journal that is gone, also such as were never written to their end.
    for content in ["gen-durable signals 2\n", "gen-durable signals 1\nearlier", "gen-durable si", ""] {
        fs::write(&signals, content).unwrap();
        run(&path).unwrap();
        assert!(!signals.exists(), "{content:?}");
        fs::remove_file(&path).unwrap();
    }
}

/// Otherwise a service that starts processes could not open a journal again: a process that is
/// about to run its program has a copy of each file of its parent.
#[cfg(unix)]
#[test]
fn a_journal_can_be_opened_again_while_another_thread_starts_processes() {
    let folder = Folder::new("again");
    let path = folder.file("journal");
    let is_over = AtomicBool::new(false);
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                while !is_over.load(Relaxed) {
                    Command::new("true").status().unwrap();
                }
            });
        }
        let opened: Vec<_> = (0..1000).map(|_| FileJournal::open(&path).map(drop)).collect();
        is_over.store(true, Relaxed);
        assert_eq!(opened.iter().filter(|opened| opened.is_err()).count(), 0);
    });
}
