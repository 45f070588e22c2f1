//! Calls of a user's code whose result is not used. A panic in it is reported, and does not spread.

use std::any::Any;
use std::panic::{catch_unwind, AssertUnwindSafe};

use crate::error::{drop_payload, text_of};
use crate::report;

/// Runs a user's code, and reports its panic. `subject` names the code.
#[inline]
pub(crate) fn contain(subject: &str, run: impl FnOnce()) {
    if let Err(payload) = catch_unwind(AssertUnwindSafe(run)) {
        report_panic(subject, payload);
    }
}

/// Drops each item. If the drops of several panic, each panic is reported, and the others are
/// dropped all the same: two panics at a time would end the process.
pub(crate) fn drop_each<T>(subject: &str, items: impl IntoIterator<Item = T>) {
    items.into_iter().for_each(|item| contain(subject, || drop(item)));
}

#[cold]
fn report_panic(subject: &str, payload: Box<dyn Any + Send>) {
    let text = text_of(&*payload).unwrap_or("(its payload is no text)");
    report::error(format_args!("{subject} panicked: {text}"));
    drop_payload(payload);
}
