//! The future of a supervisor, which polls the children, starts them again, and shuts them down.

use std::fmt;
use std::future::Future;
use std::mem;
use std::panic::Location;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

use super::board::{Board, ChildId, Phase};
use super::body::AnyBody;
use super::children::Children;
use super::death::History;
use super::entry::{End, Entry, Stage};
use super::errors::{EndedTooEarly, Limit};
use super::inbox::{drop_events, Event, InboxOwner, NewChildren, Spec};
use super::intensity::Intensity;
use super::outcome::{key, Outcome};
use super::restart::Restart;
use super::schedule::Schedule;
use crate::error::{printed, Alone, CancelSource, ChildError};
use crate::inject::{answering, in_flight, Cancellation, EndSender, WaitMark};
use crate::opaque::opaque_debug;
use crate::parallel::{is_spent_by_executor, ENDED_AT_ONCE};
use crate::report::{self, contain};
use crate::time::{now, sleep, Sleep};
use crate::{Error, Result};

/// The future of a [supervisor](crate::supervise()).
pub struct Supervising<C> {
    pub(super) children: Children<C>,
    pub(super) state: State,
    settings: Settings,
    /// Made by the first poll, as the time counts from there.
    history: Option<History>,
    /// The failures of children that were being shut down.
    failures: Vec<ChildError>,
    /// The children that are added by the first poll, or the reason why they cannot.
    fresh: Result<NewChildren<C>>,
    pub(super) mark: WaitMark,
    by: &'static Location<'static>,
    /// The last field, because the drop of any other one may still start a child.
    pub(super) inbox: InboxOwner<C>,
}

pub(super) struct Settings {
    /// Whether all children are started again when one has died.
    pub(super) all_for_one: bool,
    /// Whether the supervisor goes on without children.
    pub(super) keep_open: bool,
    pub(super) intensity: Intensity,
    pub(super) schedule: Schedule,
}

/// The states of the whole: see the table of the module.
pub(super) enum State {
    Running,
    /// Shuts all children down, to start them again.
    Restarting(Shutdown, NextStart),
    /// All children are down, and start when the time is over; `None` is no time.
    Starting(Arc<str>, Option<Sleep>),
    /// Shuts all children down, and ends.
    Ending(Shutdown, Outcome),
    Ended,
}

/// The next start of all children.
pub(super) struct NextStart {
    /// The child that has died.
    child: Arc<str>,
    /// The time from the end of the last child to the start of the first one.
    wait: Duration,
}

/// A shutdown in reverse order.
pub(super) struct Shutdown {
    cancellation: Cancellation,
    /// The children from here on are down.
    below: Option<ChildId>,
}

impl Shutdown {
    fn new(cancellation: Cancellation) -> Self {
        Shutdown { cancellation, below: None }
    }
}

// The children are behind pointers.
impl<C> Unpin for Supervising<C> {}

impl<C> Supervising<C> {
    pub(super) fn new(
        fresh: Result<NewChildren<C>>,
        settings: Settings,
        by: &'static Location<'static>,
        inbox: InboxOwner<C>,
    ) -> Self {
        Supervising {
            children: Children::new(),
            state: State::Running,
            settings,
            history: None,
            failures: Vec::new(),
            fresh,
            mark: WaitMark::NEW,
            by,
            inbox,
        }
    }

    fn board(&self) -> &Arc<Board> {
        &self.inbox.0.board
    }
}

impl<C: AnyBody> Future for Supervising<C> {
    type Output = Result;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result> {
        let this = self.get_mut();
        // Before its first poll nothing would wake it.
        if answering::only_answers(cx.waker()) && this.children.has_begun() {
            this.answer_only(cx);
            return Poll::Pending;
        }
        let events = this.inbox.0.take();
        this.children.begin_poll();
        // A thrown error is for the yield that waits for the supervisor.
        in_flight::without_injected_apart(|| this.go_on(events))?;
        if in_flight::any_in_flight() && !this.is_over() {
            this.pass_on(cx);
        }
        if this.is_over() {
            return Poll::Ready(this.finish());
        }
        if this.has_more(cx) {
            cx.waker().wake_by_ref();
        }
        if in_flight::any_in_flight() {
            answering::keeps(cx.waker(), this.children.kept_of(cx.waker()));
        }
        Poll::Pending
    }
}

