//! A step that is tried again keeps its attempts and its waits over a death.

mod world;

use std::future::{pending, Future};
use std::io::{Error, ErrorKind};
use std::pin::Pin;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::Arc;
use std::task::{Context, Waker};
use std::time::Duration;

use gen::yield_;
use gen_durable::{now, permanent, sleep, step, with_timeout, MemoryJournal, Records, StepFailed};
use world::{block_on, World};

const HOUR: Duration = Duration::from_secs(3600);

/// Fails so often, and notes each attempt.
#[derive(Debug, Clone)]
struct Flaky(World, Arc<AtomicU32>);

impl Flaky {
    fn new(failures: u32) -> Self {
        Flaky(World::default(), Arc::new(AtomicU32::new(failures)))
    }

    async fn charge(self) -> gen::Result<u32> {
        self.0.note("charge");
        let left = self.1.load(Ordering::Relaxed);
        self.1.store(left.saturating_sub(1), Ordering::Relaxed);
        gen::ensure!(left == 0, "busy, {left}");
        Ok(30)
    }
}

#[gen::coroutine]
fn order(flaky: Flaky, waits: &'static [u64]) -> gen::Result<String> {
    let began = yield_!(now())?;
    let waits = waits.iter().map(|hours| HOUR * *hours as u32);
    let paid = yield_!(step("charge", move || flaky.charge()).retry(waits));
    let hours = yield_!(now())?.duration_since(began)?.as_secs() / 3600;
    Ok(match paid {
        Ok(paid) => format!("{paid} after {hours}"),
        Err(error) => format!("{error:#} after {hours}"),
    })
}

fn run(flaky: &Flaky, waits: &'static [u64], records: &Records) -> String {
    block_on(gen_durable::run(order(flaky.clone(), waits), MemoryJournal::new(records))).unwrap()
}

#[test]
fn a_step_that_fails_is_tried_again_after_each_wait() {
    let flaky = Flaky::new(2);
    let records = Records::new();
    assert_eq!(run(&flaky, &[1, 2, 4], &records), "30 after 3");
    assert_eq!(flaky.0.log().len(), 3);
    assert_eq!(run(&Flaky::new(9), &[1, 2, 4], &records), "30 after 3", "a replay");
}

#[test]
fn an_end_of_the_schedule_is_the_end_of_the_attempts() {
    let flaky = Flaky::new(9);
    assert_eq!(run(&flaky, &[1, 2], &Records::new()), "failed 3 times: busy, 7 after 3");
    assert_eq!(flaky.0.log().len(), 3);
    assert_eq!(run(&Flaky::new(9), &[], &Records::new()), "busy, 9 after 0");
}

#[test]
fn attempts_that_were_made_before_a_death_are_not_made_again() {
    let (whole, all) = (Records::new(), Flaky::new(9));
    let end = run(&all, &[1, 2], &whole);
    for len in 0..=whole.len() {
        let cut = whole.cut(len);
        let recorded = cut.steps().len() as u32;
        let flaky = Flaky::new(9 - recorded);
        assert_eq!(run(&flaky, &[1, 2], &cut), end, "after {len} entries");
        assert_eq!(flaky.0.log().len() as u32 + recorded, 3, "after {len} entries");
        assert_eq!(cut.steps(), whole.steps());
    }
}

#[test]
fn a_wait_goes_on_while_no_process_runs() {
    let (whole, flaky) = (Records::new(), Flaky::new(1));
    run(&flaky, &[24], &whole);
    // The clock, the attempt and the wait.
    let cut = whole.cut(5);
    assert_eq!(cut.steps(), ["charge"]);
    let end = block_on(async {
        let journal = MemoryJournal::new(&cut);
        gen::sleep(23 * HOUR).await?;
        let began = gen::drive::now();
        let end = gen_durable::run(order(Flaky::new(0), &[24]), journal).await?;
        let waited = (gen::drive::now() - began).as_secs();
        assert!((3500..3700).contains(&waited), "the last hour, not {waited} seconds");
        Ok(end)
    });
    assert_eq!(end.unwrap(), "30 after 24");
}

#[test]
fn a_schedule_that_became_shorter_or_longer_fits_old_runs() {
    let (whole, flaky) = (Records::new(), Flaky::new(2));
    run(&flaky, &[1, 1, 1, 1], &whole);
    for waits in [&[] as &[u64], &[5], &[1; 9]] {
        assert_eq!(run(&Flaky::new(9), waits, &whole), "30 after 2", "what was decided stays");
    }
    // The clock, and one attempt that was to be followed by another one, which is the last one now.
    let cut = whole.cut(4);
    assert_eq!(run(&Flaky::new(9), &[], &cut), "failed 2 times: busy, 9 after 1");
}

