//! A journal that is cut anywhere leads to the same end, and no recorded step runs again.

mod world;

use std::future::ready;
use std::time::Duration;

use gen::yield_;
use gen_durable::{sleep, step, with_timeout, FileJournal, MemoryJournal, Records, StepFailed};
use world::{block_on, Folder, World};

#[gen::coroutine]
fn pick(world: World, item: u64) -> gen::Result<u64> {
    yield_!(sleep(Duration::from_secs(3600 * (10 - item))))?;
    let picked = yield_!(step(format!("pick {item}"), world.work(&format!("pick {item}"), item * 10)))?;
    yield_!(sleep(Duration::from_secs(1)))?;
    Ok(picked)
}

#[gen::coroutine]
fn order(world: World, items: Vec<u64>) -> gen::Result<String> {
    let paid = yield_!(step("charge", world.work("charge", "paid".to_owned())))?;
    let picked = yield_!(items.iter().map(|item| pick(world.clone(), *item)).collect::<Vec<_>>())?;
    let refused = yield_!(step("box", || async { Err::<(), _>(gen::Error::new("no boxes")) })).unwrap_err();
    let late = yield_!(with_timeout(Duration::from_secs(1), sleep(Duration::from_secs(1000)))).unwrap_err();
    let sent = yield_!(step("send", world.work("send", 7)))?;
    Ok(format!("{paid}; {picked:?}; {refused}; {late}; {sent}"))
}

const END: &str = "paid; [10, 50, 30]; no boxes; timeout after 1s; 7";

#[test]
fn a_file_cut_at_any_byte_leads_to_the_same_end_and_runs_no_recorded_step_again() {
    let folder = Folder::new("every-byte");
    let (whole, cut_file) = (folder.file("whole"), folder.file("cut"));
    let run = |path: &std::path::Path| {
        let world = World::default();
        let journal = FileJournal::open(path).unwrap();
        let result = block_on(gen_durable::run(order(world.clone(), vec![1, 5, 3]), journal));
        (result.unwrap(), world.log())
    };
    let (end, all) = run(&whole);
    assert_eq!(end, END);
    assert_eq!(all, ["charge", "pick 5", "pick 3", "pick 1", "send"]);
    let bytes = std::fs::read(&whole).unwrap();
    for entries in cut_at_every_byte(&bytes, &cut_file) {
        std::fs::write(&cut_file, &entries).unwrap();
        let (end, log) = run(&cut_file);
        let cut = entries.len();
        assert_eq!(end, END, "cut at {cut}");
        // The steps that ran are the last ones: those before are in the journal.
        assert_eq!(log, all[all.len() - log.len()..], "cut at {cut}");
        assert_eq!(log.iter().find(|label| has_end(&entries, label)), None, "cut at {cut}");
        let after = std::fs::read(&cut_file).unwrap();
        let (end, log) = run(&cut_file);
        assert_eq!((end.as_str(), log.len()), (END, 0), "cut at {cut}, once more");
        assert_eq!(std::fs::read(&cut_file).unwrap(), after, "a replay writes nothing");
    }
}

/// Cuts a file at each byte, and lets a journal open it. Returns the different contents to which
/// the journal has shortened the file.
fn cut_at_every_byte(bytes: &[u8], file: &std::path::Path) -> Vec<Vec<u8>> {
    let mut contents: Vec<Vec<u8>> = Vec::new();
    for cut in 0..=bytes.len() {
        std::fs::write(file, &bytes[..cut]).unwrap();
        drop(FileJournal::open(file).unwrap());
        let content = std::fs::read(file).unwrap();
        // A part of the header becomes the whole one.
        assert!(content.len() <= cut.max(HEADER), "cut at {cut}");
        if contents.last() != Some(&content) {
            assert!(cut <= HEADER || content.len() == cut, "only a torn end is cut off, at {cut}");
            contents.push(content);
        }
    }
    contents
}

/// The size of the header of a file.
const HEADER: usize = "gen-durable 2\n".len();

