//! A dump shows where a durable coroutine waits, and its poll loses no result, step or error.

mod world;

use std::future::{pending, poll_fn, Future};
use std::mem;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use gen::yield_;
use gen_durable::{
    signal, sleep, step, with_timeout, Awaited, Command, Event, Journal, MemoryJournal, Outcome, Records,
    Ticket,
};
use world::block_on;

#[gen::coroutine]
fn dumps(records: Records) -> gen::Result<String> {
    let run = gen_durable::run(branches(), MemoryJournal::new(&records));
    let _task = gen::spawn(run);
    yield_!(gen::sleep(Duration::from_secs(1)))?;
    Ok(yield_!(gen::dump())?.to_string())
}

async fn refused() -> gen::Result<u32> {
    gen::bail!("no")
}

#[gen::coroutine]
fn branches() -> gen::Result<()> {
    let minute = Duration::from_secs(60);
    yield_!((
        (sleep(minute), step("forever", pending::<gen::Result>)),
        (signal::<bool>("approved"), step("charge", refused).retry([minute; 3])),
        step("pay", pending::<gen::Result>).retry([minute; 3]),
    ))?;
    Ok(())
}

#[test]
fn a_dump_shows_the_labels_of_the_steps_that_wait() {
    let text = block_on(dumps(Records::new())).unwrap();
    for part in [
        "a durable run",
        "in branches",
        "a durable sleep of 60s",
        "the step `forever`",
        "the signal `approved`",
        "the time of attempt 2 of the step `charge`",
        "the step `pay`",
    ] {
        assert!(text.contains(part), "{text}");
    }
}

/// The first line of this file with that code.
fn line_of(code: &str) -> usize {
    1 + include_str!("dump.rs").lines().position(|line| line.contains(code)).unwrap()
}

#[gen::coroutine]
fn delivery() -> gen::Result<bool> {
    let day = Duration::from_secs(86_400);
    yield_!(with_timeout(3 * day, vec![signal::<bool>("left door"), signal("right door")]))?;
    Ok(true)
}

#[gen::coroutine]
fn nested() -> gen::Result<()> {
    let hour = Duration::from_secs(3600);
    yield_!((
        vec![delivery()],
        [step("pack", pending::<gen::Result>), step("weigh", pending)],
        with_timeout(hour, with_timeout(2 * hour, sleep(3 * hour))),
    ))?;
    Ok(())
}

#[gen::coroutine]
fn dump_of_nested() -> gen::Result<gen::Dump> {
    let _task = gen::spawn(gen_durable::run(nested(), MemoryJournal::new(&Records::new())));
    yield_!(gen::sleep(Duration::from_secs(1)))?;
    yield_!(gen::dump())
}

#[test]
fn a_dump_of_nested_groups_names_each_wait_with_its_line_in_each_form() {
    let dump = block_on(dump_of_nested()).unwrap();
    let (text, json) = (dump.to_string(), serde_json::to_string(&dump).unwrap());
    println!("{text}");
    for (wait, code) in [
        ("the signal `left door`", "signal::<bool>(\"left door\")"),
        ("the signal `right door`", "signal(\"right door\")"),
        ("the step `pack`", "step(\"pack\", pending::<gen::Result>)"),
        ("the step `weigh`", "step(\"weigh\", pending)"),
        ("a durable timeout of 259200s", "with_timeout(3 * day, "),
        ("a durable timeout of 3600s", "with_timeout(hour, "),
        ("a durable timeout of 7200s", "with_timeout(2 * hour, "),
        ("a durable sleep of 10800s", "sleep(3 * hour)"),
    ] {
        let named = format!("{wait} at {}:{}:", file!(), line_of(code));
        for form in [&text, &json, &dump.to_html()] {
            assert!(form.contains(&named), "{named} is not in\n{form}");
        }
    }
    // Nothing of the journal.
    assert!(!text.contains("no yield waits for") && !text.contains("waits for a sleep"), "{text}");
}

#[gen::coroutine]
fn approval() -> gen::Result<bool> {
    yield_!(with_timeout(Duration::from_secs(3600), signal::<bool>("approved")))
}

#[gen::coroutine]
fn dumps_a_timeout(run: impl Future<Output = gen::Result<bool>> + 'static) -> gen::Result<String> {
    let _task = gen::spawn_local(run);
    yield_!(gen::sleep(Duration::from_secs(1)))?;
    Ok(yield_!(gen::dump())?.to_string())
}

#[test]
fn a_deadline_and_the_wait_that_it_limits_are_below_their_yield() {
    let run = gen_durable::run(approval(), MemoryJournal::new(&Records::new()));
    let text = block_on(dumps_a_timeout(run)).unwrap();
    let (_, below) = text.split_once("in approval").unwrap_or_else(|| panic!("{text}"));
    assert!(
        below.contains("the signal `approved`") && below.contains("a durable timeout of 3600s"),
        "{text}"
    );
}

#[gen::coroutine]
fn without_a_journal() -> gen::Result<bool> {
    yield_!(with_timeout(Duration::from_secs(3600), gen::sleep(Duration::from_secs(60))))?;
    Ok(true)
}