#[gen::coroutine]
fn fails(error: fn() -> gen::Error, attempts: Arc<AtomicU32>) -> gen::Result<u32> {
    let attempt = move || async move {
        attempts.fetch_add(1, Ordering::Relaxed);
        Err(error())
    };
    let is_short =
        |error: &gen::Error| error.downcast_ref::<Error>().is_none_or(|e| e.kind() != ErrorKind::NotFound);
    yield_!(step("fail", attempt).retry([HOUR; 2]).when(is_short))
}

#[test]
fn what_no_further_attempt_can_mend_is_tried_once() {
    type Case = (fn() -> gen::Error, u32, bool);
    let cases: [Case; 5] = [
        (|| gen::Error::new("busy"), 3, false),
        (|| permanent(gen::Error::new("no such card")), 1, true),
        (|| permanent(Error::from(ErrorKind::TimedOut)).context("charging"), 1, true),
        (|| Error::from(ErrorKind::NotFound).into(), 1, false),
        (|| StepFailed::new("no").with_code(402).into_permanent().into(), 1, true),
    ];
    for (error, tried, is_permanent) in cases {
        let ends = [(); 3].map(|()| Arc::new(AtomicU32::new(0)));
        let records = Records::new();
        let mut texts = Vec::new();
        for (number, attempts) in ends.iter().enumerate() {
            let fails = fails(error, Arc::clone(attempts));
            // In the first run, in a replay, and without a journal.
            let end = match number {
                2 => block_on(fails),
                _ => block_on(gen_durable::run(fails, MemoryJournal::new(&records))),
            };
            let error = end.unwrap_err();
            let failed = error.downcast_ref::<StepFailed>().unwrap();
            assert_eq!(failed.is_permanent(), is_permanent, "{error:?}");
            texts.push(format!("{error:#} {}", failed.code()));
        }
        assert_eq!(ends.map(|end| end.load(Ordering::Relaxed)), [tried, 0, tried], "{texts:?}");
        assert!(texts.iter().all(|text| *text == texts[0]), "{texts:?}");
    }
}

#[gen::coroutine]
fn retries_a_cancelled_task(attempts: Arc<AtomicU32>) -> gen::Result<u32> {
    let attempt = move || async move {
        attempts.fetch_add(1, Ordering::Relaxed);
        let task = gen::spawn(pending::<gen::Result<u32>>());
        drop(task.cancel("enough"));
        task.await
    };
    yield_!(step("ask", attempt).retry([HOUR; 3]))
}

#[test]
fn a_cancellation_is_not_retried() {
    let attempts = Arc::new(AtomicU32::new(0));
    let run = gen_durable::run(
        retries_a_cancelled_task(Arc::clone(&attempts)),
        MemoryJournal::new(&Records::new()),
    );
    let error = block_on(run).unwrap_err();
    assert_eq!(error.downcast_ref::<StepFailed>().unwrap().code(), StepFailed::CANCELLED, "{error:?}");
    assert_eq!(attempts.load(Ordering::Relaxed), 1);
}

#[gen::coroutine]
fn gives_up(flaky: Flaky) -> gen::Result<String> {
    let charge = step("charge", move || flaky.charge()).retry(std::iter::repeat(HOUR));
    let late = yield_!(with_timeout(HOUR * 5 / 2, charge)).unwrap_err();
    yield_!(sleep(HOUR))?;
    Ok(late.to_string())
}

#[test]
fn a_timeout_limits_all_attempts_also_in_a_replay() {
    let (records, flaky) = (Records::new(), Flaky::new(9));
    let run = |flaky: &Flaky, records: &Records| {
        block_on(gen_durable::run(gives_up(flaky.clone()), MemoryJournal::new(records))).unwrap()
    };
    assert_eq!(run(&flaky, &records), "timeout after 9000s");
    assert_eq!(flaky.0.log().len(), 3);
    for len in 0..=records.len() {
        assert_eq!(run(&Flaky::new(9), &records.cut(len)), "timeout after 9000s", "after {len} entries");
    }
}

/// The waits that a replay draws differ from those of the first run.
#[gen::coroutine]
fn jittered(flaky: Flaky) -> gen::Result<u32> {
    let schedule = gen::backoff(HOUR).jitter().take(5);
    yield_!(step("charge", move || flaky.charge()).retry(schedule))
}

#[test]
fn a_random_schedule_is_no_departure() {
    let records = Records::new();
    let run =
        |flaky: Flaky, records: &Records| gen_durable::run(jittered(flaky), MemoryJournal::new(records));
    assert_eq!(block_on(run(Flaky::new(4), &records)).unwrap(), 30);
    for len in 0..=records.len() {
        let left = 4 - records.cut(len).steps().len().min(4) as u32;
        assert_eq!(block_on(run(Flaky::new(left), &records.cut(len))).unwrap(), 30);
    }
}

#[test]
#[should_panic(expected = "the step was polled already")]
fn a_step_that_runs_is_not_made_a_retry() {
    let mut running = step("slow", pending::<gen::Result>);
    let mut cx = Context::from_waker(Waker::noop());
    assert!(Pin::new(&mut running).poll(&mut cx).is_pending());
    drop(running.retry([HOUR]));
}
