//! Compares random programs with the model.
//!
//! `GEN_MODEL_PROGRAMS` is the number of programs (100,000 by default), and `GEN_MODEL_SEED` the
//! first seed.

use std::collections::HashSet;
use std::env;

use model::{check, generate, predict, shrink, Event, Failure, Kind, Outcome, Step, What};

fn variable(name: &str) -> Option<u64> {
    let text = env::var(name).ok()?;
    Some(text.parse().unwrap_or_else(|_| panic!("{name} is no number: {text}")))
}

/// Tests everything that a user relies on, in combinations that no test was written for.
#[test]
fn random_programs_do_what_the_model_says() {
    let first = variable("GEN_MODEL_SEED").unwrap_or(0);
    let count = variable("GEN_MODEL_PROGRAMS").unwrap_or(100_000);
    for seed in first..first + count {
        if let Err(difference) = check(seed) {
            panic!("{difference}");
        }
    }
}

/// Otherwise a generator that has lost a construct would leave the other test green.
#[test]
fn the_programs_reach_every_kind_of_event() {
    let seen: HashSet<&str> =
        (0..5000).flat_map(|seed| predict(&generate(seed))).flat_map(|event| kinds(&event)).collect();
    let missing: Vec<_> = ALL.iter().filter(|kind| !seen.contains(*kind)).collect();
    assert!(missing.is_empty(), "no program has led to: {missing:?}");
}

/// Otherwise the mistake would be hard to find in a program of fifty steps.
#[test]
fn a_program_is_shrunk_to_what_matters() {
    let panics = |program: &model::Program| program.bodies.iter().flatten().any(|step| *step == Step::Panic);
    let program = (0..).map(generate).find(|program| panics(program) && program.bodies.concat().len() > 10);
    let shrunk = program.map(|program| shrink(program, panics).bodies.concat());
    assert_eq!(shrunk, Some(vec![Step::Panic]));
}

const ALL: &[&str] = &[
    "started",
    "block started",
    "resumed",
    "got",
    "set",
    "set twice",
    "ended",
    "dropped",
    "idle",
    "shut down",
    "shut down too late",
    "log: a task failed, and its result",
    "log: a task failed after the timeout that waited for it",
    "log: a promise failed, and its result",
    "log: a child of a `WaitIterator`",
    "log: a child of a `first_of`",
    "log: an error was thrown",
    "log: multiple errors",
    "fault",
    "request",
    "deadline",
    "sibling",
    "shutdown",
    "cancelled, but not told",
    "timeout",
    "broken",
    "closed",
    "taken",
    "no first",
    "panicked",
    "others",
];

fn kinds(event: &Event) -> Vec<&'static str> {
    match &event.what {
        What::Started(_, body) => vec![if body.is_some() { "started" } else { "block started" }],
        What::Resumed(_, _, outcome) => [&["resumed"], &*outcome_kinds(outcome)].concat(),
        What::Got(_, _, outcome) => [&["got"], &*outcome_kinds(outcome)].concat(),
        What::Set(_, accepted) => vec![if *accepted { "set" } else { "set twice" }],
        What::Ended(_, outcome) => [&["ended"], &*outcome_kinds(outcome)].concat(),
        What::Dropped(_) => vec!["dropped"],
        What::Logged(line) => ALL
            .iter()
            .copied()
            .filter(|kind| kind.strip_prefix("log: ").is_some_and(|kind| line.starts_with(kind)))
            .collect(),
        What::Idle => vec!["idle"],
        What::ShutDown(left) => vec![if *left == 0 { "shut down" } else { "shut down too late" }],
        What::Over(_) => Vec::new(),
    }
}

fn outcome_kinds(outcome: &Outcome) -> Vec<&'static str> {
    let Err(failure) = outcome else { return Vec::new() };
    let mut all = vec![kind(failure)];
    if !failure.others.is_empty() {
        all.push("others");
        all.extend(failure.others.iter().map(|(_, other)| kind(other)));
    }
    all
}

fn kind(failure: &Failure) -> &'static str {
    match failure.kind {
        Kind::Fault(_) => "fault",
        Kind::Cancelled(_, false) => "cancelled, but not told",
        Kind::Cancelled(model::Source::Deadline, _) => "deadline",
        Kind::Cancelled(model::Source::Sibling, _) => "sibling",
        Kind::Cancelled(model::Source::Shutdown, _) => "shutdown",
        Kind::Cancelled(..) => "request",
        Kind::Timeout(_) => "timeout",
        Kind::Broken => "broken",
        Kind::Taken => "taken",
        Kind::Closed => "closed",
        Kind::NoFirst => "no first",
        Kind::Panicked(_) => "panicked",
        Kind::Other(_) => "something else",
    }
}
