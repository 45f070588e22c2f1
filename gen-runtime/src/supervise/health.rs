//! [`Health`], which answers questions about the board, and [`Supervised`], by which a child writes
//! to it.

use std::fmt;
use std::sync::Arc;

use super::board::{Board, ChildId};
use super::states::ChildHealth;

/// The states of a [supervisor](crate::supervise()) and of its children, for a route of a server.
///
/// It can be cloned and asked on any thread, also after the supervisor has ended. Each question
/// takes a lock for a moment.
///
/// ```
/// use gen::supervise::ChildState;
/// use gen::yield_;
/// use std::time::Duration;
///
/// #[gen::coroutine]
/// fn listen() -> gen::Result {
///     yield_!(std::future::pending::<()>())
/// }
///
/// #[gen::coroutine]
/// fn body() -> gen::Result {
///     let service = gen::supervise(|s| {
///         s.child("listener", listen);
///     });
///     let health = service.health();
///     assert!(health.is_healthy() && !health.is_ready());
///     let task = gen::spawn(service);
///     yield_!(gen::moment())?;
///     assert!(health.is_healthy() && health.is_ready());
///     assert_eq!(health.children()[0].state, ChildState::Running);
///     yield_!(task.cancel("the program ends"))?;
///     assert!(!health.is_healthy());
///     Ok(())
/// }
/// gen::run_sync(body()).unwrap();
/// ```
#[derive(Clone)]
pub struct Health {
    pub(super) board: Arc<Board>,
}

impl Health {
    /// Whether the supervisor does its work: it has not begun yet, it keeps its children running,
    /// or all of them have ended well.
    ///
    /// A child that waits for its restart does not change this, since the supervisor deals with it.
    /// `false` means that only a start of the whole program will help: the supervisor shuts its
    /// children down, has given up, was cancelled, or was dropped. That is the answer to a
    /// *liveness* probe.
    #[must_use]
    pub fn is_healthy(&self) -> bool {
        self.board.is_healthy()
    }

    /// Whether the supervisor has begun, and each of its children runs and is
    /// [ready](ChildHealth::is_ready). That is the answer to a *readiness* probe.
    #[must_use]
    pub fn is_ready(&self) -> bool {
        self.board.is_ready()
    }

    /// The children that have not ended for good, in the order in which they were added.
    #[must_use]
    pub fn children(&self) -> Vec<ChildHealth> {
        self.board.rows().2
    }
}

impl fmt::Debug for Health {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (is_healthy, is_ready, children) = self.board.rows();
        let mut debug = f.debug_struct("Health");
        debug
            .field("is_healthy", &is_healthy)
            .field("is_ready", &is_ready)
            .field("children", &children)
            .finish()
    }
}

/// One start of a child, for the child itself: given by
/// [`Supervisor::child_with`](super::Supervisor::child_with).
#[derive(Clone)]
pub struct Supervised {
    board: Arc<Board>,
    id: ChildId,
    start: u32,
}

impl Supervised {
    pub(super) fn new(board: &Arc<Board>, id: ChildId, start: u32) -> Self {
        Supervised { board: Arc::clone(board), id, start }
    }

    /// Says that the child is ready, such as to take requests.
    ///
    /// It counts for this start only: after a restart the child is not ready until it says so
    /// again.
    pub fn ready(&self) {
        self.board.says_ready(self.id, self.start, true);
    }

    /// Says that the child is not ready any more.
    pub fn not_ready(&self) {
        self.board.says_ready(self.id, self.start, false);
    }

    /// How often the child was started before.
    #[must_use]
    pub fn restarts(&self) -> u32 {
        self.start.saturating_sub(1)
    }
}

impl fmt::Debug for Supervised {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Supervised").field("restarts", &self.restarts()).finish_non_exhaustive()
    }
}
