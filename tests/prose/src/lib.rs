//! Checks the prose of the workspace: its comments, docs, messages and Markdown pages.
//!
//! - A line of prose ends at column 100 at the latest ([`width::PROSE`]).
//! - A line of a code block is at most 84 columns wide ([`width::CODE`]).
//! - The phrases of [`words::LIST`] do not occur. Each has a reason and a replacement.
//!
//! `cargo test -p prose` fails with the file and line of each violation. `cargo run -p prose --
//! FOLDER ..` prints the violations in a folder or file.

mod files;
mod hash;
mod markdown;
mod rust;
mod text;
pub mod width;
pub mod words;

use std::fmt;
use std::fs;
use std::path::Path;

use crate::text::Text;

/// A place that breaks a rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// The path of the file, relative to the workspace.
    pub file: String,
    /// The line, counted from 1.
    pub line: usize,
    /// The rule that is broken, and what to write instead.
    pub message: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.file, self.line, self.message)
    }
}

/// All violations in the files that git tracks, and in new files that it does not ignore.
///
/// # Panics
///
/// If git cannot list the files, or a file cannot be read.
pub fn violations() -> Vec<Violation> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut violations = Vec::new();
    for file in files::tracked(&root) {
        let Some(texts) = reader(&file) else { continue };
        let source = fs::read_to_string(root.join(&file))
            .unwrap_or_else(|error| panic!("{file} cannot be read: {error}"));
        let found = texts(&source).into_iter().flat_map(|text| check(&text));
        violations.extend(found.map(|(line, message)| Violation { file: file.clone(), line, message }));
    }
    violations
}

/// The function that finds the texts in a file of this kind, if the kind is checked.
fn reader(file: &str) -> Option<fn(&str) -> Vec<Text>> {
    let messages = file.starts_with("gen-macros/src/") || file.starts_with("gen-runtime/src/");
    match file.rsplit_once('.') {
        Some((_, "rs")) if messages => Some(rust::comments_and_messages),
        Some((_, "rs")) => Some(rust::comments),
        Some((_, "md")) => Some(markdown::page),
        Some((_, "toml")) => Some(hash::comments),
        _ if file.starts_with(".ci/") => Some(hash::comments),
        _ => None,
    }
}

/// The lines of the text that break a rule, each with the complaint.
fn check(text: &Text) -> Vec<(usize, String)> {
    let parts = markdown::parts(&text.lines);
    let mut complaints = width::check(text, &parts);
    complaints.extend(words::check(text, &parts));
    complaints
}