impl<C: AnyBody> Supervising<C> {
    /// Starts all children if they wait for that and the time is over. Polls the children that were
    /// woken, adds the new ones, and goes on with the shutdown, if there is one.
    ///
    /// # Errors
    ///
    /// In the first poll: the children cannot be added.
    fn go_on(&mut self, events: Vec<Event<C>>) -> Result {
        if self.history.is_none() {
            if let Err(error) = self.begin() {
                drop_events(events);
                return Err(error);
            }
        }
        self.start_all_if_due();
        self.poll_woken();
        events.into_iter().for_each(|event| self.handle(event));
        self.advance();
        Ok(())
    }

    fn begin(&mut self) -> Result {
        self.history = Some(History::new(now()));
        match mem::replace(&mut self.fresh, Ok(NewChildren::default())) {
            Ok(fresh) => {
                self.board().set_phase(Phase::Running);
                fresh.into_iter().for_each(|(id, spec)| self.add(id, spec));
                Ok(())
            }
            Err(error) => {
                self.state = State::Ended;
                self.inbox.0.board.close();
                self.inbox.0.close();
                Err(error)
            }
        }
    }

    /// Polls the children that were woken, in the order of their wakes, and leaves the others to
    /// the next poll when the budget is spent.
    fn poll_woken(&mut self) {
        let mut ended = 0;
        while let Some(slot) = self.children.next_woken() {
            let has_ended = self.with_child(slot, Entry::poll);
            ended += usize::from(has_ended);
            let is_spent = ended >= ENDED_AT_ONCE || is_spent_by_executor();
            // All results come before a cancellation.
            if is_spent && !has_ended && !in_flight::reaches_all_woken() {
                return;
            }
        }
    }

    fn handle(&mut self, event: Event<C>) {
        match event {
            Event::Start(id, spec) => self.add(id, spec),
            Event::Stop(id, cancellation, end_sender) => self.stop(id, &cancellation, end_sender),
        }
    }

    /// Adds a child, and starts it, unless all are being shut down.
    fn add(&mut self, id: ChildId, spec: Spec<C>) {
        let mut entry = Entry::new(id, spec, Arc::clone(self.board()));
        match &self.state {
            State::Running => {
                let slot = self.children.add(entry);
                self.with_child(slot, Entry::poll);
            }
            State::Restarting(..) | State::Starting(..) => {
                entry.put_down();
                self.children.add(entry);
            }
            State::Ending(..) | State::Ended => {
                self.board().remove(id);
                entry.drop_contained();
            }
        }
    }

    /// Stops one child for good. If it has ended, the sender is dropped.
    fn stop(&mut self, id: ChildId, cancellation: &Cancellation, end_sender: EndSender) {
        let Some(slot) = self.children.slot_of(id) else { return };
        let stage = self.children.with(slot, |entry, _| {
            entry.remove_at_end(end_sender);
            entry.stage()
        });
        match stage {
            Some(Stage::Waiting | Stage::Down) => self.remove(slot),
            // It is only waited for.
            Some(Stage::Stopping) | None => {}
            Some(Stage::Running) => {
                self.with_child(slot, |entry, cx| entry.stop(cancellation, cx));
            }
        }
    }

