//! The server's own diagnostics, compared with those of rustc for the same files.

use editors::editor::Complaint;
use editors::sample::Case;

use crate::{editor, with_client};

/// An error in a `.stderr`.
#[derive(Debug)]
struct Error {
    headline: String,
    /// The line that it points at, and the lines of the macro calls that led there.
    lines: Vec<u32>,
    /// Whether it comes from a macro that the body calls.
    in_macro: bool,
    /// Whether the message is one of our macros.
    is_ours: bool,
}

impl Error {
    /// Whether a diagnostic is at the right position. For the server, a diagnostic from a macro
    /// that a body calls has the position of the outermost macro, which is the attribute.
    fn is_at(&self, complaint: &Complaint, case: &Case) -> bool {
        let attribute = || {
            case.source
                .lines()
                .nth(complaint.line as usize - 1)
                .is_some_and(|line| line.starts_with("#[gen::") || is_an_attribute_of_others(case, line))
        };
        self.lines.contains(&complaint.line) || self.in_macro && self.is_ours && attribute()
    }
}

/// Whether a line is an attribute of another crate that is expanded before ours.
fn is_an_attribute_of_others(case: &Case, line: &str) -> bool {
    case.path.starts_with("fail/attributes/") && line.starts_with("#[")
}

/// The beginnings of the messages of rustc that the server can give too, without solving traits.
const NATIVE: [&str; 3] = ["error[E0308]:", "error[E0599]: no method", "error[E0425]: cannot find value"];

fn errors(stderr: &str) -> Vec<Error> {
    let mut errors: Vec<Error> = Vec::new();
    let mut gutter = None;
    let mut in_error = false;
    for line in stderr.lines() {
        if line.starts_with("error") || line.starts_with("warning") {
            in_error = line.starts_with("error");
            if in_error {
                let is_ours = line.starts_with("error: `yield_!` outside a coroutine");
                let headline = line.to_owned();
                errors.push(Error { headline, lines: Vec::new(), in_macro: false, is_ours });
            }
        }
        let Some(error) = errors.last_mut().filter(|_| in_error) else { continue };
        let number = |text: &str| text.trim().parse::<u32>().ok();
        if let Some(place) = line.trim_start().strip_prefix("--> ") {
            if error.lines.is_empty() {
                error.lines.extend(place.split(':').nth(1).and_then(number));
            }
        } else if line.contains("in this macro invocation") {
            error.lines.extend(gutter);
        } else if line.contains("this error originates in the macro") {
            error.in_macro = true;
        } else if error.lines.is_empty() && line.trim_start().starts_with("help: ") {
            // Only the message of a macro has lines before its position.
            error.is_ours = true;
        }
        gutter = line.split_once(" | ").and_then(|(before, _)| number(before)).or(gutter);
    }
    errors.retain(|error| !error.lines.is_empty());
    errors
}

/// The server parses the output of any attribute. If the body has a mistake, the server finds it
/// there a second time.
fn is_about_the_expansion(complaint: &Complaint) -> bool {
    complaint.message.starts_with("Syntax Error in Expansion")
}

/// If a type is unknown, rustc has reported it and does not compare it with other types.
fn is_about_an_unknown_type(complaint: &Complaint) -> bool {
    complaint.message.contains("{unknown}")
}

/// Whether the attribute is written with a raw word in its path, `#[r#gen::coroutine]`. The server,
/// as of version 1.96, does not find such an attribute, although it finds `r#gen::yield_!`.
fn has_a_raw_attribute(case: &Case) -> bool {
    case.source.contains("#[r#")
}

/// No editor expands an attribute on an expression, because rustc does not allow it.
fn is_on_an_expression(case: &Case) -> bool {
    case.stderr.as_ref().is_some_and(|stderr| stderr.contains("custom attributes cannot be applied to"))
}

