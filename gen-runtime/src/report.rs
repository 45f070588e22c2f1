//! What the runtime has to tell when there is nobody to return it to: target `gen`, level `ERROR`; what may be a mistake, level `WARN`.
//!
//! It goes to `log`. With the feature `tracing` it is an event instead, in the span of the task it is about; `tracing` hands it to `log` as long as there is no subscriber.

use std::fmt;

/// Reports a failure that nobody will look at.
pub(crate) fn error(message: fmt::Arguments<'_>) {
    #[cfg(not(feature = "tracing"))]
    log::error!(target: "gen", "{message}");
    #[cfg(feature = "tracing")]
    tracing::error!(target: "gen", "{message}");
}

/// Reports what looks like a mistake.
pub(crate) fn warning(message: fmt::Arguments<'_>) {
    #[cfg(not(feature = "tracing"))]
    log::warn!(target: "gen", "{message}");
    #[cfg(feature = "tracing")]
    tracing::warn!(target: "gen", "{message}");
}
