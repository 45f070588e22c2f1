//! [`Driver`]: runs a coroutine over a journal.
//!
//! A poll of the driver does this, until nothing is left to do:
//!
//! 1. It polls the coroutine, if something has woken it, up to its next suspension. If the
//!    coroutine wakes itself meanwhile, it is polled again before anything else happens to it.
//! 2. It polls the steps that run, and proposes the outcomes of those that have ended.
//! 3. It takes one event from the journal, which wakes the coroutine at one place, begins a step,
//!    or cancels the coroutine.
//!
//! When the coroutine has ended, it is dropped, and its result is given to the journal. The driver
//! then keeps the result until the journal has made it safe.
//!
//! Only these events wake the coroutine, and the groups of gen poll their children in a fixed
//! order. So what the coroutine does between two events follows from the events before, and a
//! replay does the same.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{ready, Context, Poll, Waker};

use gen::drive::{self, CancelRequest, Refused};
use gen::dump::Waiting;
use gen::{CancelSource, Coroutine};
use serde::Serialize;

use crate::core::{enter, Core};
use crate::error::Suspended;
use crate::journal::{Event, Journal, Outcome};
use crate::outside::{outside, Outside};
use crate::steps::Steps;

/// Runs a coroutine over a journal: replays the entries that the journal contains, and records the
/// later ones.
///
/// It returns when the coroutine has ended, in this run or in an earlier one.
///
/// ```
/// use gen::yield_;
/// use gen_durable::{step, MemoryJournal, Records};
/// use std::sync::atomic::{AtomicU32, Ordering};
///
/// static REQUESTS: AtomicU32 = AtomicU32::new(0);
///
/// #[gen::coroutine]
/// fn fetch() -> gen::Result<u32> {
///     let fetch = || async { Ok(REQUESTS.fetch_add(1, Ordering::Relaxed)) };
///     yield_!(step("fetch", fetch))
/// }
/// let records = Records::new();
/// for _ in 0..3 {
///     let run = gen_durable::run(fetch(), MemoryJournal::new(&records));
///     assert_eq!(gen::run_sync(run).unwrap(), 0);
/// }
/// assert_eq!(REQUESTS.load(Ordering::Relaxed), 1);
/// ```
///
/// # Errors
///
/// The error of the coroutine, or [`StepFailed`](crate::StepFailed) if its result cannot be written
/// as JSON or is too large for an entry. And those of the driver, after which the coroutine can go
/// on in a later run, from the same journal:
///
/// - [`JournalMismatch`](crate::JournalMismatch): it does not do what the journal says;
/// - [`NotDurable`](crate::NotDurable): it does something that is in no journal;
/// - [`Suspended`]: the journal has suspended it;
/// - the errors of the journal, and [`NoHost`](gen::NoHost) if a sleep finds no timer.
///
/// [`Driver`] keeps the two kinds apart.
///
/// # Panics
///
/// A panic of the coroutine or of a step goes on to the caller. The journal is then as after a
/// kill.
///
/// # Cancellation
///
/// A cancellation of the task is written to the journal, and then arrives in the coroutine as
/// [`Cancelled`](gen::Cancelled), at each yield that waits. Its clean-up may take further steps. If
/// the process dies meanwhile, the next run goes on with the clean-up.
///
/// A [shutdown](gen::IoLoop::shutdown) of the loop does not cancel the coroutine. As if it was
/// killed, it is dropped, and goes on in the next run. So does a coroutine whose `run` is dropped.
pub async fn run<C, T>(coroutine: C, journal: impl Journal) -> gen::Result<T>
where
    C: Coroutine<Output = gen::Result<T>>,
    T: Serialize,
{
    Driver::new(coroutine, journal).await.unwrap_or_else(Err)
}

/// The future behind [`run`].
///
/// It gives `Ok` of the result of the coroutine if the coroutine has ended. `Err` means that it has
/// not, and can go on in a later run: the errors are those of [`run`].
///
/// ```
/// use gen::yield_;
/// use gen_durable::{step, Driver, JournalMismatch, MemoryJournal};
/// use gen_durable::{Records, StepFailed};
///
/// #[gen::coroutine]
/// fn pay(label: &'static str) -> gen::Result<u32> {
///     yield_!(step(label, || async { Err(gen::Error::new("no money")) }))
/// }
/// let records = Records::new();
/// let drive = |label| {
///     gen::run_sync(Driver::new(pay(label), MemoryJournal::new(&records)))
/// };
/// // The coroutine has ended, with an error of its own.
/// let ended = drive("charge")?;
/// assert!(ended.unwrap_err().is::<StepFailed>());
/// // Another program departs from the journal, and nothing has ended.
/// assert!(drive("pay").unwrap_err().is::<JournalMismatch>());
/// # Ok::<(), gen::Error>(())
/// ```
#[must_use = "nothing runs until it is polled"]
pub struct Driver<C: Coroutine> {
    /// Dropped when it has ended.
    coroutine: Option<Pin<Box<C>>>,
    /// The result of the coroutine, until it is safe.
    ended: Option<C::Output>,
    core: Arc<Core>,
    steps: Steps,
    /// The cancellation that the coroutine has to get, or holds back.
    cancel: Option<CancelRequest>,
    /// The waits of the coroutine for things that may be in no journal, when it was last asked.
    outside: Vec<Outside>,
    /// The number of polls of the coroutine until it is asked again.
    until_asked: usize,
}