/// Checks each file of a folder; `wrong` returns the complaints.
fn check_cases(folder: &str, wrong: impl Fn(&Case, &[Complaint]) -> Vec<String>) {
    let Some(mut editor) = editor() else { return };
    let mut found = Vec::new();
    let paths: Vec<String> = editor.cases().iter().map(|case| case.path.clone()).collect();
    for (position, path) in paths.iter().enumerate().filter(|(_, path)| path.starts_with(folder)) {
        if has_a_raw_attribute(&editor.cases()[position]) {
            continue;
        }
        let complaints = editor.complaints_in(path);
        let wrong = wrong(&editor.cases()[position], &complaints);
        found.extend(wrong.into_iter().map(|wrong| format!("{path}: {wrong}")));
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn nothing_is_said_of_what_compiles() {
    check_cases("pass/", |_, complaints| {
        complaints.iter().map(|complaint| format!("{complaint:?}")).collect()
    });
}

#[test]
fn each_error_is_where_rustc_has_one() {
    check_cases("fail/", |case, complaints| {
        let errors = errors(case.stderr.as_deref().unwrap_or_default());
        let known = |complaint| errors.iter().any(|error| error.is_at(complaint, case));
        let follows =
            |complaint: &Complaint| is_about_the_expansion(complaint) || is_about_an_unknown_type(complaint);
        let mut found = complaints.iter().filter(|complaint| complaint.is_error && !follows(complaint));
        found.find(|complaint| !known(complaint)).map(|alone| format!("{alone:?}")).into_iter().collect()
    });
}

#[test]
fn what_our_macros_say_and_what_the_server_can_see_is_said() {
    check_cases("fail/", |case, complaints| {
        let mut missed = Vec::new();
        for error in errors(case.stderr.as_deref().unwrap_or_default()) {
            let words = error.headline.trim_start_matches("error: ");
            let same = |complaint: &&Complaint| error.is_at(complaint, case);
            let said = |complaint: &Complaint| !error.is_ours || complaint.message.starts_with(words);
            let expected = error.is_ours || NATIVE.iter().any(|native| error.headline.starts_with(native));
            if expected && !is_on_an_expression(case) && !complaints.iter().filter(same).any(said) {
                missed.push(format!("not said: {error:?}"));
            }
        }
        missed
    });
}

/// The server finds the mistakes in a coroutine's body that it finds in any body, each once.
#[test]
fn a_mistake_in_a_body_is_said_once_in_its_line() {
    let Some(mut editor) = editor() else { return };
    for (body, code) in [
        ("let page = Page {};", "E0063"),
        ("match Some(1_u8) { None => {} }", "E0004"),
        ("match yield_!(client.get(\"/\")) { Ok(_) => {} }", "E0004"),
        ("let x: u8 = yield_!(client.get(\"/\"))?;", "E0308"),
        ("let page = Page { body: 1 };", "E0308"),
        ("if n {}", "E0308"),
        ("nope();", "E0425"),
        ("yield_!(client.nope())?;", "E0599"),
        ("yield_!(client.get(\"/\"))?.nope;", "E0559"),
        ("yield_!(client.get())?;", "E0107"),
        ("yield_!((client.get(\"/\"), client.get()))?;", "E0107"),
        ("break;", "E0268"),
        ("loop { break 'nope; }", "undeclared-label"),
        ("let Some(x) = Some(1).iter().next();", "E0005"),
        ("drop(*(0 as *const u8));", "E0133"),
        ("let mixedCase = 1; drop(mixedCase);", "non_snake_case"),
        ("unresolved!();", "unresolved-macro-call"),
        ("yield_!(async { yield_!(client.nope()) })?;", "E0599"),
        ("[1].map(|_| yield_!(client.get(\"/\")));", "macro-error"),
    ] {
        let source = with_client(&format!(
            "#[gen::coroutine]\nfn f(client: &Client, n: u8) -> gen::Result<u8> {{\n    {body}\n    Ok(n)\n}}\n"
        ));
        let line = source.lines().position(|line| line.trim() == body).expect("it is there") + 1;
        let found = editor.complaints(&source);
        let places: Vec<_> = found.iter().map(|found| (found.line as usize, found.code.as_str())).collect();
        assert_eq!(places, [(line, code)], "`{body}`: {found:?}");
    }
}

/// Without this test, the tests above would also pass if the server found nothing at all.
#[test]
fn the_expected_errors_are_read() {
    let stderr = "\
error: wrong

       help: write another
 --> fail/a.rs:3:9
  |
3 |         gen::yield_!(x)
  |         ^^^^^^^^^^^^^^^
...
7 |     helper!()
  |     --------- in this macro invocation

warning: unused
 --> fail/a.rs:9:1

error[E0308]: mismatched types
 --> fail/a.rs:5:1
  |
help: try
 --> fail/a.rs:6:1

error: aborting due to 2 previous errors
";
    let read: Vec<_> =
        errors(stderr).into_iter().map(|error| (error.headline, error.lines, error.is_ours)).collect();
    assert_eq!(
        read,
        [
            ("error: wrong".to_owned(), vec![3, 7], true),
            ("error[E0308]: mismatched types".to_owned(), vec![5], false),
        ]
    );
}
