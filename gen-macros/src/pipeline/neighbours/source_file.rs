//! The source file that contains an attribute.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::SystemTime;

use proc_macro::Span;

use crate::pipeline::before_rust_188;

/// The file of the attribute that was expanded last. The attributes of a file are expanded one
/// after the other, so each file is read about once.
static LAST: Mutex<Option<(Version, SourceFile)>> = Mutex::new(None);

/// Calls `read` with the text of the file in front of the attribute. `None` if the compiler does
/// not say where that is.
pub(super) fn with_text_before<T>(attribute: Span, read: impl FnOnce(&str) -> T) -> Option<T> {
    let (line, column) = before_rust_188::line_and_column(attribute)?;
    let version = Version::of(before_rust_188::local_file(attribute)?)?;
    let mut last = LAST.lock().unwrap_or_else(PoisonError::into_inner);
    if last.as_ref().is_none_or(|(of_last, _)| *of_last != version) {
        let file = SourceFile::read(&version.path)?;
        *last = Some((version, file));
    }
    let (_, file) = last.as_ref()?;
    file.before(line, column).map(read)
}

/// A file at a time: an editor keeps the macro loaded while files change.
#[derive(PartialEq)]
struct Version {
    path: PathBuf,
    modified: SystemTime,
}

impl Version {
    fn of(path: PathBuf) -> Option<Version> {
        let modified = fs::metadata(&path).and_then(|metadata| metadata.modified()).ok()?;
        Some(Version { path, modified })
    }
}

/// The text of a file.
pub(crate) struct SourceFile {
    text: String,
    /// Where each line starts, in bytes.
    lines: Vec<usize>,
}

impl SourceFile {
    fn read(path: &Path) -> Option<SourceFile> {
        fs::read_to_string(path).ok().map(SourceFile::new)
    }

    pub(crate) fn new(text: String) -> SourceFile {
        let after_breaks = text.match_indices('\n').map(|(position, _)| position + 1);
        let lines = [0].into_iter().chain(after_breaks).collect();
        SourceFile { text, lines }
    }

    /// The text in front of a place. Lines, and the characters of a line, are counted from 1.
    /// `None` if the file has no such place.
    pub(crate) fn before(&self, line: usize, column: usize) -> Option<&str> {
        let start = *self.lines.get(line.checked_sub(1)?)?;
        let end = self.lines.get(line).copied().unwrap_or(self.text.len());
        let (on_line, _) = self.text[start..end].char_indices().nth(column.checked_sub(1)?)?;
        Some(&self.text[..start + on_line])
    }
}
