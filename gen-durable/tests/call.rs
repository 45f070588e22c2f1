//! Calls of other runs, which the test plays: killed at each entry, failed, cancelled, refused.

mod world;

use std::time::Duration;

use gen::yield_;
use gen_durable::{
    call, get_state, set_state, sleep, start, step, with_timeout, FileJournal, JournalMismatch,
    MemoryJournal, NoJournal, Records, StepFailed, What,
};

use crate::world::{block_on, Folder, World};

const HOUR: Duration = Duration::from_secs(3600);

/// Calls three runs, two of them side by side, and starts one.
#[gen::coroutine]
fn order(world: World) -> gen::Result<String> {
    let price: u32 = yield_!(step("price", world.work("price", 30)))?;
    yield_!(set_state("progress", "charges"))?;
    let charged = yield_!(call::<u32>("charge", "7", &price))?;
    yield_!(start("letter", "7", "Dear Sir").after(24 * HOUR))?;
    let picked = yield_!([call::<u32>("pick", "7/1", &1), call("pick", "7/2", &2)])?;
    let progress: Option<String> = yield_!(get_state("progress"))?;
    yield_!(step("send", world.work("send", ())))?;
    Ok(format!("{charged}, {picked:?}, {progress:?}"))
}

fn answer(records: &Records) {
    records.answer_call("charge", "7", &31).unwrap();
    records.answer_call("pick", "7/2", &20).unwrap();
    records.answer_call("pick", "7/1", &10).unwrap();
}

fn run_order(world: &World, records: &Records) -> gen::Result<String> {
    block_on(gen_durable::run(order(world.clone()), MemoryJournal::new(records)))
}

#[test]
fn a_caller_that_is_killed_at_any_entry_comes_to_the_same_end() {
    let (whole, world) = (Records::new(), World::default());
    answer(&whole);
    let end = "31, [10, 20], Some(\"charges\")";
    assert_eq!(run_order(&world, &whole).unwrap(), end);
    assert_eq!(world.log(), ["price", "send"]);
    for len in 0..=whole.len() {
        let cut = whole.cut(len);
        assert_eq!(run_order(&World::default(), &cut).unwrap(), end, "killed after {len} entries");
        assert_eq!(cut, whole, "killed after {len} entries");
    }
}

#[test]
fn the_test_sees_what_was_called_and_may_answer_later() {
    let (records, world) = (Records::new(), World::default());
    let answered = records.clone();
    let end = block_on(async {
        let run = gen::spawn(gen_durable::run(order(world), MemoryJournal::new(&records)));
        gen::sleep(HOUR).await?;
        answer(&answered);
        run.await
    });
    assert_eq!(end.unwrap(), "31, [10, 20], Some(\"charges\")");
    let calls = records.calls();
    let shown: Vec<String> = calls.iter().map(ToString::to_string).collect();
    assert_eq!(
        shown,
        [
            "the call of `charge` with key `7`",
            "the start of `letter` with key `7`",
            "the call of `pick` with key `7/1`",
            "the call of `pick` with key `7/2`"
        ]
    );
    let What::Start { input, after, .. } = &calls[1] else { panic!("{calls:?}") };
    assert_eq!((input.as_str(), *after), ("\"Dear Sir\"", 86_400_000));
    assert!(records.cancelled_calls().is_empty());
}

#[gen::coroutine]
fn charged(key: &'static str, price: u32) -> gen::Result<String> {
    match yield_!(call::<u32>("charge", key, &price)) {
        Ok(euros) => Ok(format!("{euros} euros")),
        Err(error) => {
            let failed = error.downcast_ref::<StepFailed>().expect("a call fails with it");
            Ok(format!("{} {failed}: {:?}", failed.code(), failed.payload::<u32>()))
        }
    }
}

fn run_charged(key: &'static str, price: u32, records: &Records) -> gen::Result<String> {
    block_on(gen_durable::run(charged(key, price), MemoryJournal::new(records)))
}

