//! What somebody sees who writes coroutines in an editor with rust-analyzer.
//!
//! One server answers all tests, one after the other: to start it takes longer than all they ask.

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

/// The one editor of all tests; nothing if there is no rust-analyzer.
fn editor() -> Option<MutexGuard<'static, Editor>> {
    static EDITOR: OnceLock<Result<Mutex<Editor>, Missing>> = OnceLock::new();
    let folder = concat!(env!("CARGO_TARGET_TMPDIR"), "/sample");
    let start = || RustAnalyzer::find().map(|tools| Mutex::new(Editor::start(&tools, folder.as_ref())));
    let editor = or_skip(EDITOR.get_or_init(start).as_ref().map_err(Clone::clone))?;
    // A test that fails leaves nothing behind that another would meet: each types anew.
    Some(editor.lock().unwrap_or_else(PoisonError::into_inner))
}

/// What the bodies in these tests work with, and `typed` after it.
fn with_client(typed: &str) -> String {
    let client = "\
use gen::yield_;

/// What is got.
pub struct Page {
    pub body: String,
}

/// Gets pages.
pub struct Client {
    pub base: String,
}

impl Client {
    /// Gets one.
    pub async fn get(&self, path: &str) -> std::io::Result<Page> {
        Ok(Page { body: format!(\"{}{path}\", self.base) })
    }
}
";
    format!("{client}\n{typed}")
}
