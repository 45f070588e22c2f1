//! A coroutine that does not do what its journal says ends with a message that leads to the line.

mod world;

use std::time::Duration;

use gen::yield_;
use gen_durable::{signal, sleep, step, uuid, JournalMismatch, MemoryJournal, Records};
use world::block_on;

/// The steps and sleeps of a coroutine, which a programmer changes.
#[derive(Debug, Clone, Copy)]
enum Do {
    Step(&'static str),
    Sleep,
    Both(&'static str, &'static str),
    Signal(&'static str),
    Uuid,
    Fail,
}

#[gen::coroutine]
fn program(parts: &'static [Do]) -> gen::Result<u32> {
    for part in parts {
        match *part {
            Do::Step(label) => yield_!(step(label, || async { Ok(()) }))?,
            Do::Sleep => yield_!(sleep(Duration::from_secs(1)))?,
            Do::Both(a, b) => {
                yield_!([a, b].map(|label| step(label, || async { Ok(()) })))?;
            }
            Do::Signal(name) => yield_!(signal(name))?,
            Do::Uuid => drop(yield_!(uuid())?),
            Do::Fail => gen::bail!("no more"),
        }
    }
    Ok(7)
}

const STEP: &str = "tests/departs.rs:26:40";
const SLEEP: &str = "tests/departs.rs:27:34";
const BOTH: &str = "tests/departs.rs:29:44";
const SIGNAL: &str = "tests/departs.rs:31:41";
const UUID: &str = "tests/departs.rs:32:38";

/// Records the first program, runs the second one from the first `len` entries, and returns its
/// error.
#[track_caller]
fn departs(recorded: &'static [Do], len: usize, now: &'static [Do]) -> String {
    let records = Records::new();
    records.send_signal("a", &()).unwrap();
    let _ = block_on(gen_durable::run(program(recorded), MemoryJournal::new(&records)));
    let records = records.cut(len);
    let before = records.cut(usize::MAX);
    let error = block_on(gen_durable::run(program(now), MemoryJournal::new(&records))).unwrap_err();
    assert!(error.is::<JournalMismatch>(), "{error:?}");
    assert_eq!(records, before, "a replay that departs writes nothing");
    let text = error.to_string();
    let text = text.strip_prefix("the coroutine departs from its journal: ").unwrap_or(&text);
    text.replace(concat!(env!("CARGO_MANIFEST_DIR"), "/"), "").replace("gen-durable/", "")
}

#[test]
fn a_renamed_step() {
    let text = departs(&[Do::Step("a"), Do::Step("b")], 9, &[Do::Step("a"), Do::Step("c")]);
    assert_eq!(text, format!("entry 3 is the step `b` at {STEP}, but now it issues the step `c` at {STEP}"));
}

#[test]
fn a_step_that_became_a_sleep() {
    let text = departs(&[Do::Step("a")], 9, &[Do::Sleep]);
    assert_eq!(text, format!("entry 1 is the step `a` at {STEP}, but now it issues a sleep at {SLEEP}"));
}

#[test]
fn a_step_that_is_gone() {
    let text = departs(&[Do::Step("a"), Do::Step("b"), Do::Step("c")], 9, &[Do::Step("a"), Do::Step("c")]);
    assert_eq!(text, format!("entry 3 is the step `b` at {STEP}, but now it issues the step `c` at {STEP}"));
}

#[test]
fn a_last_step_that_is_gone() {
    let text = departs(&[Do::Step("a"), Do::Step("b")], 9, &[Do::Step("a")]);
    assert_eq!(text, format!("entry 3 is the step `b` at {STEP}, but now it ends with a value"));
}

#[test]
fn a_step_that_was_added() {
    let text = departs(&[Do::Step("a")], 9, &[Do::Step("a"), Do::Step("b")]);
    let now = format!("issues the step `b` at {STEP}");
    assert_eq!(text, format!("entry 3 is the end of the coroutine with a value, but now it {now}"));
}

#[test]
fn another_order() {
    let text = departs(&[Do::Both("a", "b")], 9, &[Do::Both("b", "a")]);
    assert_eq!(text, format!("entry 1 is the step `a` at {BOTH}, but now it issues the step `b` at {BOTH}"));
}

#[test]
fn parallel_steps_that_were_in_a_sequence() {
    let text = departs(&[Do::Step("a"), Do::Step("b")], 9, &[Do::Both("a", "b")]);
    let recorded = format!("the end of the step `a` at {BOTH}");
    assert_eq!(text, format!("entry 2 is {recorded}, but now it issues the step `b` at {BOTH}"));
}

#[test]
fn a_sequence_of_steps_that_were_parallel() {
    let text = departs(&[Do::Both("a", "b")], 9, &[Do::Step("a"), Do::Step("b")]);
    let now = format!("waits for the step `a` at {STEP}");
    assert_eq!(text, format!("entry 2 is the step `b` at {BOTH}, but now it {now}"));
}

#[test]
fn a_renamed_signal() {
    let text = departs(&[Do::Signal("a")], 9, &[Do::Signal("b")]);
    assert_eq!(
        text,
        format!("entry 1 is the signal `a` at {SIGNAL}, but now it issues the signal `b` at {SIGNAL}")
    );
}

#[test]
fn a_value_that_is_gone() {
    let text = departs(&[Do::Uuid, Do::Step("a")], 9, &[Do::Step("a")]);
    assert_eq!(text, format!("entry 1 is a UUID at {UUID}, but now it issues the step `a` at {STEP}"));
}

#[test]
fn another_end() {
    let text = departs(&[Do::Step("a")], 9, &[Do::Step("a"), Do::Fail]);
    let now = "ends with the error `no more`";
    assert_eq!(text, format!("entry 3 is the end of the coroutine with a value, but now it {now}"));
}