#[test]
fn the_error_of_the_other_run_arrives_with_its_code_and_payload_also_in_a_replay() {
    let records = Records::new();
    records.fail_call("charge", "7", StepFailed::new("no money").with_code(402).with_payload(&12));
    // The first answer counts.
    records.answer_call("charge", "7", &30).unwrap();
    for _ in 0..2 {
        assert_eq!(run_charged("7", 30, &records).unwrap(), "402 no money: Some(12)");
    }
    let records = Records::new();
    records.answer_call("charge", "7", "thirty").unwrap();
    let failed = run_charged("7", 30, &records).unwrap();
    assert!(failed.starts_with("500 the result of the call of `charge` with key `7` at "), "{failed}");
    assert!(failed.contains("has another type"), "{failed}");
}

#[test]
fn a_call_with_another_key_departs_from_the_journal_and_one_with_another_input_does_not() {
    let records = Records::new();
    records.answer_call("charge", "7", &30).unwrap();
    run_charged("7", 30, &records).unwrap();
    assert_eq!(run_charged("7", 31, &records).unwrap(), "30 euros");
    let error = run_charged("8", 30, &records).unwrap_err();
    let mismatch = error.downcast_ref::<JournalMismatch>().unwrap();
    assert!(mismatch.recorded.starts_with("the call of `charge` with key `7` at "), "{mismatch}");
    assert!(mismatch.now.starts_with("issues the call of `charge` with key `8` at "), "{mismatch}");
}

#[test]
fn an_input_that_cannot_be_written_down_fails_the_call_and_is_in_no_journal() {
    #[gen::coroutine]
    fn body() -> gen::Result<u32> {
        let no_json = std::collections::BTreeMap::from([((1, 2), 3)]);
        yield_!(call("charge", "7", &no_json))
    }
    let records = Records::new();
    let run = gen_durable::run(body(), MemoryJournal::new(&records));
    let error = block_on(run).unwrap_err().to_string();
    assert!(error.contains("cannot be written as JSON"), "{error}");
    assert!(records.calls().is_empty());
}

/// Waits for two calls, one of them under a shield, and for one that it gives up after an hour.
#[gen::coroutine]
fn cancelled(world: World) -> gen::Result<String> {
    let given_up = yield_!(with_timeout(HOUR, call::<u32>("slow", "7", &())));
    gen::ensure!(given_up.is_err_and(|error| error.is::<gen::TimeoutError>()), "it has no answer");
    let waits = yield_!((call::<u32>("charge", "7", &()), gen::shield(call::<u32>("pick", "7", &()))));
    let error = waits.expect_err("it is cancelled");
    gen::ensure!(error.is_cancelled(), "{error:#}");
    yield_!(gen::shield(step("refund", world.work("refund", ()))))?;
    Err(error)
}

/// Whether it comes to its end by itself.
#[gen::coroutine]
fn ends(records: Records) -> gen::Result<bool> {
    let run = gen_durable::run(cancelled(World::default()), MemoryJournal::new(&records));
    let ended = yield_!(gen::with_timeout(3 * HOUR, run));
    Ok(!ended.is_err_and(|error| error.is::<gen::TimeoutError>()))
}