/// The events that one poll of the driver handles before it lets other tasks run.
const EVENTS_AT_ONCE: usize = 100;

impl<C, T> Driver<C>
where
    C: Coroutine<Output = gen::Result<T>>,
    T: Serialize,
{
    /// Makes a driver. Nothing runs before its first poll.
    pub fn new(coroutine: C, journal: impl Journal) -> Self {
        let core = Core::new(Box::new(journal));
        Driver {
            coroutine: Some(Box::pin(coroutine)),
            ended: None,
            steps: Steps::new(Arc::clone(core.driver())),
            core,
            cancel: None,
            outside: Vec::new(),
            until_asked: 0,
        }
    }

    /// Polls the coroutine once, in a fixed order, with its core as the current one.
    fn poll_with<R>(
        &mut self,
        poll: impl FnOnce(Pin<&mut C>, &mut Context<'_>, Option<&mut CancelRequest>) -> R,
    ) -> (R, Option<Refused>) {
        let coroutine = self.coroutine.as_mut().expect("a driver is not polled after its end").as_mut();
        let waker = Waker::from(Arc::clone(&self.core));
        let _entered = enter(Some(&self.core));
        let mut cx = Context::from_waker(&waker);
        drive::in_fixed_order(|| poll(coroutine, &mut cx, self.cancel.as_mut()))
    }

    /// Lets the coroutine go on to its next suspension, or to its end.
    fn poll_coroutine(&mut self) -> gen::Result<Poll<gen::Result<T>>> {
        if self.core.is_woken_from_outside() {
            return Err(self.not_durable());
        }
        let (mut polled, refused) = self.poll_with(|coroutine, cx, cancel| match cancel {
            Some(request) => request.poll(coroutine, cx),
            None => coroutine.poll(cx),
        });
        if self.cancel.as_ref().is_some_and(|request| !request.is_deferred()) {
            self.cancel = None;
        }
        self.check_broken()?;
        self.until_asked = self.until_asked.saturating_sub(1);
        if polled.is_pending() && (self.until_asked == 0 || refused.is_some() || !self.core.awaits()) {
            polled = self.look_outside(refused)?;
        } else if let Some(refused) = refused {
            return Err(self.refused(refused, None));
        }
        self.check_ready(polled)
    }

    /// An error if the coroutine has ended by something that is in no journal.
    fn check_ready(&self, polled: Poll<gen::Result<T>>) -> gen::Result<Poll<gen::Result<T>>> {
        match polled.is_ready() && self.core.is_woken_from_outside() {
            true => Err(self.not_durable()),
            false => Ok(polled),
        }
    }

    fn check_broken(&self) -> gen::Result {
        self.core.take_broken().map_or(Ok(()), Err)
    }

    /// Polls the coroutine, and asks where it waits. This is a poll like any other, so the
    /// coroutine may go on in it. An error if this poll, or the one before, was refused something.
    fn ask(&mut self, refused: Option<Refused>) -> gen::Result<(Poll<gen::Result<T>>, Waiting)> {
        let ((polled, waiting), refused_now) =
            self.poll_with(|coroutine, cx, _| drive::poll_asked(coroutine, cx));
        self.check_broken()?;
        match refused.or(refused_now) {
            Some(refused) => Err(self.refused(refused, Some(&waiting))),
            None => Ok((self.check_ready(polled)?, waiting)),
        }
    }

    /// Looks for waits of the coroutine that are in no journal. An error if one is so with
    /// certainty.
    fn look_outside(&mut self, refused: Option<Refused>) -> gen::Result<Poll<gen::Result<T>>> {
        let (polled, waiting) = self.ask(refused)?;
        if polled.is_ready() {
            return Ok(polled);
        }
        self.outside = outside(&waiting);
        // Asking takes as long as there are waits, so it is done the less often, the more there
        // are.
        self.until_asked = self.core.number_awaited() / 8;
        if self.outside.first().is_some_and(|first| first.is_certain) {
            return Err(self.not_durable());
        }
        Ok(polled)
    }

    fn refused(&self, refused: Refused, waiting: Option<&Waiting>) -> gen::Error {
        Outside::refused(refused, waiting).into_error(self.site()).into()
    }

    fn not_durable(&self) -> gen::Error {
        let outside = self.outside.first().cloned().unwrap_or_else(Outside::unknown);
        outside.into_error(self.site()).into()
    }

    fn site(&self) -> gen::Site {
        self.coroutine.as_ref().expect("a driver is not polled after its end").site()
    }

    fn poll_steps(&mut self) -> gen::Result {
        for ticket in self.core.take_forgotten() {
            self.steps.remove(ticket);
        }
        let mut ended = self.steps.poll().into_iter();
        ended.try_for_each(|(ticket, outcome)| self.core.propose(ticket, outcome))
    }

    fn handle(&mut self, event: Event) -> gen::Result {
        match event {
            Event::Done(ticket, outcome) => {
                // A journal may have the outcome from elsewhere.
                self.steps.remove(ticket);
                self.core.done(ticket, outcome);
            }
            Event::Run(ticket) => {
                if let Some(closure) = self.core.take_closure(ticket) {
                    self.steps.begin(ticket, closure);
                }
            }
            Event::Cancelled(reason) => {
                // As for every task, a second request adds nothing while the first has not arrived.
                self.cancel.get_or_insert_with(|| CancelRequest::new(CancelSource::Explicit, reason));
            }
            Event::Suspended => return Err(Suspended.into()),
        }
        Ok(())
    }

    /// Writes the result down, and completes when it is safe.
    fn poll_end(&mut self, result: gen::Result<T>) -> Poll<gen::Result<gen::Result<T>>> {
        self.drop_coroutine();
        self.ended = Some(self.write_end(result)?);
        self.poll_finished()
    }

    fn poll_finished(&mut self) -> Poll<gen::Result<gen::Result<T>>> {
        ready!(self.core.poll_finished())?;
        let ended = self.ended.take().expect("a driver is not polled after its end");
        Poll::Ready(Ok(ended))
    }

    /// Writes the result down. If the journal has to keep a failure instead of it, then the failure
    /// is the result also of this run, as it is of each replay.
    fn write_end(&mut self, result: gen::Result<T>) -> gen::Result<gen::Result<T>> {
        let outcome = Outcome::of(&result);
        let replaced = outcome.too_large().or_else(|| match &outcome {
            Outcome::Failed(failed) if result.is_ok() => Some(failed.clone()),
            _ => None,
        });
        match replaced {
            Some(failed) => {
                self.core.finish(&Outcome::Failed(failed.clone()))?;
                Ok(Err(failed.into()))
            }
            None => {
                self.core.finish(&outcome)?;
                Ok(result)
            }
        }
    }

    /// As the poll of the future, but answers no dump, and does not drop a coroutine that has not
    /// ended when the run has.
    pub(crate) fn poll_undropped(&mut self, cx: &mut Context<'_>) -> Poll<gen::Result<gen::Result<T>>> {
        self.core.driver().set(cx.waker());
        let cancel = drive::take_cancel(cx, |source| source != CancelSource::Shutdown);
        if self.ended.is_some() {
            // A cancellation comes too late.
            return self.poll_finished();
        }
        if let Some(request) = cancel {
            self.core.cancel(request.reason())?;
        }
        for _ in 0..EVENTS_AT_ONCE {
            if self.core.take_woken() || self.cancel.as_ref().is_some_and(|request| !request.is_deferred()) {
                if let Poll::Ready(result) = self.poll_coroutine()? {
                    return self.poll_end(result);
                }
                if self.core.is_woken() {
                    break;
                }
            }
            if !self.core.awaits() {
                return Poll::Ready(Err(self.not_durable()));
            }
            self.poll_steps()?;
            let event = ready!(self.core.poll_event())?;
            self.handle(event)?;
        }
        self.core.driver().notify();
        Poll::Pending
    }

    /// Answers a dump.
    fn say(&mut self, cx: &Context<'_>) -> Poll<gen::Result<gen::Result<T>>> {
        if self.ended.is_some() {
            drive::say(self, cx, || "the journal, which writes the end of a durable run".into());
            return Poll::Pending;
        }
        let name = self.coroutine.as_ref().map_or("", |coroutine| coroutine.name());
        let last = self.core.last_awaited();
        let (polled, waiting) = self.ask(None)?;
        if let Poll::Ready(result) = polled {
            return self.poll_end(result);
        }
        drive::say_body(self, cx.waker(), "a durable run", name, waiting);
        if self.core.is_woken() || self.core.last_awaited() != last {
            // The coroutine has gone on. The next poll sees what it waits for now.
            self.core.driver().notify();
        }
        Poll::Pending
    }
}

impl<C: Coroutine> Driver<C> {
    fn drop_coroutine(&mut self) {
        let _entered = enter(None);
        // Its brackets must not release anything in a task of their own: the run goes on in another
        // process, as after a kill, or it has ended.
        drive::in_fixed_order(|| self.coroutine = None);
        self.steps.clear();
    }
}

impl<C: Coroutine> Unpin for Driver<C> {}

impl<C: Coroutine> Drop for Driver<C> {
    fn drop(&mut self) {
        self.drop_coroutine();
    }
}

impl<C, T> Future for Driver<C>
where
    C: Coroutine<Output = gen::Result<T>>,
    T: Serialize,
{
    type Output = gen::Result<gen::Result<T>>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let mut polled = self.poll_undropped(cx);
        if polled.is_pending() && drive::is_asked(cx) && !self.core.is_woken() {
            polled = self.say(cx);
        }
        if matches!(polled, Poll::Ready(Err(_))) {
            self.drop_coroutine();
        }
        polled
    }
}

impl<C: Coroutine> fmt::Debug for Driver<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = self.coroutine.as_ref().map(|coroutine| coroutine.name());
        f.debug_struct("Driver").field("coroutine", &name).finish_non_exhaustive()
    }
}
