//! A case: its source, and the errors that its comments expect.

use std::fs;
use std::path::{Path, PathBuf};

/// The author of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Words {
    /// The library.
    Ours,
    /// The compiler.
    Rustc,
}

/// An error that a comment expects.
#[derive(Debug, Clone)]
pub struct Expected {
    /// The line it is on, from 1.
    pub line: usize,
    /// The author of its message.
    pub words: Words,
    /// The message; `[..]` stands for any text.
    pub message: String,
    /// The lines of advice after it: `help: ..`, `note: ..`.
    pub advice: Vec<String>,
}

/// A source file, with the errors that its comments expect. A case that must compile expects none.
#[derive(Debug)]
pub struct Case {
    /// The name of the folder that it is in.
    pub family: String,
    /// The name of the file, which describes the mistake.
    pub name: String,
    /// The path of the file.
    pub path: PathBuf,
    /// The text of the file.
    pub source: String,
    /// The errors that are expected, by line.
    pub expected: Vec<Expected>,
}

/// All cases that must not compile, by family and name.
pub fn failing_cases() -> Vec<Case> {
    cases_in("fail")
}

/// All cases that must compile.
pub fn passing_cases() -> Vec<Case> {
    cases_in("pass")
}

fn cases_in(folder: &str) -> Vec<Case> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let files = entries(&folder).into_iter().flat_map(|family| entries(&family));
    files.filter(|file| file.extension().is_some_and(|extension| extension == "rs")).map(Case::read).collect()
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut entries: Vec<_> = entries.map(|entry| entry.expect("an entry of a folder").path()).collect();
    entries.sort();
    entries
}

impl Case {
    fn read(path: PathBuf) -> Case {
        let source = fs::read_to_string(&path).expect("a case is text");
        let part = |part: Option<&std::ffi::OsStr>| part.expect("a name").to_string_lossy().into_owned();
        Case {
            family: part(path.parent().and_then(Path::file_name)),
            name: part(path.file_stem()),
            expected: expected_in(&source, &path),
            path,
            source,
        }
    }

    /// `family/name`.
    pub fn id(&self) -> String {
        format!("{}/{}", self.family, self.name)
    }

    /// The expected output of the compiler.
    pub fn stderr(&self) -> String {
        let path = self.path.with_extension("stderr");
        fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    }

    /// The reason after `//@ directive:`.
    pub fn directive(&self, directive: &str) -> Option<&str> {
        let lines = self.source.lines().filter_map(|line| line.strip_prefix("//@ "));
        lines.filter_map(|line| line.strip_prefix(directive)?.strip_prefix(": ")).next()
    }
}

fn expected_in(source: &str, path: &Path) -> Vec<Expected> {
    let mut expected: Vec<Expected> = Vec::new();
    for (index, line) in source.lines().enumerate() {
        let Some((_, comment)) = line.split_once("//~") else { continue };
        let place = format!("{}:{}", path.display(), index + 1);
        if let Some(advice) = comment.strip_prefix("| ") {
            let last = expected.last_mut().unwrap_or_else(|| panic!("{place}: advice of what?"));
            last.advice.push(advice.to_owned());
            continue;
        }
        let text = comment.trim_start_matches('^');
        let (words, message) = match text.split_once(": ") {
            Some((" gen", message)) => (Words::Ours, message),
            Some((" rustc", message)) => (Words::Rustc, message),
            _ => panic!("{place}: `//~{comment}` is no expectation"),
        };
        let line = index + 1 - (comment.len() - text.len());
        expected.push(Expected { line, words, message: message.to_owned(), advice: Vec::new() });
    }
    expected.sort_by_key(|expected| expected.line);
    expected
}

impl Expected {
    /// Whether this message was expected, `[..]` being any text.
    pub fn fits(&self, message: &str) -> bool {
        let mut parts = self.message.split("[..]");
        let Some(mut rest) = message.strip_prefix(parts.next().unwrap_or_default()) else { return false };
        let mut open = false;
        for part in parts {
            let Some(position) = rest.find(part) else { return false };
            rest = &rest[position + part.len()..];
            open = part.is_empty();
        }
        open || rest.is_empty()
    }
}
