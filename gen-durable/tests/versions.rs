//! Old runs finish with the old code, and each run keeps its version.

mod world;

use gen::yield_;
use gen_durable::{step, version, JournalMismatch, MemoryJournal, Records};
use world::{block_on, World};

/// The programs of three months. The last one has forgotten the first change.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Program {
    January,
    February,
    March,
    April,
}

use Program::{April, February, January, March};

#[gen::coroutine]
fn note(world: World, label: &'static str) -> gen::Result {
    yield_!(step(label, world.work(label, ())))
}

#[gen::coroutine]
fn order(program: Program, world: World) -> gen::Result<u32> {
    let paid = match program {
        January => 0,
        February => yield_!(version("pay", 1))?,
        March => yield_!(version("pay", 2))?,
        April => 2,
    };
    match paid {
        0 => yield_!(note(world.clone(), "cash"))?,
        1 => yield_!(note(world.clone(), "cheque"))?,
        _ => yield_!(note(world.clone(), "card"))?,
    }
    // In two children, and in a loop.
    for _ in 0..2 {
        let child = |label: &'static str, world: World| async move {
            let version =
                if program == January { 0 } else { version("pay", 1 + (program != February) as u32).await? };
            let label = if version == 0 { label } else { "parcel" };
            step(label, world.work(label, ())).await
        };
        if program != April {
            yield_!((child("letter", world.clone()), child("letter", world.clone())))?;
        }
    }
    Ok(paid)
}

fn run(program: Program, records: &Records) -> gen::Result<u32> {
    block_on(gen_durable::run(order(program, World::default()), MemoryJournal::new(records)))
}

#[test]
fn a_run_keeps_the_version_with_which_it_came_to_the_change() {
    for (begun, version) in [(January, 0), (February, 1), (March, 2)] {
        let whole = Records::new();
        assert_eq!(run(begun, &whole).unwrap(), version);
        for finished in [February, March].into_iter().filter(|program| version <= 1 || *program == March) {
            for len in 1..=whole.len() {
                let cut = whole.cut(len);
                assert_eq!(run(finished, &cut).unwrap(), version, "{begun:?}, {len} entries, {finished:?}");
                assert_eq!(cut.steps(), whole.steps());
                assert_eq!(run(finished, &cut).unwrap(), version, "a replay");
            }
        }
    }
}

#[test]
fn a_run_that_has_not_come_to_the_change_takes_the_newest_code() {
    assert_eq!(run(February, &Records::new()).unwrap(), 1);
    assert_eq!(run(March, &Records::new()).unwrap(), 2);
    assert_eq!(block_on(order(March, World::default())).unwrap(), 2, "without a journal");
}

#[test]
fn a_version_that_the_program_does_not_need_any_more_is_skipped() {
    let whole = Records::new();
    run(March, &whole).unwrap();
    // The version, and the step by card.
    for len in 0..=3 {
        assert_eq!(run(April, &whole.cut(len)).unwrap(), 2, "after {len} entries");
    }
}

#[test]
fn an_earlier_program_leaves_the_run_of_a_later_one_alone() {
    let records = Records::new();
    run(March, &records).unwrap();
    let before = records.cut(usize::MAX);
    let error = run(February, &records).unwrap_err();
    assert!(error.is::<JournalMismatch>(), "{error:?}");
    let text = error.to_string();
    let start = "the coroutine departs from its journal: entry 1 is version 2 of `pay`, \
                 but now it knows no version after 1, at ";
    assert!(text.starts_with(start) && text.contains("/versions.rs:"), "{text}");
    let error = run(January, &records).unwrap_err().to_string();
    assert!(error.contains("entry 2 is the step `card` at "), "{error}");
    assert!(error.contains(", but now it issues the step `cash` at "), "{error}");
    assert_eq!(records, before);
}
