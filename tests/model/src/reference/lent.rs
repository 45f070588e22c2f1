//! The error or request with which a poll is resumed. It is valid for one poll, and for the futures
//! that are polled with the same waker.

use super::error::{Error, Request, What};
use super::{Model, Polled, Who};
use crate::trace::Source;

pub(super) struct Lent {
    pub(super) thrown: Thrown,
    pub(super) whose: Who,
    /// A shield holds the request back.
    pub(super) is_held: bool,
}

pub(super) enum Thrown {
    Error(Error),
    Cancel(Request),
}

/// The state of a request after a poll.
#[derive(PartialEq, Eq)]
pub(super) enum Fate {
    Done,
    Held,
    /// Nothing could receive the request: the polled future is dropped.
    Dropped,
}

impl<'p> Model<'p> {
    /// A yield that stays pending takes the error.
    pub(super) fn take_lent(&mut self, who: Who) -> Option<Error> {
        let lent = self.lent.take_if(|lent| lent.whose == who && !lent.is_held)?;
        Some(match lent.thrown {
            Thrown::Error(error) => error,
            Thrown::Cancel(request) => self.error(What::Cancelled(request)),
        })
    }

    /// A group takes requests, but no errors.
    pub(super) fn take_request(&mut self, who: Who) -> Option<Request> {
        let is_request =
            |lent: &mut Lent| lent.whose == who && !lent.is_held && matches!(lent.thrown, Thrown::Cancel(_));
        match self.lent.take_if(is_request)?.thrown {
            Thrown::Cancel(request) => Some(request),
            Thrown::Error(_) => None,
        }
    }

    pub(super) fn is_cancelled(&self, who: Who) -> bool {
        self.lent.as_ref().is_some_and(|lent| lent.whose == who && matches!(lent.thrown, Thrown::Cancel(_)))
    }

    pub(super) fn is_cancelled_by_deadline(&self, who: Who) -> bool {
        matches!(&self.lent, Some(Lent { thrown: Thrown::Cancel(request), whose, .. })
            if *whose == who && matches!(request.source, Source::Deadline))
    }

    pub(super) fn hold(&mut self, who: Who, is_held: bool) {
        if let Some(Lent { thrown: Thrown::Cancel(_), whose, is_held: held }) = &mut self.lent {
            if *whose == who {
                *held = is_held;
            }
        }
    }

    /// Polls without an error or request.
    pub(super) fn hidden<R>(&mut self, poll: impl FnOnce(&mut Self) -> R) -> R {
        let outer = self.lent.take();
        let polled = poll(self);
        self.lent = outer;
        polled
    }

    /// Polls with that request. A future that cannot receive it is ready with the cancellation.
    pub(super) fn with_request(
        &mut self,
        who: Who,
        request: Request,
        poll: impl FnOnce(&mut Self) -> Polled,
    ) -> (Polled, Fate) {
        let lent = Lent { thrown: Thrown::Cancel(request.clone()), whose: who, is_held: false };
        let outer = self.lent.replace(lent);
        let polled = poll(self);
        let left = std::mem::replace(&mut self.lent, outer);
        match (&polled, left) {
            (Polled::Pending, Some(left)) if left.is_held => (polled, Fate::Held),
            (Polled::Pending, Some(_)) => {
                let error = self.error(What::Cancelled(request));
                (Polled::Ready(Err(error)), Fate::Dropped)
            }
            _ => (polled, Fate::Done),
        }
    }
}
