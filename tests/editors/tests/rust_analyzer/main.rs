//! The features that rust-analyzer offers to a user who writes coroutines.
//!
//! One server answers all tests, one after the other, because its start takes longer than all
//! requests.

use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

use editors::editor::Editor;
use editors::tools::{or_skip, Missing, RustAnalyzer};

mod actions;
mod completion;
mod diagnostics;
mod expansion;
mod hover;
mod navigation;
mod outline;
mod signature;
mod unfinished;

/// The one editor of all tests, or `None` if there is no rust-analyzer.
fn editor() -> Option<MutexGuard<'static, Editor>> {
    static EDITOR: OnceLock<Result<Mutex<Editor>, Missing>> = OnceLock::new();
    let folder = concat!(env!("CARGO_TARGET_TMPDIR"), "/sample");
    let start = || RustAnalyzer::find().map(|tools| Mutex::new(Editor::start(&tools, folder.as_ref())));
    let editor = or_skip(EDITOR.get_or_init(start).as_ref().map_err(Clone::clone))?;
    // A test that fails leaves no state behind that affects another one: each test types a new
    // source.
    Some(editor.lock().unwrap_or_else(PoisonError::into_inner))
}

/// The items that the bodies in these tests use, followed by `typed`.
fn with_client(typed: &str) -> String {
    let client = "\
use gen::yield_;

/// A page.
pub struct Page {
    pub body: String,
}

/// Gets pages.
pub struct Client {
    pub base: String,
}

impl Client {
    /// Gets a page.
    pub async fn get(&self, path: &str) -> std::io::Result<Page> {
        Ok(Page { body: format!(\"{}{path}\", self.base) })
    }
}
";
    format!("{client}\n{typed}")
}
