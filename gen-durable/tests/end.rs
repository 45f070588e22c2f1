//! The end of a run: its caller gets the result when the journal has made it safe, and other tasks
//! go on meanwhile.

mod world;

use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use gen::yield_;
use gen_durable::{step, Awaited, Command, Driver, Event, Journal, MemoryJournal, Outcome, Records, Ticket};
use world::block_on;

/// The disk of a [`Slow`] journal: it has written the end when the test says so.
#[derive(Clone, Default)]
struct Disk(Arc<Mutex<(Option<gen::Result>, Option<Waker>)>>);

impl Disk {
    fn has_written(&self, result: gen::Result) {
        let waker = {
            let mut disk = self.0.lock().unwrap();
            disk.0 = Some(result);
            disk.1.take()
        };
        waker.expect("the end is waited for").wake();
    }
}

struct Slow {
    inner: MemoryJournal,
    disk: Disk,
}

impl Journal for Slow {
    fn issue(&mut self, command: &Command) -> gen::Result<Ticket> {
        self.inner.issue(command)
    }

    fn propose(&mut self, step: Ticket, outcome: Outcome) -> gen::Result {
        self.inner.propose(step, outcome)
    }

    fn cancel(&mut self, reason: &str) -> gen::Result {
        self.inner.cancel(reason)
    }

    fn poll_event(&mut self, cx: &mut Context<'_>, awaited: &Awaited) -> Poll<gen::Result<Event>> {
        self.inner.poll_event(cx, awaited)
    }

    fn finish(&mut self, outcome: &Outcome) -> gen::Result {
        self.inner.finish(outcome)
    }

    fn poll_finished(&mut self, cx: &mut Context<'_>) -> Poll<gen::Result> {
        let mut disk = self.disk.0.lock().unwrap();
        match disk.0.take() {
            Some(result) => Poll::Ready(result),
            None => {
                disk.1 = Some(cx.waker().clone());
                Poll::Pending
            }
        }
    }
}

struct Dropped(Arc<Mutex<bool>>);

impl Drop for Dropped {
    fn drop(&mut self) {
        *self.0.lock().unwrap() = true;
    }
}

#[gen::coroutine]
fn order(is_dropped: Arc<Mutex<bool>>) -> gen::Result<u32> {
    let _dropped = Dropped(is_dropped);
    yield_!(step("charge", || async { Ok(7) }))
}

fn slow(disk: &Disk) -> Slow {
    Slow { inner: MemoryJournal::new(&Records::new()), disk: disk.clone() }
}

#[gen::coroutine]
fn waits_for_the_disk() -> gen::Result {
    let (disk, is_dropped) = (Disk::default(), Arc::<Mutex<bool>>::default());
    let task = gen::spawn(gen_durable::run(order(Arc::clone(&is_dropped)), slow(&disk)));
    yield_!(gen::sleep(Duration::from_secs(3600)))?;
    assert!(!task.is_done(), "the end is not safe yet");
    assert!(*is_dropped.lock().unwrap(), "the coroutine itself has ended");
    let dump = yield_!(gen::dump())?.to_string();
    assert!(dump.contains("the journal, which writes the end of a durable run"), "{dump}");
    disk.has_written(Ok(()));
    assert_eq!(yield_!(task)?, 7);
    Ok(())
}

#[test]
fn the_result_comes_when_it_is_safe_and_a_dump_says_so_meanwhile() {
    block_on(waits_for_the_disk()).unwrap();
}

#[gen::coroutine]
fn the_disk_is_full() -> gen::Result {
    let disk = Disk::default();
    let task = gen::spawn(Driver::new(order(Arc::default()), slow(&disk)));
    yield_!(gen::sleep(Duration::from_secs(3600)))?;
    disk.has_written(Err(gen::Error::new("the disk is full")));
    // The outer result: the run has not ended.
    assert_eq!(yield_!(task).unwrap_err().to_string(), "the disk is full");
    Ok(())
}

#[test]
fn an_end_that_is_not_safe_is_no_end() {
    block_on(the_disk_is_full()).unwrap();
}

#[gen::coroutine]
fn cancelled_at_its_end() -> gen::Result {
    let disk = Disk::default();
    let task = gen::spawn(gen_durable::run(order(Arc::default()), slow(&disk)));
    yield_!(gen::sleep(Duration::from_secs(3600)))?;
    drop(task.cancel("too late"));
    yield_!(gen::sleep(Duration::from_secs(3600)))?;
    disk.has_written(Ok(()));
    assert_eq!(yield_!(task)?, 7);
    Ok(())
}

#[test]
fn a_cancellation_that_comes_after_the_end_changes_nothing() {
    block_on(cancelled_at_its_end()).unwrap();
}
