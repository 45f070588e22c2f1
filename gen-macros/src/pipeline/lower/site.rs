//! Where a coroutine is defined, and where it yields.

use proc_macro2::Span;
use syn::Ident;
use syn::ext::IdentExt;

use crate::pipeline::paths::ours;

/// The name of a coroutine and the place where it is defined, for traces.
pub(crate) struct Site {
    pub(crate) name: String,
    pub(crate) file: String,
    pub(crate) line: u32,
    pub(crate) column: u32,
    /// The name of the emitted function that returns the site.
    pub(crate) function: Ident,
}

impl Site {
    pub(super) fn of(name: &Ident, function: &str) -> Site {
        let (file, line, column) = position(name.span());
        Site { name: name.unraw().to_string(), file, line, column, function: Ident::new(function, ours()) }
    }
}

/// The place of a span: the file as `file!` gives it, line and column from 1. Outside of a
/// compiler, in unit tests, spans have no place.
pub(super) fn position(span: Span) -> (String, u32, u32) {
    if !proc_macro::is_available() {
        return (String::new(), 0, 0);
    }
    let span = span.unwrap();
    let narrow = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
    (span.file(), narrow(span.line()), narrow(span.column()))
}
