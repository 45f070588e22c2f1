//! [`Measured`]: the figures of one entry.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum Side {
    Ours,
    Peer,
    Limit,
}

/// All figures are for one operation.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Measured {
    pub item: String,
    pub case: String,
    pub size: u64,
    pub side: Side,
    pub name: String,
    /// Nanoseconds: the least and the median of the repetitions.
    pub least: f64,
    pub median: f64,
    pub repetitions: usize,
    pub allocations: f64,
    pub bytes: f64,
    /// The most bytes that were allocated at once.
    pub peak: f64,
    pub notes: BTreeMap<String, f64>,
    /// Counted by callgrind, for the rows of the table.
    pub instructions: Option<f64>,
}
