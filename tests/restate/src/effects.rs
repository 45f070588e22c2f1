//! The outside of the coroutines: a folder with a file for each run, to which its steps add lines.

use std::collections::BTreeMap;
use std::fs::{read_to_string, OpenOptions};
use std::io::Write;
use std::path::PathBuf;

/// The folder. All processes share it.
#[derive(Debug, Clone)]
pub struct Effects(PathBuf);

impl Effects {
    /// The effects in this folder, which exists.
    #[must_use]
    pub fn new(folder: PathBuf) -> Self {
        Effects(folder)
    }

    /// Adds a line to the file of a run.
    ///
    /// # Panics
    ///
    /// If it cannot be written.
    pub fn note(&self, run: &str, effect: &str) {
        let file = OpenOptions::new().create(true).append(true).open(self.0.join(run));
        let line = format!("{effect}\n");
        file.and_then(|mut file| file.write_all(line.as_bytes())).expect("the effect is written");
    }

    /// The lines of a run, in their order.
    #[must_use]
    pub fn of(&self, run: &str) -> Vec<String> {
        let text = read_to_string(self.0.join(run)).unwrap_or_default();
        text.lines().map(str::to_owned).collect()
    }

    /// The number of times that each effect of a run has happened.
    #[must_use]
    pub fn counts(&self, run: &str) -> BTreeMap<String, usize> {
        let mut counts = BTreeMap::new();
        for effect in self.of(run) {
            *counts.entry(effect).or_default() += 1;
        }
        counts
    }
}
