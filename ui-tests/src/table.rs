//! The tables of the README: each mistake with its message.

use std::fmt::Write as _;

use crate::{failing_cases, Case, Expected, Words};

/// The table of each family, as the README has them.
pub fn tables() -> String {
    let cases = failing_cases();
    let mut tables = String::new();
    for family in cases.chunk_by(|a, b| a.family == b.family) {
        tables += &format!(
            "### {}\n\n| mistake | what is said | in the words of |\n|---|---|---|\n",
            family[0].family
        );
        tables.extend(family.iter().map(row));
        tables.push('\n');
    }
    tables
}

/// How many cases there are, of all and of our words.
pub fn summary() -> String {
    let cases = failing_cases();
    let ours = cases.iter().filter(|case| case.expected.iter().any(|expected| expected.words == Words::Ours));
    format!("{} mistakes; of {} we say something ourselves.\n", cases.len(), ours.count())
}

/// What stable Rust cannot say, and what else has to be excused.
pub fn excuses() -> String {
    let mut excuses = String::new();
    for case in failing_cases() {
        for directive in ["rustc", "several", "attribute"] {
            if let Some(reason) = case.directive(directive) {
                let excused = match directive {
                    "rustc" => "",
                    "several" => "more than one error: ",
                    _ => "points at an attribute: ",
                };
                writeln!(excuses, "- {}: {excused}{reason}.", link(&case)).expect("a string grows");
            }
        }
    }
    excuses
}

fn row(case: &Case) -> String {
    let said: Vec<String> = case.expected.iter().map(said).collect();
    let ours = case.expected.iter().any(|expected| expected.words == Words::Ours);
    let rustcs = case.expected.iter().any(|expected| expected.words == Words::Rustc);
    let whose = match (ours, rustcs) {
        (true, true) => "both",
        (true, false) => "ours",
        _ => "rustc",
    };
    format!("| {} | {} | {whose} |\n", link(case), said.join("<br>"))
}

fn said(expected: &Expected) -> String {
    let lines = std::iter::once(&expected.message).chain(&expected.advice);
    lines.map(|line| line.replace('|', "\\|").replace("[..]", "..")).collect::<Vec<_>>().join("<br>")
}

fn link(case: &Case) -> String {
    format!("[{}](fail/{}.rs)", case.name.replace('_', " "), case.id())
}
