//! Compares the comments of each case with its `.stderr`. So the source of a case specifies the
//! messages for its mistake.

use std::fs;
use std::path::Path;

use ui_tests::{errors_in, failing_cases, Case, Words};

/// Panics with all complaints about all cases.
#[track_caller]
fn check(complaints_about: impl Fn(&Case) -> Vec<String>) {
    let complaints: Vec<String> = failing_cases()
        .iter()
        .flat_map(|case| {
            complaints_about(case).into_iter().map(|complaint| format!("{}: {complaint}", case.id()))
        })
        .collect();
    assert!(complaints.is_empty(), "\n{}", complaints.join("\n"));
}

#[test]
fn each_wrong_line_says_what_is_said_of_it() {
    check(|case| {
        let errors = errors_in(&case.stderr());
        let mut complaints = Vec::new();
        if errors.len() != case.expected.len() {
            complaints.push(format!("{} errors, {} comments", errors.len(), case.expected.len()));
        }
        for (expected, error) in case.expected.iter().zip(&errors) {
            if expected.line != error.place.0 || !expected.fits(&error.message) {
                complaints.push(format!(
                    "line {}: `{}` is expected, and line {}: `{}` is said",
                    expected.line, expected.message, error.place.0, error.message
                ));
            }
            for advice in expected.advice.iter().filter(|advice| !error.text.contains(advice.as_str())) {
                complaints.push(format!("line {}: `{advice}` is not said", expected.line));
            }
        }
        complaints
    });
}

#[test]
fn one_mistake_is_one_error() {
    check(|case| match (case.expected.len(), case.directive("several")) {
        (0, _) => vec!["no mistake".to_owned()],
        (1, None) | (2.., Some(_)) => vec![],
        (1, Some(_)) => vec!["one error needs no excuse".to_owned()],
        (errors, None) => vec![format!("{errors} errors")],
    });
}

#[test]
fn t06_no_error_points_at_an_attribute() {
    check(|case| {
        let lines: Vec<&str> = case.source.lines().collect();
        let errors = errors_in(&case.stderr());
        let mut at_attributes = errors.iter().filter(|error| {
            let (line, column) = error.place;
            let text = lines.get(line - 1).and_then(|line| line.get(column - 1..)).unwrap_or_default();
            text.starts_with("#[")
        });
        match (at_attributes.next(), case.directive("attribute")) {
            (Some(error), None) => vec![format!("`{}` points at an attribute", error.message)],
            (None, Some(_)) => vec!["needs no excuse: no error points at an attribute".to_owned()],
            _ => vec![],
        }
    });
}

#[test]
fn our_words_say_what_to_write() {
    check(|case| {
        let ours = case.expected.iter().filter(|expected| expected.words == Words::Ours);
        let silent = ours.filter(|expected| expected.advice.is_empty());
        silent.map(|expected| format!("`{}` gives no advice", expected.message)).collect()
    });
}

/// The files of the library that define the macros which a user calls.
const MACROS: [&str; 2] = ["yield_macro/mod.rs", "tornado/convert_macros.rs"];

/// A user cannot follow an advice to change the source of a macro of the library.
#[test]
fn no_advice_is_to_change_the_macros() {
    let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("../gen-runtime/src");
    for file in MACROS {
        let source = fs::read_to_string(sources.join(file));
        assert!(source.is_ok_and(|source| source.contains("macro_rules!")), "{file} defines no macro");
    }
    check(|case| {
        let stderr = case.stderr();
        let quoted = MACROS.into_iter().filter(|file| stderr.contains(file));
        quoted.map(|file| format!("quotes `{file}`")).collect()
    });
}
