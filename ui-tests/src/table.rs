//! The tables of the README: each mistake with its message.

use crate::{failing_cases, Case, Expected, Words};

/// One table for each family.
pub fn tables() -> String {
    let cases = failing_cases();
    let mut tables = String::new();
    for family in cases.chunk_by(|a, b| a.family == b.family) {
        tables += &format!(
            "### {}\n\n| mistake | message and advice | author |\n|---|---|---|\n",
            family[0].family
        );
        tables.extend(family.iter().map(row));
        tables.push('\n');
    }
    tables
}

/// The number of cases, and of those with a message of ours.
pub fn summary() -> String {
    let cases = failing_cases();
    let ours = cases.iter().filter(|case| case.expected.iter().any(|expected| expected.words == Words::Ours));
    format!("There are {} mistakes. For {} of them a message is ours.\n", cases.len(), ours.count())
}

/// A table of the reasons in the directives of the cases.
pub fn excuses() -> String {
    let mut excuses = "| mistake | what is unusual | reason |\n|---|---|---|\n".to_owned();
    for case in failing_cases() {
        for directive in ["rustc", "several", "attribute"] {
            if let Some(reason) = case.directive(directive) {
                let unusual = match directive {
                    "rustc" => "message of rustc",
                    "several" => "more than one error",
                    _ => "points at an attribute",
                };
                excuses += &format!("| {} | {unusual} | {} |\n", link(&case), escaped(reason));
            }
        }
    }
    excuses
}

fn row(case: &Case) -> String {
    let mut said: Vec<String> = case.expected.iter().map(said).collect();
    // rustc may report a mistake several times in the same words.
    said.dedup();
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
    lines.map(|line| escaped(line).replace("[..]", "..")).collect::<Vec<_>>().join("<br>")
}

/// The text as it is written in a cell of a table.
fn escaped(text: &str) -> String {
    text.replace('|', "\\|")
}

fn link(case: &Case) -> String {
    format!("[{}](fail/{}.rs)", case.name.replace('_', " "), case.id())
}
