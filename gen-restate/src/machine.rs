//! The state machine of the protocol, with the options of this library.

use restate_sdk_shared_core::{
    CoreVM, Error as CoreError, HeaderMap, ImplicitCancellationOption, JournalMismatchRetryBehavior,
    VMOptions, VM,
};

/// The machine for a request with these headers, in the version that the server wants to talk.
pub(crate) fn machine(headers: impl HeaderMap) -> Result<CoreVM, CoreError> {
    let options = VMOptions {
        // The journal cancels them, and only those for which the coroutine waits.
        implicit_cancellation: ImplicitCancellationOption::Enabled {
            cancel_children_calls: false,
            cancel_children_one_way_calls: false,
        },
        journal_mismatch_retry_behavior: JournalMismatchRetryBehavior::Pause,
        ..VMOptions::default()
    };
    CoreVM::new(headers, options)
}

/// A machine of the same version, which has said nothing.
pub(crate) fn afresh(machine: &CoreVM) -> Result<CoreVM, CoreError> {
    let headers = machine.get_response_head().headers.into_iter();
    let headers: Vec<(String, String)> =
        headers.map(|header| (header.key.into_owned(), header.value.into_owned())).collect();
    self::machine(headers)
}