#[test]
fn a_cancelled_caller_cancels_the_runs_for_which_it_waits_once_and_no_others() {
    let (whole, world) = (Records::new(), World::default());
    let waits = block_on(async {
        let run = gen::spawn(gen_durable::run(cancelled(world.clone()), MemoryJournal::new(&whole)));
        gen::sleep(2 * HOUR).await?;
        let cancelled = run.cancel("too late");
        gen::sleep(HOUR).await?;
        assert_eq!(whole.cancelled_calls().len(), 1, "the shield holds the cancellation back");
        whole.answer_call("pick", "7", &10)?;
        cancelled.await;
        assert!(run.await.unwrap_err().is_cancelled());
        Ok(())
    });
    waits.unwrap();
    assert_eq!(world.log(), ["refund"]);
    let shown = |records: &Records| {
        let cancelled = records.cancelled_calls();
        cancelled.iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    let expected = ["the call of `charge` with key `7`"];
    assert_eq!(shown(&whole), expected);
    let cancelled_after = (0..=whole.len()).find(|len| block_on(ends(whole.cut(*len))).unwrap());
    // From the cancellation on, each run cleans up, and cancels the same runs.
    for len in cancelled_after.unwrap()..=whole.len() {
        let cut = whole.cut(len);
        let run = gen_durable::run(cancelled(World::default()), MemoryJournal::new(&cut));
        assert!(block_on(run).unwrap_err().is_cancelled(), "killed after {len} entries");
        assert_eq!(shown(&cut), expected, "killed after {len} entries");
    }
}

#[test]
fn an_answer_that_came_before_a_deadline_counts_also_if_no_process_ran() {
    #[gen::coroutine]
    fn body(world: World) -> gen::Result<String> {
        yield_!(step("begin", world.work("begin", ())))?;
        match yield_!(with_timeout(HOUR, call::<u32>("charge", "7", &()))) {
            Ok(euros) => Ok(format!("{euros} euros")),
            Err(error) if error.is::<gen::TimeoutError>() => Ok("too late".into()),
            Err(error) => Err(error),
        }
    }
    let run = |records: &Records, before: Duration| {
        let run = gen_durable::run(body(World::default()), MemoryJournal::new(records));
        block_on(async {
            gen::sleep(before).await?;
            run.await
        })
    };
    let late = Records::new();
    assert_eq!(run(&late, Duration::ZERO).unwrap(), "too late");
    // The process dies while it waits, and the answer comes, and the next one begins much later.
    let waits = late.cut(late.len() - 3);
    assert_eq!(run(&waits.cut(waits.len()), 5 * HOUR).unwrap(), "too late");
    waits.answer_call("charge", "7", &30).unwrap();
    assert_eq!(run(&waits, 5 * HOUR).unwrap(), "30 euros");
}

#[test]
fn without_a_journal_a_call_says_what_it_needs() {
    let error = block_on(charged_plainly()).unwrap_err();
    let needed = &error.downcast_ref::<NoJournal>().unwrap().what;
    assert!(needed.starts_with("the call of `charge` with key `7` at "), "{needed}");
    assert!(block_on(async { start("charge", "7", &()).await }).unwrap_err().is::<NoJournal>());
}

#[gen::coroutine]
fn charged_plainly() -> gen::Result<u32> {
    yield_!(call("charge", "7", &30))
}

#[test]
fn a_journal_in_a_file_refuses_a_call_and_says_what_to_use() {
    let folder = Folder::new("call-file");
    let path = folder.file("order");
    let size = || std::fs::metadata(&path).unwrap().len();
    drop(FileJournal::open(&path).unwrap());
    let empty = size();
    let error = block_on(gen_durable::run(charged_plainly(), FileJournal::open(&path).unwrap()));
    let text = error.unwrap_err().to_string();
    assert!(text.contains("the call of `charge` with key `7` at "), "{text}");
    assert!(text.ends_with("keep the runs in a `SqliteStore`"), "{text}");
    assert_eq!(size(), empty, "nothing was written");
}

#[test]
fn a_dump_shows_the_call_that_is_waited_for() {
    let records = Records::new();
    let dump = block_on(async {
        let run = gen::spawn(gen_durable::run(charged("7", 30), MemoryJournal::new(&records)));
        gen::sleep(Duration::from_secs(1)).await?;
        let dump = gen::dump().await?.to_string();
        drop(run.cancel("seen"));
        Ok(dump)
    });
    let dump = dump.unwrap();
    assert!(dump.contains("the call of `charge` with key `7`"), "{dump}");
}

#[test]
fn a_coroutine_that_only_sleeps_between_calls_needs_no_answer_for_a_start() {
    #[gen::coroutine]
    fn body() -> gen::Result<u32> {
        yield_!([start("letter", "1", &()), start("letter", "2", &())])?;
        yield_!(sleep(HOUR))?;
        Ok(2)
    }
    let records = Records::new();
    assert_eq!(block_on(gen_durable::run(body(), MemoryJournal::new(&records))).unwrap(), 2);
    assert_eq!(records.calls().len(), 2);
}