/// Whether the bytes contain the end of the step.
fn has_end(bytes: &[u8], label: &str) -> bool {
    let text = String::from_utf8_lossy(bytes);
    let commands: Vec<&str> = text.split(r#"{"issued":"#).skip(1).collect();
    let ticket = commands.iter().position(|command| command.contains(&format!(r#""step":"{label}""#)));
    // The end of the frame, too.
    ticket.is_some_and(|ticket| {
        let end = format!(r#"{{"done":[{ticket},"#);
        text.split_once(&end).is_some_and(|(_, after)| after.contains("]}"))
    })
}

#[gen::coroutine]
fn steps(world: World) -> gen::Result<String> {
    let pairs = yield_!((
        step("a", world.work("a", 1)),
        vec![step("b", world.work("b", 2)), step("c", world.work("c", 3))],
    ))?;
    let last = yield_!(step("d", world.work("d", 4)))?;
    Ok(format!("{pairs:?} {last}"))
}

#[test]
fn the_file_of_a_run_that_was_killed_is_that_of_a_run_that_was_not() {
    let folder = Folder::new("equal-files");
    let (whole, cut_file) = (folder.file("whole"), folder.file("cut"));
    let run = |path: &std::path::Path| {
        block_on(gen_durable::run(steps(World::default()), FileJournal::open(path).unwrap())).unwrap()
    };
    assert_eq!(run(&whole), "(1, [2, 3]) 4");
    let bytes = std::fs::read(&whole).unwrap();
    let contents = cut_at_every_byte(&bytes, &cut_file);
    assert_eq!(
        contents.len(),
        6,
        "the header, an event with the commands before it, four times, and the end"
    );
    for entries in contents {
        std::fs::write(&cut_file, &entries).unwrap();
        assert_eq!(run(&cut_file), "(1, [2, 3]) 4");
        assert!(std::fs::read(&cut_file).unwrap() == bytes, "cut at {}", entries.len());
    }
}

#[derive(Debug, thiserror::Error)]
#[error("the card is empty")]
struct Empty(#[source] std::num::ParseIntError);

#[gen::coroutine]
fn failing() -> gen::Result<String> {
    let fails = |label, error: gen::Error| step(label, move || ready(Err::<(), _>(error)));
    let errors = yield_!(gen::raw(vec![
        fails("text", gen::Error::new("no")),
        fails("type", Empty("x".parse::<u8>().unwrap_err()).into()),
        fails("code", StepFailed::new("no money").with_code(402).with_payload(&[1, 2]).into()),
        fails("context", gen::Error::from(StepFailed::new("in").with_code(7)).context("out")),
    ]))?;
    let shown = errors.into_iter().map(|result| {
        let error = result.unwrap_err();
        let failed = error.downcast_ref::<StepFailed>().unwrap();
        format!("{error} {} {:?}", failed.code(), failed.payload::<Vec<u8>>())
    });
    Ok(shown.collect::<Vec<_>>().join("; "))
}

#[test]
fn an_error_is_the_same_in_the_first_run_in_a_replay_and_without_a_journal() {
    let expected = "no 500 None; the card is empty: invalid digit found in string 500 None; \
                    no money 402 Some([1, 2]); out: in 7 None";
    let records = Records::new();
    for _ in 0..2 {
        let run = gen_durable::run(failing(), MemoryJournal::new(&records));
        assert_eq!(block_on(run).unwrap(), expected);
    }
    assert_eq!(block_on(failing()).unwrap(), expected);
}

#[gen::coroutine]
fn end_with_an_error() -> gen::Result {
    yield_!(step("refuse", || async { Err::<(), _>(gen::Error::new("refused")) }))?;
    Ok(())
}

#[test]
fn the_error_of_the_coroutine_is_the_same_in_a_replay() {
    let records = Records::new();
    let run = || block_on(gen_durable::run(end_with_an_error(), MemoryJournal::new(&records))).unwrap_err();
    let (first, again) = (run(), run());
    assert_eq!(format!("{first:?}"), format!("{again:?}"));
    assert_eq!(first.downcast_ref::<StepFailed>(), again.downcast_ref::<StepFailed>());
}

#[test]
fn without_a_journal_the_same_coroutine_is_an_ordinary_one() {
    let world = World::default();
    assert_eq!(block_on(order(world.clone(), vec![1, 5, 3])).unwrap(), END);
    assert_eq!(world.log(), ["charge", "pick 5", "pick 3", "pick 1", "send"]);
}

#[gen::coroutine]
fn two_deadlines() -> gen::Result<String> {
    let (long, short) = (Duration::from_millis(40), Duration::from_millis(20));
    let mut iter = gen::WaitIterator::new([sleep(long), sleep(short)]);
    let mut order = Vec::new();
    while !iter.done() {
        yield_!(iter.next())?;
        order.extend(iter.current_index());
    }
    Ok(format!("{order:?}"))
}

/// Runs a coroutine an hour after its journal was opened.
fn an_hour_later<C, T>(coroutine: C, records: &Records) -> gen::Result<T>
where
    C: gen::Coroutine<Output = gen::Result<T>>,
    T: serde::Serialize,
{
    block_on(async {
        let journal = MemoryJournal::new(records);
        gen::sleep(Duration::from_secs(3600)).await?;
        gen_durable::run(coroutine, journal).await
    })
}

#[test]
fn deadlines_that_passed_while_no_process_ran_count_in_their_order() {
    let records = Records::new();
    let run = gen_durable::run(two_deadlines(), MemoryJournal::new(&records));
    assert_eq!(block_on(run).unwrap(), "[1, 0]");
    // Both deadlines are recorded, and both have passed for the next run.
    assert_eq!(an_hour_later(two_deadlines(), &records.cut(2)).unwrap(), "[1, 0]");
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

#[test]
fn a_deadline_that_passed_while_no_process_ran_comes_before_the_step_that_it_limits() {
    let (records, world) = (Records::new(), World::default());
    let run = gen_durable::run(slow_step(world.clone()), MemoryJournal::new(&records));
    assert_eq!(block_on(run).unwrap(), "timeout after 60s");
    assert_eq!(world.log(), ["slow"]);
    let world = World::default();
    assert_eq!(an_hour_later(slow_step(world.clone()), &records.cut(2)).unwrap(), "timeout after 60s");
    assert_eq!(world.log(), [""; 0]);
}
