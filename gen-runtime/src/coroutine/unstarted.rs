//! [`Unstarted`]: notices that a coroutine is dropped before its first poll, with the feature of
//! that name.
//!
//! It has a destructor, and one field with a destructor makes a chain of coroutines several times
//! as slow. So without the feature it is empty, and a coroutine has nothing of it.

use crate::error::Site;

#[cfg(not(feature = "unstarted"))]
pub(super) struct Unstarted;

#[cfg(not(feature = "unstarted"))]
impl Unstarted {
    #[inline(always)]
    pub(super) fn of(_function: &impl Fn() -> Site) -> Self {
        Unstarted
    }

    #[inline(always)]
    pub(super) fn starts(&mut self) {}
}

/// Reports the coroutine of a function when it is dropped, unless it was started.
#[cfg(feature = "unstarted")]
pub(super) struct Unstarted {
    /// The function; `None` once the coroutine was started.
    function: Option<Site>,
}

#[cfg(feature = "unstarted")]
impl Unstarted {
    pub(super) fn of(function: &impl Fn() -> Site) -> Self {
        Unstarted { function: Some(function()) }
    }

    pub(super) fn starts(&mut self) {
        self.function = None;
    }
}

#[cfg(feature = "unstarted")]
impl Drop for Unstarted {
    fn drop(&mut self) {
        // A panic drops whatever is there.
        if let Some(function) = self.function.filter(|_| !std::thread::panicking()) {
            report(&function);
        }
    }
}

#[cfg(feature = "unstarted")]
#[cold]
fn report(function: &Site) {
    use std::backtrace::{Backtrace, BacktraceStatus};

    let event = format!("a coroutine was dropped before it was started, so nothing of it ran: {function}");
    let backtrace = Backtrace::capture();
    match backtrace.status() {
        BacktraceStatus::Captured => crate::report::warning(format_args!("{event}\n{backtrace}")),
        _ => crate::report::warning(format_args!("{event}; `RUST_BACKTRACE=1` shows who has dropped it")),
    }
}
