//! Writes the figures as Markdown and as plots.

mod growth;
mod machine;
mod markdown;
mod plots;
#[cfg(test)]
mod tests;

use std::fs;
use std::path::Path;

use anyhow::{ensure, Context, Result};

use crate::harness::Measured;

/// The part of `README.md` between these lines is written from the figures.
const MARKERS: [&str; 2] = ["<!-- table: begin -->\n\n", "\n<!-- table: end -->\n"];

/// Writes `RESULTS.md`, `plots/` and the part of `README.md` into `folder`.
pub fn write(folder: &Path, measured: &[Measured]) -> Result<()> {
    let plots = folder.join("plots");
    fs::create_dir_all(&plots).with_context(|| format!("cannot make {}", plots.display()))?;
    let drawn = plots::draw_all(&plots, measured)?;
    let results = folder.join("RESULTS.md");
    let text = markdown::render(measured, &drawn);
    fs::write(&results, text).with_context(|| format!("cannot write {}", results.display()))?;
    let readme = folder.join("README.md");
    let page = fs::read_to_string(&readme).with_context(|| format!("cannot read {}", readme.display()))?;
    let part = marked(&page)?;
    let page = page.replacen(part, &markdown::losses(measured), 1);
    fs::write(&readme, page).with_context(|| format!("cannot write {}", readme.display()))
}

/// The part of a page between the markers.
fn marked(page: &str) -> Result<&str> {
    let [begin, end] = MARKERS;
    let part = page.split_once(begin).and_then(|(_, rest)| Some(rest.split_once(end)?.0));
    let part = part.context("README.md has lost the marks of its table")?;
    ensure!(!part.is_empty(), "the table of README.md is empty");
    Ok(part)
}