#[test]
fn a_dump_without_a_journal_shows_both_below_their_yield() {
    let text = block_on(dumps_a_timeout(without_a_journal())).unwrap();
    let (_, below) = text.rsplit_once("in without_a_journal").unwrap_or_else(|| panic!("{text}"));
    assert!(below.contains("59s") && below.contains("3599s"), "{text}");
}

/// Waits for a step that never ends, or for this flag, which wakes nothing. So only a poll that
/// nothing has caused, such as that of a dump, sees the flag.
fn flag(is_set: Arc<AtomicBool>) -> impl Future<Output = ()> {
    let mut forever = Box::pin(step("forever", pending::<gen::Result>));
    poll_fn(move |cx| match is_set.load(Ordering::Relaxed) {
        true => Poll::Ready(()),
        false => forever.as_mut().poll(cx).map(|_| ()),
    })
}

#[gen::coroutine]
fn ends_at(is_set: Arc<AtomicBool>) -> gen::Result<u32> {
    yield_!(flag(is_set))?;
    Ok(7)
}

#[gen::coroutine]
fn goes_on_at(is_set: Arc<AtomicBool>) -> gen::Result<u32> {
    yield_!(flag(is_set))?;
    yield_!(step("later", || async { Ok(7) }))
}

#[gen::coroutine]
fn wakes_itself_after(is_set: Arc<AtomicBool>) -> gen::Result<u32> {
    yield_!(flag(is_set))?;
    yield_!(yield_now())?;
    yield_!(step("later", || async { Ok(7) }))
}

/// Another library's way to let other tasks run.
fn yield_now() -> impl Future<Output = ()> {
    let mut is_over = false;
    poll_fn(move |cx| {
        if mem::replace(&mut is_over, true) {
            return Poll::Ready(());
        }
        cx.waker().wake_by_ref();
        Poll::Pending
    })
}

#[gen::coroutine]
fn waits_outside_after(is_set: Arc<AtomicBool>) -> gen::Result<u32> {
    yield_!(flag(is_set))?;
    yield_!(pending::<gen::Result<u32>>())
}

/// Runs a coroutine over a journal, sets its flag, and makes a dump, in whose poll it goes on.
#[gen::coroutine]
fn dumped(
    body: impl FnOnce(Arc<AtomicBool>) -> Pin<Box<dyn gen::Coroutine<Output = gen::Result<u32>>>> + 'static,
    journal: impl Journal,
) -> gen::Result<u32> {
    let is_set = Arc::new(AtomicBool::new(false));
    let task = gen::spawn_local(gen_durable::run(body(Arc::clone(&is_set)), journal));
    yield_!(gen::sleep(Duration::from_secs(1)))?;
    is_set.store(true, Ordering::Relaxed);
    yield_!(gen::dump())?;
    yield_!(gen::with_timeout(Duration::from_secs(60), task))
}

#[test]
fn a_coroutine_that_ends_while_it_is_dumped_gives_its_result() {
    let journal = MemoryJournal::new(&Records::new());
    assert_eq!(block_on(dumped(|is_set| Box::pin(ends_at(is_set)), journal)).unwrap(), 7);
}

#[test]
fn a_coroutine_that_goes_on_while_it_is_dumped_gets_its_next_step() {
    let journal = MemoryJournal::new(&Records::new());
    assert_eq!(block_on(dumped(|is_set| Box::pin(goes_on_at(is_set)), journal)).unwrap(), 7);
}

#[test]
fn a_coroutine_that_wakes_itself_while_it_is_dumped_is_polled_again() {
    let journal = MemoryJournal::new(&Records::new());
    assert_eq!(block_on(dumped(|is_set| Box::pin(wakes_itself_after(is_set)), journal)).unwrap(), 7);
}

#[test]
fn a_coroutine_that_leaves_the_journal_while_it_is_dumped_ends_with_an_error() {
    let journal = MemoryJournal::new(&Records::new());
    let error = block_on(dumped(|is_set| Box::pin(waits_outside_after(is_set)), journal)).unwrap_err();
    assert!(error.is::<gen_durable::NotDurable>(), "{error}");
}

/// A journal that refuses one step.
struct Full(MemoryJournal);

impl Journal for Full {
    fn issue(&mut self, command: &Command) -> gen::Result<Ticket> {
        gen::ensure!(command.label() != Some("later"), "the disk is full");
        self.0.issue(command)
    }

    fn propose(&mut self, step: Ticket, outcome: Outcome) -> gen::Result {
        self.0.propose(step, outcome)
    }

    fn cancel(&mut self, reason: &str) -> gen::Result {
        self.0.cancel(reason)
    }

    fn poll_event(&mut self, cx: &mut Context<'_>, awaited: &Awaited) -> Poll<gen::Result<Event>> {
        self.0.poll_event(cx, awaited)
    }

    fn finish(&mut self, outcome: &Outcome) -> gen::Result {
        self.0.finish(outcome)
    }

    fn poll_finished(&mut self, cx: &mut Context<'_>) -> Poll<gen::Result> {
        self.0.poll_finished(cx)
    }
}

#[test]
fn an_error_of_the_journal_in_the_poll_of_a_dump_ends_the_run() {
    let journal = Full(MemoryJournal::new(&Records::new()));
    let error = block_on(dumped(|is_set| Box::pin(goes_on_at(is_set)), journal)).unwrap_err();
    assert_eq!(error.to_string(), "the disk is full");
}
