//! Attributes that call a function with arguments, in a test for each: `#[rstest]` and the like.
//!
//! Below `#[gen::test]` they get a function with the arguments, which runs the coroutine, and make
//! the tests of it. Above, they have moved the body into a function of their own, in which nothing
//! can be yielded. They leave no trace in the tokens then, but the source file shows them, as in
//! [`above`](super::above).

use proc_macro::Span;
use syn::{Attribute, Path};

use super::above::attributes;
use super::ends_in;
use super::source_file::with_text_before;
use crate::pipeline::mistakes::Mistakes;

/// Whether one of these attributes makes the tests.
pub(crate) fn are_among(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|other| makes_tests(other.path()))
}

fn makes_tests(path: &Path) -> bool {
    // `apply` is that of `rstest_reuse`.
    ends_in(path, &["rstest", "apply", "test_case", "test_matrix"])
}

/// Reports such an attribute above `#[gen::test]`. Returns false if there is one.
pub(crate) fn check_above(mistakes: &mut Mistakes) -> bool {
    // In unit tests there is no attribute.
    let found =
        proc_macro::is_available().then(|| with_text_before(Span::call_site(), name_at_end)).flatten();
    let Some(name) = found.flatten() else { return true };
    mistakes.report_at_attribute(
        &format!("`#[{name}]` above `#[gen::test]` moves the body into a function that is no coroutine"),
        &format!("write `#[gen::test]` above `#[{name}]`"),
    );
    false
}

/// The name of such an attribute among those at the end of the text.
pub(crate) fn name_at_end(text: &str) -> Option<String> {
    let at_end = text.lines().rev().map_while(|line| attributes(line.trim())).flatten();
    let mut names = at_end.filter(|attribute| makes_tests(attribute.path()));
    names.next().and_then(|attribute| Some(attribute.path().segments.last()?.ident.to_string()))
}
