//! The place of a span in the source, on every compiler.
//!
//! Rust 1.88 made these methods of a span stable. A compiler before it does not say where a span
//! is.

// Such a compiler warns that methods of `BeforeRust188` may become stable under the same names.
// Clippy warns that it lacks the methods of the spans.
#![allow(unstable_name_collisions, clippy::incompatible_msrv)]

use std::path::PathBuf;

use proc_macro::Span;

/// The file of the span, as `file!` gives it. Empty with an older compiler.
pub(crate) fn file(span: Span) -> String {
    span.file()
}

/// The file of the span on this machine. `None` with an older compiler, and in an editor.
pub(crate) fn local_file(span: Span) -> Option<PathBuf> {
    span.local_file()
}

/// Line and column at which the span starts, from 1. `None` with an older compiler.
pub(crate) fn line_and_column(span: Span) -> Option<(usize, usize)> {
    let line = span.line();
    (line > 0).then(|| (line, span.column()))
}

/// An empty span at the start of the span. With an older compiler, the span itself.
pub(crate) fn start_of(span: Span) -> Span {
    span.start()
}

/// The methods of spans that an older compiler does not have. A method of the type itself is chosen
/// before one of a trait.
// A newer compiler warns that the methods of the trait are never called.
#[allow(dead_code)]
trait BeforeRust188 {
    fn file(&self) -> String {
        String::new()
    }

    fn local_file(&self) -> Option<PathBuf> {
        None
    }

    /// Zero, which is no line.
    fn line(&self) -> usize {
        0
    }

    fn column(&self) -> usize {
        0
    }

    fn start(&self) -> Span;
}

impl BeforeRust188 for Span {
    fn start(&self) -> Span {
        *self
    }
}
