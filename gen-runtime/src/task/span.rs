//! The `tracing` span of a task; empty without the feature of that name.

/// A span that is made where the task is spawned, and entered whenever the task runs.
#[cfg(feature = "tracing")]
pub(super) struct TaskSpan(tracing::Span);

#[cfg(feature = "tracing")]
impl TaskSpan {
    #[track_caller]
    pub(super) fn new() -> Self {
        let spawned_at = std::panic::Location::caller();
        TaskSpan(tracing::debug_span!(target: "gen", "task", %spawned_at))
    }

    pub(super) fn enter<R>(&self, run: impl FnOnce() -> R) -> R {
        self.0.in_scope(run)
    }
}

#[cfg(not(feature = "tracing"))]
pub(super) struct TaskSpan;

#[cfg(not(feature = "tracing"))]
impl TaskSpan {
    pub(super) fn new() -> Self {
        TaskSpan
    }

    pub(super) fn enter<R>(&self, run: impl FnOnce() -> R) -> R {
        run()
    }
}
