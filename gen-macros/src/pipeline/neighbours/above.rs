//! A `#[test]` above `#[gen::test]`, with which the test would run twice, or above
//! `#[gen::coroutine]`, whose coroutine would not run.
//!
//! rustc has expanded it by then, and it leaves no trace in the tokens. So the source file is asked
//! for the text above our attribute. An editor, and a compiler before 1.88, do not say where the
//! attribute stands. There it is not noticed.

use std::fs;

use proc_macro::Span;
use syn::Attribute;
use syn::parse::Parser;

use crate::pipeline::before_rust_188;
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
    let is_below_test = proc_macro::is_available() && text_above().is_some_and(|text| ends_in_test(&text));
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
fn attributes(line: &str) -> Option<Vec<Attribute>> {
    if line.is_empty() || line.starts_with("//") {
        return Some(Vec::new());
    }
    // Other lines are not parsed, since the compiler would report a string that only ends there.
    line.starts_with("#[").then(|| Attribute::parse_outer.parse_str(line).ok()).flatten()
}

/// The text of the file in front of the attribute.
fn text_above() -> Option<String> {
    let attribute = Span::call_site();
    let (line, column) = before_rust_188::line_and_column(attribute)?;
    let text = fs::read_to_string(before_rust_188::local_file(attribute)?).ok()?;
    let before: usize = text.split_inclusive('\n').take(line.checked_sub(1)?).map(str::len).sum();
    let on_line: usize = text[before..].chars().take(column.checked_sub(1)?).map(char::len_utf8).sum();
    Some(text[..before + on_line].to_owned())
}
