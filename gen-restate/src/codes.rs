//! The codes of failures that have a meaning to a server.

use restate_sdk_shared_core::error::codes;

/// A workflow that was run already, a promise that is completed already, or a cancellation.
pub(crate) const CONFLICT: u16 = 409;

/// The process cannot go on with a run now.
pub(crate) const UNAVAILABLE: u16 = 503;

/// The coroutine departs from its journal.
pub(crate) const JOURNAL_MISMATCH: u16 = codes::JOURNAL_MISMATCH.code();

/// The bytes that have come are not those of the protocol.
pub(crate) const PROTOCOL_VIOLATION: u16 = codes::PROTOCOL_VIOLATION.code();
