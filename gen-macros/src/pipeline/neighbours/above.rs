//! A `#[test]` above `#[gen::test]`, with which the test would run twice, or above
//! `#[gen::coroutine]`, whose coroutine would not run.
//!
//! rustc has expanded it by then, and it leaves no trace in the tokens. So the source file is asked
//! for the text above our attribute. An editor, and a compiler before 1.88, do not say where the
//! attribute stands. There it is not noticed.

use proc_macro::Span;
use syn::Attribute;
use syn::parse::Parser;

use super::source_file::with_text_before;
use crate::pipeline::mistakes::Mistakes;
use crate::pipeline::options::AttributeKind;

/// Reports a `#[test]` above the attribute. Returns false if there is one.
pub(crate) fn check(kind: AttributeKind, mistakes: &mut Mistakes) -> bool {
    let (wrong, help) = match kind {
        AttributeKind::Test => (
            "`#[test]` above `#[gen::test]` makes a second test of the function, which would run twice",
            "remove `#[test]`",
        ),
        AttributeKind::Coroutine => (
            "`#[test]` above `#[gen::coroutine]` makes a test of a call, which runs no coroutine",
            "write `#[gen::coroutine]` above `#[test]`, or `#[gen::test]` in place of both",
        ),
        // A call runs them.
        AttributeKind::Main | AttributeKind::Engine => return true,
    };
    // In unit tests there is no attribute.
    let is_below_test =
        proc_macro::is_available() && with_text_before(Span::call_site(), ends_in_test) == Some(true);
    if is_below_test {
        mistakes.report_at_attribute(wrong, help);
    }
    !is_below_test
}

/// Whether one of the attributes at the end of the text is `#[test]`.
pub(crate) fn ends_in_test(text: &str) -> bool {
    text.lines()
        .rev()
        .map_while(|line| attributes(line.trim()))
        .flatten()
        .any(|attribute| attribute.path().is_ident("test"))
}

/// The attributes of a line that contains nothing else but comments. `None` for another line.
pub(super) fn attributes(line: &str) -> Option<Vec<Attribute>> {
    if line.is_empty() || line.starts_with("//") {
        return Some(Vec::new());
    }
    // Other lines are not parsed. They may be text of a string, and the compiler would report what
    // its edition reserves, such as `it's`. A line that begins a string or a block, and does not
    // end it, is refused by `proc-macro2` before the compiler sees it.
    line.starts_with("#[").then(|| Attribute::parse_outer.parse_str(line).ok()).flatten()
}
