//! [`Versions`]: the versions that a run has.

use std::collections::BTreeMap;

/// By label: the number of the entry, and the version.
#[derive(Debug, Default)]
pub(super) struct Versions(BTreeMap<String, (u64, u32)>);

impl Versions {
    pub(super) fn get(&self, label: &str) -> Option<(u64, u32)> {
        self.0.get(label).copied()
    }

    /// The first version of a label is that of the run.
    pub(super) fn set(&mut self, label: &str, entry: u64, version: u32) {
        self.0.entry(label.into()).or_insert((entry, version));
    }
}
