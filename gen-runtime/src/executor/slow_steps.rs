//! Slow steps: a body that keeps its loop for longer than a limit, between two suspensions.
//!
//! A step is one poll of a task, or of the future of a blocking call. The loop reports a slow one
//! with the yields at which the step began and ended. The yield at which it began is the one at
//! which the body was suspended before, so the loop remembers it for each slot, as long as there is
//! a limit.
//!
//! | | [`Plain`] steps | [`Timed`] steps |
//! |---|---|---|
//! | of a run | the functions of `turn.rs` | the same ones, compiled a second time |
//! | within a call that spawns a task | `task::start` | [`Core::start`] |
//! | cost | nothing for this file | two looks at the clock, and a [record](recorded) of the yields |
//!
//! A run chooses between the two. To set or to remove the limit is mail to the loop, so that the
//! run chooses again: a turn looks whether there is mail in any case. In the same way a spawn looks
//! whether the loop is closed in any case, and [`Core::begins_plainly`] answers both.

use std::fmt;
use std::task::Context;
use std::time::Duration;

use super::core::Core;
use super::ids::SlotId;
use super::inbox::Mail;
use super::step_places::StepStart;
use crate::error::Site;
use crate::inject::in_flight::recorded;
use crate::inject::question::Waiting;
use crate::report;
use crate::report::type_name::of_body;

/// How a run polls: with the steps timed, or not. The type of the steps is chosen once for many
/// turns.
pub(super) trait Steps {
    const ARE_TIMED: bool;

    /// Calls `poll`, which polls the occupant of `slot`. Its body has the type `body`, which only
    /// timed steps need.
    fn poll<R>(
        core: &Core,
        step: Step<R>,
        cx: &mut Context<'_>,
        poll: impl FnOnce(&mut Context<'_>) -> R,
    ) -> R;
}

/// A step that is about to begin, whose poll returns an `R`.
pub(super) struct Step<R> {
    pub(super) slot: SlotId,
    /// The type of the body.
    pub(super) body: &'static str,
    pub(super) is_suspended: fn(&R) -> bool,
}

pub(super) enum Plain {}

impl Steps for Plain {
    const ARE_TIMED: bool = false;

    #[inline(always)]
    fn poll<R>(_: &Core, _: Step<R>, cx: &mut Context<'_>, poll: impl FnOnce(&mut Context<'_>) -> R) -> R {
        poll(cx)
    }
}

pub(super) enum Timed {}

impl Steps for Timed {
    const ARE_TIMED: bool = true;

    fn poll<R>(
        core: &Core,
        step: Step<R>,
        cx: &mut Context<'_>,
        poll: impl FnOnce(&mut Context<'_>) -> R,
    ) -> R {
        core.poll_timed(step, cx, poll)
    }
}

impl Core {
    /// Whether the steps are timed.
    pub(super) fn times_steps(&self) -> bool {
        self.slow_steps.is_on()
    }

    /// Sets the time after which a step is reported.
    pub(crate) fn set_slow_step(&self, limit: Option<Duration>) {
        // A closed loop refuses it.
        if self.shared.send(Mail::ChooseSteps).is_err() {
            return;
        }
        self.slow_steps.limit.set(limit);
        self.begins_plainly.set(limit.is_none());
        if limit.is_none() {
            self.slow_steps.forget();
        }
    }

    /// A body has got this slot, and has not begun.
    #[inline]
    pub(super) fn remember_start(&self, slot: SlotId) {
        self.slow_steps.remember(slot, StepStart::Beginning);
    }

    /// A dump has found that the body in this slot waits for that.
    pub(super) fn remember_found(&self, slot: SlotId, waiting: &Waiting) {
        if !self.times_steps() {
            return;
        }
        let sites = waiting.sites();
        if !sites.is_empty() {
            self.slow_steps.remember(slot, StepStart::Yields(sites));
        }
    }

    /// Calls `poll`, and reports it if it takes longer than the limit.
    #[inline(never)]
    fn poll_timed<R>(
        &self,
        Step { slot, body, is_suspended }: Step<R>,
        cx: &mut Context<'_>,
        poll: impl FnOnce(&mut Context<'_>) -> R,
    ) -> R {
        let slow_steps = &self.slow_steps;
        let from = slow_steps.take(slot);
        let before = slow_steps.first_steps.replace(Duration::ZERO);
        let began = self.now();
        let (polled, sites) = recorded(cx.waker(), || poll(cx));
        let took = self.now().saturating_duration_since(began);
        let first_steps = slow_steps.first_steps.replace(before.saturating_add(took));
        let to = is_suspended(&polled).then_some(sites);
        if slow_steps.limit.get().is_some_and(|limit| took > limit) {
            let step = SlowStep { body, took, first_steps, from: &from, to: to.as_deref() };
            report::warning(format_args!("{step}"));
        }
        if let Some(sites) = to {
            slow_steps.remember(slot, StepStart::Yields(sites));
        }
        polled
    }
}

/// A step that is reported. It prints as the text of the record.
struct SlowStep<'a> {
    body: &'static str,
    took: Duration,
    first_steps: Duration,
    from: &'a StepStart,
    /// `None` if the body has ended.
    to: Option<&'a [Site]>,
}

impl fmt::Display for SlowStep<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let SlowStep { body, took, first_steps, from, to } = self;
        write!(f, "a step of `{}` took {took:?}, and nothing else ran on its loop", of_body(body))?;
        if !first_steps.is_zero() {
            write!(f, "; {first_steps:?} of it in the first steps of tasks that it spawned")?;
        }
        match from {
            StepStart::Beginning => write!(f, "\n  from its beginning")?,
            StepStart::Yields(sites) => print_chain(f, "resumed", sites)?,
            StepStart::Unknown => {
                write!(f, "\n  resumed at a yield that is not known: there was no limit before")?
            }
        }
        match to {
            Some(sites) => print_chain(f, "suspended", sites),
            None => write!(f, "\n  to its end"),
        }
    }
}

fn print_chain(f: &mut fmt::Formatter<'_>, event: &str, sites: &[Site]) -> fmt::Result {
    let Some((innermost, outer)) = sites.split_first() else {
        return write!(f, "\n  {event} at no yield");
    };
    write!(f, "\n  {event} at {innermost}")?;
    outer.iter().try_for_each(|site| write!(f, "\n    yielded at {site}"))
}
