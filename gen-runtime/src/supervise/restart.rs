//! [`Restart`] and [`ChildOptions`]: whether a child starts again, and how it is to end.

use std::time::Duration;

use super::schedule::Schedule;

/// Whether a child of a [supervisor](crate::supervise()) is started again when it has ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Restart {
    /// Also when it has ended well: it is to run as long as the supervisor does.
    ///
    /// An end without an error counts as the failure [`EndedTooEarly`](super::EndedTooEarly).
    #[doc(alias = "permanent")]
    Always,
    /// When it has failed. If it ends well, its work is done.
    #[default]
    #[doc(alias = "transient")]
    AfterFailure,
    /// Never. Its failure is logged (target `gen`, level `ERROR`), and the supervisor goes on
    /// without it.
    #[doc(alias = "temporary")]
    Never,
}

/// The options of one child: made by [`Supervisor::child`](super::Supervisor::child).
#[derive(Debug)]
pub struct ChildOptions {
    pub(super) restart: Restart,
    pub(super) grace: Duration,
    /// `None` is the schedule of the supervisor.
    pub(super) schedule: Option<Schedule>,
}

/// The grace of a child that sets none.
const GRACE: Duration = Duration::from_secs(5);

impl ChildOptions {
    pub(super) fn new() -> Self {
        ChildOptions { restart: Restart::default(), grace: GRACE, schedule: None }
    }

    /// Whether the child is started again when it has ended. Without this call it is
    /// [after a failure](Restart::AfterFailure).
    pub fn restart(&mut self, restart: Restart) -> &mut Self {
        self.restart = restart;
        self
    }

    /// The time that the child has for its end when it is shut down, instead of five seconds.
    ///
    /// It is cancelled, and may clean up. When the time has passed, it is dropped, with a record in
    /// the log (target `gen`, level `WARN`) that says where it was waiting. With
    /// [`Duration::MAX`] it is never dropped. With [`Duration::ZERO`] it is dropped at once, unless
    /// it ends without waiting.
    ///
    /// A child that is a supervisor has this time for all of its children together, so give it
    /// [`Duration::MAX`]. Without a timer a limited grace is zero, and the record in the log has
    /// the [`NoHost`](crate::NoHost). A grace of zero or of [`Duration::MAX`] needs no timer.
    pub fn grace(&mut self, grace: Duration) -> &mut Self {
        self.grace = grace;
        self
    }

    /// The waits before the restarts of this child, instead of
    /// [those of the supervisor](super::Supervise::schedule).
    pub fn schedule<S>(&mut self, schedule: S) -> &mut Self
    where
        S: IntoIterator<Item = Duration> + Clone + Send + 'static,
        S::IntoIter: Send,
    {
        self.schedule = Some(Schedule::new(schedule));
        self
    }
}
