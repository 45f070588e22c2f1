//! The order of events as a string.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The order of events as one string. Clones write to the same string.
#[derive(Debug, Clone, Default)]
pub struct Order(Arc<Mutex<String>>);

impl Order {
    /// Creates an empty order.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds an event.
    pub fn push(&self, what: impl fmt::Display) {
        // Before the lock is taken: the `Display` of `what` may itself push to this order.
        let what = what.to_string();
        self.lock().push_str(&what);
    }

    /// Creates a callback that adds an event when it runs.
    pub fn note(&self, what: &'static str) -> impl FnOnce() + Send + 'static {
        let order = self.clone();
        move || order.push(what)
    }

    /// The events so far.
    pub fn text(&self) -> String {
        self.lock().clone()
    }

    fn lock(&self) -> MutexGuard<'_, String> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
