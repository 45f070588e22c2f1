//! The errors of promises.

use crate::error::type_error;

type_error! {
    /// A [`Promise`](crate::Promise) was dropped before it was set: its futures give this error.
    BrokenPromiseError: "the promise of a `{}` was dropped before it was set"
}

type_error! {
    /// A [`Promise`](crate::Promise) was set a second time. Its first result stays as it was.
    AlreadySetError: "the promise of a `{}` was set before"
}
