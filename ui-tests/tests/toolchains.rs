//! Compiles cases in ways that `trybuild` cannot: with an edition of their own, as programs of
//! tests, or with another compiler.
//!
//! `UI_TOOLCHAIN=nightly cargo test -p ui-tests --test toolchains -- --ignored` compiles all cases
//! with that toolchain. The messages of rustc may differ from those of stable; ours must not, nor
//! the lines.

use std::{env, fs};

use ui_tests::{errors_in, failing_cases, passing_cases, Case, Compiler, CompilerError, Goal, Words};

#[test]
fn t10_a_mistake_is_told_in_every_edition() {
    check("edition", Goal::Check, "editions");
}

#[test]
fn a_test_that_would_run_twice_says_so() {
    check("tests", Goal::CheckTests, "harness");
}

/// The compiler prints the `.stderr` of each case with the directive.
fn check(directive: &str, goal: Goal, package: &str) {
    let cases: Vec<Case> =
        failing_cases().into_iter().filter(|case| case.directive(directive).is_some()).collect();
    let compiled = Compiler { toolchain: None, goal }.compile(&cases, package);
    assert!(!cases.is_empty(), "no case has the directive `{directive}`");
    for case in &cases {
        let (text, path) = (&compiled[&case.id()].printed, case.path.with_extension("stderr"));
        if env::var_os("TRYBUILD").is_some_and(|mode| mode == "overwrite") {
            fs::write(&path, text).expect("a `.stderr` can be written");
        }
        assert_eq!(*text, case.stderr(), "{}", path.display());
    }
}

#[test]
#[ignore = "compiles everything with the toolchain that UI_TOOLCHAIN names"]
fn another_compiler_says_the_same_in_our_words() {
    let toolchain = env::var("UI_TOOLCHAIN").expect("UI_TOOLCHAIN names a toolchain, such as `nightly`");
    let mut complaints = Vec::new();
    let (tests, failing): (Vec<_>, Vec<_>) =
        failing_cases().into_iter().partition(|case| case.directive("tests").is_some());
    for (folder, goal, cases) in [
        ("fail", Goal::Check, failing),
        ("harness", Goal::CheckTests, tests),
        ("pass", Goal::Check, passing_cases()),
    ] {
        let compiler = Compiler { toolchain: Some(&toolchain), goal };
        let compiled = compiler.compile(&cases, folder);
        complaints.extend(
            cases.iter().flat_map(|case| differences(case, &errors_in(&compiled[&case.id()].printed))),
        );
    }
    assert!(complaints.is_empty(), "\n{}", complaints.join("\n"));
}

/// The errors that are expected of the case and missing.
fn differences(case: &Case, errors: &[CompilerError]) -> Vec<String> {
    let ours_only = case.expected.iter().all(|expected| expected.words == Words::Ours);
    let missing = case.expected.iter().filter(|expected| {
        !errors.iter().any(|error| {
            let same_words = || {
                expected.fits(&error.message)
                    && expected.advice.iter().all(|advice| error.text.contains(advice))
            };
            error.place.0 == expected.line && (expected.words == Words::Rustc || same_words())
        })
    });
    let mut complaints: Vec<String> = missing
        .map(|expected| format!("{}:{}: `{}` is not said", case.id(), expected.line, expected.message))
        .collect();
    if ours_only && errors.len() != case.expected.len() {
        complaints.push(format!("{}: {} errors", case.id(), errors.len()));
    }
    complaints
}