    /// Runs `poll` with a child, and handles the end of its run. Returns whether it has ended.
    pub(super) fn with_child(
        &mut self,
        slot: u32,
        poll: impl FnOnce(&mut Entry<C>, &mut Context<'_>) -> Poll<End>,
    ) -> bool {
        let Some(Poll::Ready(end)) = self.children.with(slot, poll) else { return false };
        self.ended(slot, end);
        true
    }

    /// A run has ended.
    fn ended(&mut self, slot: u32, end: End) {
        let run = self.children.with(slot, |entry, _| Run {
            id: entry.id,
            child: Arc::clone(&entry.name),
            start: entry.start,
            began: entry.began,
            restart: if entry.is_removed { Restart::Never } else { entry.options.restart },
            was_stopped: entry.stage() == Stage::Stopping,
        });
        let Some(run) = run else { return };
        let is_ending = matches!(self.state, State::Ending(..) | State::Ended);
        let failure = match end {
            End::NoTimer(error) => {
                self.remove(slot);
                return self.give_up_without_timer(run.child, error);
            }
            End::Failed(error) => Some(error),
            End::Well if run.restart == Restart::Always && !run.was_stopped && !is_ending => {
                Some(EndedTooEarly.into())
            }
            End::Well | End::Stopped => None,
        };
        match (failure, run.restart) {
            (failure, Restart::Never) => {
                failure.iter().for_each(|error| report_lost(&run.child, error));
                self.remove(slot);
            }
            (failure, _) if is_ending => {
                if let Some(error) = failure {
                    report_lost(&run.child, &error);
                    self.failures.push(ChildError::of(key(&run.child), error));
                }
                self.remove(slot);
            }
            // It goes on with its siblings.
            (failure, _) if matches!(self.state, State::Restarting(..)) => {
                failure.iter().for_each(|error| self.failed_in_shutdown(&run, error));
                if failure.is_none() && !run.was_stopped {
                    return self.remove(slot);
                }
                self.children.with(slot, |entry, _| entry.put_down());
            }
            (Some(error), _) => self.start_again(slot, &run, error),
            (None, _) => self.remove(slot),
        }
    }

    /// A child has failed while all are shut down, and is started again with them.
    fn failed_in_shutdown(&mut self, run: &Run, error: &Error) {
        self.record(run, error);
        log_death(&run.child, error, format_args!("while its siblings are shut down"));
    }

    /// A child has died, and is to be started again, if it may.
    fn start_again(&mut self, slot: u32, run: &Run, error: Error) {
        let at = self.record(run, &error);
        let has_run_well = self.settings.intensity.is_long(at.saturating_duration_since(run.began));
        let is_allowed = self.settings.intensity.allows(at);
        let supervisor = &self.settings.schedule;
        let wait = self.children.with(slot, |entry, _| {
            let schedule = entry.options.schedule.get_or_insert_with(|| supervisor.fresh());
            if has_run_well {
                schedule.begin_again();
            }
            if is_allowed {
                schedule.next()
            } else {
                None
            }
        });
        let Some(wait) = wait.flatten() else {
            let (most, within) = self.settings.intensity.limit();
            let limit = if is_allowed { Limit::Schedule } else { Limit::Intensity(most, within) };
            return self.give_up(slot, run, error, limit);
        };
        if self.settings.all_for_one {
            log_death(&run.child, &error, format_args!("and all children start again in {wait:?}"));
            let reason = printed(format_args!("`{}` has failed: {error}", run.child));
            let cancellation = Cancellation::new(CancelSource::Sibling, reason, self.by);
            self.children.with(slot, |entry, _| entry.put_down());
            let next_start = NextStart { child: Arc::clone(&run.child), wait };
            self.state = State::Restarting(Shutdown::new(cancellation), next_start);
            self.put_down_waiting();
        } else {
            log_death(&run.child, &error, format_args!("and starts again in {wait:?}"));
            self.children.with(slot, |entry, _| entry.wait(wait));
            // The next poll sets the timer, or starts it.
            self.children.wake(slot);
        }
    }

    /// Adds a death to the history, and returns its time.
    fn record(&mut self, run: &Run, error: &Error) -> Instant {
        let at = now();
        if let Some(history) = &mut self.history {
            history.add(&run.child, run.start, at, error.clone());
        }
        self.board().failed(run.id, printed(format_args!("{error:#}")));
        at
    }

    fn give_up(&mut self, slot: u32, run: &Run, error: Error, limit: Limit) {
        let reason =
            printed(format_args!("the supervisor gave up, since `{}` has failed: {error}", run.child));
        self.remove(slot);
        let outcome = Outcome::GaveUp { child: Arc::clone(&run.child), error, limit };
        self.shut_down(Cancellation::new(CancelSource::Sibling, reason, self.by), outcome);
    }

    fn give_up_without_timer(&mut self, child: Arc<str>, error: Error) {
        if matches!(self.state, State::Ending(..) | State::Ended) {
            return;
        }
        let reason = printed(format_args!("`{child}` cannot wait for its restart: {error}"));
        let outcome = Outcome::NoTimer { child, error };
        self.shut_down(Cancellation::new(CancelSource::Sibling, reason, self.by), outcome);
    }

    /// Begins the shutdown of the whole.
    pub(super) fn shut_down(&mut self, cancellation: Cancellation, outcome: Outcome) {
        self.board().set_phase(Phase::Down);
        self.state = State::Ending(Shutdown::new(cancellation), outcome);
        self.put_down_waiting();
    }

    /// No child starts during a shutdown.
    fn put_down_waiting(&mut self) {
        for slot in self.children.in_order() {
            self.children.with(slot, |entry, _| {
                if entry.stage() == Stage::Waiting {
                    entry.put_down();
                }
            });
        }
    }

    fn remove(&mut self, slot: u32) {
        if let Some(entry) = self.children.remove(slot) {
            self.board().remove(entry.id);
            entry.drop_contained();
        }
    }

    /// Goes on with a shutdown: one child after the other, in reverse order.
    pub(super) fn advance(&mut self) {
        loop {
            let (shutdown, is_ending) = match &self.state {
                State::Running | State::Starting(..) | State::Ended => return,
                State::Restarting(shutdown, _) => (shutdown, false),
                State::Ending(shutdown, _) => (shutdown, true),
            };
            let Some((id, slot)) = self.children.last(shutdown.below) else {
                if is_ending {
                    return;
                }
                self.wait_for_start();
                return;
            };
            let cancellation = shutdown.cancellation.clone();
            match self.children.with(slot, |entry, _| entry.stage()) {
                // Its end or its grace wakes the supervisor.
                Some(Stage::Stopping) => return,
                Some(Stage::Running) => {
                    self.with_child(slot, |entry, cx| entry.stop(&cancellation, cx));
                }
                Some(Stage::Waiting | Stage::Down) if is_ending => self.remove(slot),
                Some(Stage::Waiting | Stage::Down) | None => {
                    if let State::Restarting(shutdown, _) = &mut self.state {
                        shutdown.below = Some(id);
                    }
                }
            }
        }
    }

    /// All children are down: they start again after the wait.
    fn wait_for_start(&mut self) {
        let State::Restarting(_, NextStart { child, wait }) = mem::replace(&mut self.state, State::Running)
        else {
            return;
        };
        self.state = State::Starting(child, (!wait.is_zero()).then(|| sleep(wait)));
        // The next poll sets the timer, or starts them.
        self.children.with_waker_of_events(Waker::wake_by_ref);
    }

    /// Starts all children, in order, if they wait for that and the time is over.
    fn start_all_if_due(&mut self) {
        let State::Starting(child, sleep) = &mut self.state else { return };
        let polled =
            sleep.as_mut().map(|sleep| self.children.with_context_of_events(|cx| sleep.poll_part(cx)));
        match polled {
            Some(Poll::Pending) => return,
            Some(Poll::Ready(Err(no_timer))) => {
                let child = Arc::clone(child);
                return self.give_up_without_timer(child, no_timer);
            }
            None | Some(Poll::Ready(Ok(()))) => self.state = State::Running,
        }
        for slot in self.children.in_order() {
            // One that dies at once has all of them restarted: those behind it stay down.
            if matches!(self.state, State::Running) {
                self.with_child(slot, Entry::start);
            }
        }
    }

    /// Whether there is nothing more to do; then no child can be added any more.
    pub(super) fn is_over(&self) -> bool {
        self.children.is_empty()
            && match &self.state {
                State::Ending(..) | State::Ended => true,
                State::Running | State::Restarting(..) | State::Starting(..) => {
                    !self.settings.keep_open && self.inbox.0.close_if_empty()
                }
            }
    }

    /// The result, when all children have ended.
    fn finish(&mut self) -> Result {
        let state = mem::replace(&mut self.state, State::Ended);
        if !matches!(state, State::Ending(..)) {
            self.board().set_phase(Phase::Done);
        }
        self.inbox.0.close();
        let failures = mem::take(&mut self.failures);
        match (state, &mut self.history) {
            (State::Ending(_, outcome), Some(history)) => Err(outcome.into_error(history, failures)),
            _ => Ok(()),
        }
    }

    /// Ends the poll. If there is nothing to do yet, has the task woken when there is.
    fn has_more(&mut self, cx: &mut Context<'_>) -> bool {
        let inbox = &self.inbox.0;
        let is_asleep = self.children.with_waker_of_events(|waker| inbox.sleep(waker));
        self.children.end_poll(cx.waker()) || !is_asleep
    }
}

/// A run that has ended.
struct Run {
    id: ChildId,
    child: Arc<str>,
    start: u32,
    began: Instant,
    restart: Restart,
    /// It was cancelled by the supervisor.
    was_stopped: bool,
}

/// Logs the failure of a child that is started again.
fn log_death(child: &str, error: &Error, then: fmt::Arguments<'_>) {
    contain("the logger", || {
        report::warning(format_args!("`{child}` of a supervisor has failed, {then}: {}", Alone(error)));
    });
}

/// Logs the failure of a child that has no other place.
fn report_lost(child: &str, error: &Error) {
    contain("the logger", || report::failure(format_args!("`{child}` of a supervisor has failed"), error));
}

opaque_debug!([C] Supervising<C>);
