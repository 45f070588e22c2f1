//! [`Heard`]: the error records of this thread, for a test.
//!
//! A test looks at the records of its own loop, whichever logger the program has, whichever level
//! that logger is set to, and while other tests run on other threads. So it does not ask a logger:
//! each error record of the thread is kept here, before it goes to the logger.

use std::cell::RefCell;
use std::fmt;

thread_local! {
    /// Only borrowed for moments in which no code of a user runs.
    static HEARD: RefCell<Option<Vec<String>>> = const { RefCell::new(None) };
}

/// Keeps the error records of this thread until it is dropped.
pub(crate) struct Heard {
    outer: Option<Vec<String>>,
}

impl Heard {
    pub(crate) fn listen() -> Self {
        Heard { outer: HEARD.replace(Some(Vec::new())) }
    }

    /// Returns the records that were written so far.
    pub(crate) fn take(&self) -> Vec<String> {
        HEARD.with_borrow_mut(|heard| heard.as_mut().map(std::mem::take).unwrap_or_default())
    }
}

impl Drop for Heard {
    fn drop(&mut self) {
        HEARD.set(self.outer.take());
    }
}

/// Keeps an error record, if a test listens.
pub(super) fn hear(message: &dyn fmt::Display) {
    // A thread that is being torn down runs no test.
    let listens = HEARD.try_with(|heard| heard.borrow().is_some()).unwrap_or(false);
    if listens {
        // Printed outside of the borrow: the text of a user's error may write a record.
        let message = message.to_string();
        HEARD.with_borrow_mut(|heard| heard.get_or_insert_default().push(message));
    }
}
