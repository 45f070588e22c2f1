//! [`CountingWaker`]: a waker that knows how many clones of it are kept.

use std::sync::Arc;
use std::task::{Wake, Waker};

/// A waker for one poll, which wakes what the usual waker wakes.
///
/// Clones that are kept after the poll stay valid: they go on to wake the same. The next poll with
/// the usual waker replaces them.
pub(super) struct CountingWaker {
    forward: Arc<Forward>,
    waker: Waker,
}

struct Forward(Waker);

impl Wake for Forward {
    fn wake(self: Arc<Self>) {
        self.0.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.0.wake_by_ref();
    }
}

impl CountingWaker {
    pub(super) fn new(usual: &Waker) -> Self {
        let forward = Arc::new(Forward(usual.clone()));
        CountingWaker { waker: Waker::from(Arc::clone(&forward)), forward }
    }

    pub(super) fn waker(&self) -> &Waker {
        &self.waker
    }

    /// The number of clones that are alive. Other threads may drop some meanwhile.
    pub(super) fn clones(&self) -> usize {
        // Without the two references of this value.
        Arc::strong_count(&self.forward) - 2
    }
}
