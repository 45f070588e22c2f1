//! Attributes that call a function with arguments, in a test for each: `#[rstest]` and the like.
//!
//! Below `#[gen::test]` they get a function with the arguments, which runs the coroutine, and make
//! the tests of it. Above, they have moved the body into a function of their own, in which nothing
//! can be yielded. They leave no trace in the tokens then, but the source file shows them, as in
//! [`above`](super::above).

use proc_macro::Span;
use syn::{Attribute, Path, Signature};

use super::above::attributes;
use super::ends_in;
use super::source_file::with_text_before;
use crate::pipeline::mistakes::Mistakes;

/// The attributes that make tests of every function.
const MAKE_TESTS: &[&str] = &["rstest", "test_case", "test_matrix"];

/// Whether one of these attributes makes the tests of a function.
pub(crate) fn are_among(attributes: &[Attribute], signature: &Signature) -> bool {
    let has_arguments = has_arguments(signature);
    attributes.iter().any(|other| makes_tests(other.path(), has_arguments))
}

/// `#[apply]` of `rstest_reuse` passes the arguments of a template. Without arguments it is that of
/// `macro_rules_attribute`, which makes no test.
fn makes_tests(path: &Path, has_arguments: bool) -> bool {
    ends_in(path, MAKE_TESTS) || has_arguments && ends_in(path, &["apply"])
}

fn has_arguments(signature: &Signature) -> bool {
    !signature.inputs.is_empty()
}

/// Reports such an attribute above `#[gen::test]`. Returns false if there is one.
pub(crate) fn check_above(signature: &Signature, mistakes: &mut Mistakes) -> bool {
    let name = |text: &str| name_at_end(text, has_arguments(signature));
    // In unit tests there is no attribute.
    let found = proc_macro::is_available().then(|| with_text_before(Span::call_site(), name)).flatten();
    let Some(name) = found.flatten() else { return true };
    mistakes.report_at_attribute(
        &format!("`#[{name}]` above `#[gen::test]` moves the body into a function that is no coroutine"),
        &format!("write `#[gen::test]` above `#[{name}]`"),
    );
    false
}

/// The name of such an attribute among those at the end of the text, which stands above a function.
pub(crate) fn name_at_end(text: &str, has_arguments: bool) -> Option<String> {
    let at_end = text.lines().rev().map_while(|line| attributes(line.trim())).flatten();
    let mut names = at_end.filter(|attribute| makes_tests(attribute.path(), has_arguments));
    names.next().and_then(|attribute| Some(attribute.path().segments.last()?.ident.to_string()))
}
