//! The `tracing` span of a task, and the events in it; empty without the feature of that name.
//!
//! | record | level |
//! |---|---|
//! | the span `task`, with the name of the coroutine, the position that spawned it, and a number | that of [`set_level`](crate::spans::set_level) |
//! | the task is resumed with an error, or is cancelled | `DEBUG` |
//! | a step has kept the thread for long | `WARN` |
//! | the failure of a task is lost | `ERROR`: see `report/` |

use crate::inject::in_flight::Thrown;
#[cfg(feature = "tracing")]
use crate::report::TaskName;

/// A span that is made where the task is spawned, and entered whenever the task runs.
#[cfg(feature = "tracing")]
pub(super) struct TaskSpan(tracing::Span);

#[cfg(feature = "tracing")]
impl TaskSpan {
    /// The span of a task whose body is an `F`.
    #[track_caller]
    pub(super) fn of<F>() -> Self {
        TaskSpan(settings::span(TaskName::of::<F>().get(), std::panic::Location::caller()))
    }

    /// Runs a step of the task.
    pub(super) fn within<R>(&self, run: impl FnOnce() -> R) -> R {
        self.0.in_scope(|| settings::timed(run))
    }

    /// Runs a step of the task, which is resumed with `thrown`.
    pub(super) fn enter<R>(
        &self,
        thrown: &mut Option<Thrown>,
        run: impl FnOnce(&mut Option<Thrown>) -> R,
    ) -> R {
        self.0.in_scope(|| {
            match &thrown {
                Some(Thrown::Error(error)) => {
                    tracing::debug!(target: "gen", "an error is thrown into the task: {error}");
                }
                Some(Thrown::Cancel(request)) => {
                    tracing::debug!(target: "gen", "the task is cancelled: {}", request.reason());
                }
                Some(Thrown::Question(_) | Thrown::Watch(_)) | None => {}
            }
            settings::timed(|| run(thrown))
        })
    }
}

#[cfg(not(feature = "tracing"))]
pub(super) struct TaskSpan;

#[cfg(not(feature = "tracing"))]
impl TaskSpan {
    // The parameter is for the name, which only a span has.
    #[allow(clippy::extra_unused_type_parameters)]
    pub(super) fn of<F>() -> Self {
        TaskSpan
    }

    #[inline]
    pub(super) fn within<R>(&self, run: impl FnOnce() -> R) -> R {
        run()
    }

    pub(super) fn enter<R>(
        &self,
        thrown: &mut Option<Thrown>,
        run: impl FnOnce(&mut Option<Thrown>) -> R,
    ) -> R {
        run(thrown)
    }
}

/// The settings of the page [`spans`](crate::spans), and the records that they govern.
#[cfg(feature = "tracing")]
pub(crate) mod settings {
    use std::panic::Location;
    use std::sync::atomic::{AtomicU64, AtomicU8, Ordering};
    use std::time::{Duration, Instant};

    use tracing::{Level, Span};

    const LEVELS: [Level; 5] = [Level::ERROR, Level::WARN, Level::INFO, Level::DEBUG, Level::TRACE];

    /// The index of the level.
    static LEVEL: AtomicU8 = AtomicU8::new(2);

    /// In microseconds; the largest number stands for no limit.
    static SLOW_STEP: AtomicU64 = AtomicU64::new(100_000);

    /// Sets the level of the spans of tasks that are spawned from now on.
    ///
    /// It is `INFO` before the first call, so that the spans are seen by default.
    ///
    /// ```
    /// gen::spans::set_level(tracing::Level::TRACE);
    /// ```
    pub fn set_level(level: Level) {
        let index = LEVELS.iter().position(|known| *known == level).unwrap_or(2);
        LEVEL.store(index as u8, Ordering::Relaxed);
    }

    /// Sets the time after which a step of a task is reported as slow, at `WARN`.
    ///
    /// A step is the time from one suspension of the body to the next. Meanwhile nothing else runs
    /// on the thread. The limit is 100 milliseconds before the first call, and `None` is no limit.
    /// Then no clock is read.
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// gen::spans::set_slow_step(Some(Duration::from_millis(20)));
    /// ```
    pub fn set_slow_step(limit: Option<Duration>) {
        let limit = limit.and_then(|limit| u64::try_from(limit.as_micros()).ok());
        SLOW_STEP.store(limit.unwrap_or(u64::MAX), Ordering::Relaxed);
    }

    /// Makes a span of the level that is set.
    pub(super) fn span(name: &'static str, spawned_at: &'static Location<'static>) -> Span {
        static LAST: AtomicU64 = AtomicU64::new(0);
        let id = LAST.fetch_add(1, Ordering::Relaxed) + 1;
        // The level of a span is part of its static description, so there is one for each.
        macro_rules! span {
            ($level:ident) => {
                tracing::span!(target: "gen", Level::$level, "task", id, name, %spawned_at)
            };
        }
        match LEVEL.load(Ordering::Relaxed) {
            0 => span!(ERROR),
            1 => span!(WARN),
            2 => span!(INFO),
            3 => span!(DEBUG),
            _ => span!(TRACE),
        }
    }

    /// Runs a step, and reports it if it was slow.
    pub(super) fn timed<R>(step: impl FnOnce() -> R) -> R {
        let limit = SLOW_STEP.load(Ordering::Relaxed);
        if limit == u64::MAX {
            return step();
        }
        let began = Instant::now();
        let result = step();
        let took = began.elapsed();
        if took > Duration::from_micros(limit) {
            tracing::warn!(target: "gen", "a step of the task took {took:?}, and nothing else ran on its thread");
        }
        result
    }
}
