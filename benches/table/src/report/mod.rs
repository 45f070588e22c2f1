//! Writes the figures as Markdown and as plots.

mod machine;
mod markdown;
mod plots;

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

use crate::harness::Measured;

/// Writes `RESULTS.md` and `plots/` into `folder`.
pub fn write(folder: &Path, measured: &[Measured]) -> Result<()> {
    let plots = folder.join("plots");
    fs::create_dir_all(&plots).with_context(|| format!("cannot make {}", plots.display()))?;
    let drawn = plots::draw_all(&plots, measured)?;
    let results = folder.join("RESULTS.md");
    let text = markdown::render(measured, &drawn);
    fs::write(&results, text).with_context(|| format!("cannot write {}", results.display()))
}
