//! Timeouts and shields.

use std::time::Duration;

use super::error::What;
use super::lent::{Fate, Thrown};
use super::node::{Node, Sleep, Stage, Timeout};
use super::{Error, Model, Polled, Who};
use crate::trace::Source;

impl<'p> Model<'p> {
    // ---- shields
    // ----------------------------------------------------------------------------------

    pub(super) fn poll_shield(&mut self, child: &mut Node<'p>, held: &mut Option<Who>, who: Who) -> Polled {
        if !self.is_cancelled(who) {
            return self.poll(child, who);
        }
        self.hold(who, true);
        *held = Some(who);
        let polled = self.hidden(|model| model.poll(child, who));
        if matches!(polled, Polled::Ready(_)) {
            *held = None;
            self.hold(who, false);
        }
        polled
    }

    // ---- timeouts
    // ---------------------------------------------------------------------------------

    pub(super) fn poll_timeout(&mut self, timeout: &mut Timeout<'p>, who: Who) -> Polled {
        let mut polled = self.poll_limited(timeout, who);
        loop {
            match polled {
                Polled::Pending => {}
                Polled::Ready(result) => return Polled::Ready(self.child_is_ready(timeout, result)),
                Polled::Panicked(_) => return polled,
            }
            let after = timeout.after;
            let sleep = timeout.sleep.get_or_insert_with(|| Sleep::new(self, after));
            if !sleep.poll(self, who) {
                return Polled::Pending;
            }
            match timeout.grace {
                Some(grace) if matches!(timeout.stage, Stage::Waiting(_)) => {
                    polled = self.cancel_limited(timeout, grace, who);
                }
                _ => {
                    self.give_up(timeout);
                    self.lets_go(timeout);
                    return Polled::Ready(Err(self.error(What::Timeout(timeout.after))));
                }
            }
        }
    }

    fn poll_limited(&mut self, timeout: &mut Timeout<'p>, who: Who) -> Polled {
        if timeout.grace.is_some() && self.is_cancelled_by_deadline(who) {
            return self.poll_with_deadline(timeout, who);
        }
        let Some(child) = &mut timeout.child else { return Polled::Pending };
        if let Stage::Ending(Some((request, is_held @ true))) = &mut timeout.stage {
            if self.is_cancelled(who) {
                // That request replaces ours.
                *is_held = false;
                return self.poll(child, who);
            }
            let (polled, fate) = self.with_request(who, request.clone(), |model| model.poll(child, who));
            *is_held = matches!(fate, Fate::Held);
            return polled;
        }
        // The yield that waits for the whole takes an error.
        if matches!(&self.lent, Some(lent) if matches!(lent.thrown, Thrown::Error(_))) {
            return self.hidden(|model| model.poll(child, who));
        }
        self.poll(child, who)
    }

    /// Another deadline cancels. It does not interrupt a clean-up within our grace period.
    fn poll_with_deadline(&mut self, timeout: &mut Timeout<'p>, who: Who) -> Polled {
        let Some(child) = &mut timeout.child else { return Polled::Pending };
        let own = match &mut timeout.stage {
            Stage::Waiting(is_told) => {
                let polled = self.poll(child, who);
                *is_told |= !self.is_cancelled(who);
                return polled;
            }
            Stage::Ending(own) => own,
        };
        self.hold(who, true);
        timeout.held = Some(who);
        let polled = match own {
            Some((request, is_held @ true)) => {
                let (polled, fate) = self.with_request(who, request.clone(), |model| model.poll(child, who));
                *is_held = matches!(fate, Fate::Held);
                polled
            }
            _ => self.hidden(|model| model.poll(child, who)),
        };
        if matches!(polled, Polled::Ready(_)) {
            self.lets_go(timeout);
        }
        polled
    }

    fn lets_go(&mut self, timeout: &mut Timeout<'p>) {
        if let Some(who) = timeout.held.take() {
            self.hold(who, false);
        }
    }

    /// Cancels the child at the deadline. A child that another deadline has cancelled is already
    /// cleaning up.
    fn cancel_limited(&mut self, timeout: &mut Timeout<'p>, grace: u64, who: Who) -> Polled {
        let Some(child) = &mut timeout.child else { return Polled::Pending };
        timeout.sleep = Some(Sleep::new(self, grace));
        if let Stage::Waiting(true) = timeout.stage {
            timeout.stage = Stage::Ending(None);
            return Polled::Pending;
        }
        let request = self.request(
            Source::Deadline,
            format!("the deadline has passed, after {:?}", Duration::from_secs(timeout.after)),
        );
        let (polled, fate) = self.with_request(who, request.clone(), |model| model.poll(child, who));
        timeout.stage = Stage::Ending(Some((request, matches!(fate, Fate::Held))));
        polled
    }

    fn child_is_ready(
        &mut self,
        timeout: &mut Timeout<'p>,
        result: Result<u32, Error>,
    ) -> Result<u32, Error> {
        match &timeout.stage {
            Stage::Ending(_) => self.give_up(timeout),
            Stage::Waiting(_) => {
                if let Some(child) = timeout.child.take() {
                    self.drop_node(child);
                }
            }
        }
        if let Some(mut sleep) = timeout.sleep.take() {
            sleep.drop(self);
        }
        match (result, &timeout.stage) {
            (Err(error), Stage::Ending(Some((request, _)))) if error.is_of(request) => {
                Err(self.error(What::Timeout(timeout.after)))
            }
            (result, _) => result,
        }
    }

    /// From here on, tasks that lose their handles have lost them to a timeout.
    fn give_up(&mut self, timeout: &mut Timeout<'p>) {
        let outer = std::mem::replace(&mut self.times_out, true);
        if let Some(child) = timeout.child.take() {
            self.drop_node(child);
        }
        self.times_out = outer;
    }
}
