//! A crate of candidates, all in one form: which of them compile.

use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::candidates::{Candidate, Form};
use gen_fuzz::sources;

/// After a phase with errors rustc does not go on, so the crate is checked again without the modules that had them.
/// There are far fewer phases.
const MOST_ROUNDS: usize = 20;

/// How many modules a crate has. For each error rustc looks for what else could have been meant in all of them.
const AT_ONCE: usize = 400;

/// The candidates that compile in this form, by their numbers.
///
/// # Errors
///
/// That a file cannot be written, or that cargo fails for a reason that is no candidate's.
pub(crate) fn compiling(candidates: &[Candidate], form: Form, folder: &Path) -> io::Result<BTreeSet<usize>> {
    let folder = folder.join(form.name());
    write(candidates, form, &folder)?;
    let mut compiling = BTreeSet::new();
    for start in (0..candidates.len()).step_by(AT_ONCE) {
        let end = candidates.len().min(start + AT_ONCE);
        compiling.extend(compiling_of((start..end).collect(), &folder)?);
    }
    Ok(compiling)
}

fn compiling_of(mut left: BTreeSet<usize>, folder: &Path) -> io::Result<BTreeSet<usize>> {
    for _ in 0..MOST_ROUNDS {
        let failed = check(&left, folder)?;
        if failed.is_empty() {
            return Ok(left);
        }
        left.retain(|number| !failed.contains(number));
    }
    Err(io::Error::other("there are always more errors"))
}

fn write(candidates: &[Candidate], form: Form, folder: &Path) -> io::Result<()> {
    let source = folder.join("src");
    std::fs::create_dir_all(&source)?;
    let workspace = sources::workspace().canonicalize()?;
    let runtime = workspace.join("gen-runtime");
    let manifest = format!(
        "[package]\nname = \"library-{}\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[dependencies]\ngen-runtime = {{ path = {runtime:?} }}\n\n[workspace]\n",
        form.name()
    );
    std::fs::write(folder.join("Cargo.toml"), manifest)?;
    std::fs::copy(workspace.join("Cargo.lock"), folder.join("Cargo.lock"))?;
    for (number, candidate) in candidates.iter().enumerate() {
        std::fs::write(source.join(format!("f{number}.rs")), candidate.module(form))?;
    }
    Ok(())
}

/// Checks the crate of those that are left, and returns which of them have errors.
fn check(left: &BTreeSet<usize>, folder: &Path) -> io::Result<BTreeSet<usize>> {
    let modules: String = left.iter().map(|number| format!("mod f{number};\n")).collect();
    let root = format!("#![allow(warnings)]\nextern crate alloc;\n{modules}");
    std::fs::write(folder.join("src/lib.rs"), root)?;
    let output = Command::new("cargo")
        .args(["check", "--quiet", "--message-format=json"])
        .current_dir(folder)
        .env("CARGO_TARGET_DIR", target())
        .env("RUSTFLAGS", "")
        .stderr(Stdio::piped())
        .output()?;
    let mut failed = BTreeSet::new();
    for line in output.stdout.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
        let message: Value = serde_json::from_slice(line)?;
        failed.extend(module_in_error(&message["message"]));
    }
    if failed.is_empty() && !output.status.success() {
        return Err(io::Error::other(String::from_utf8_lossy(&output.stderr).into_owned()));
    }
    Ok(failed)
}

/// Dependencies are built once for all forms, and kept for the next time. The workspace's own folder would be locked against others meanwhile.
fn target() -> PathBuf {
    let target = std::env::var_os("CARGO_TARGET_DIR");
    target.map_or_else(|| sources::workspace().join("target"), PathBuf::from).join("library")
}

/// In which candidate an error is.
fn module_in_error(message: &Value) -> Option<usize> {
    if message["level"] != "error" {
        return None;
    }
    message["spans"].as_array()?.iter().find_map(module_in_span)
}

/// The candidate's file that a span is in, or whose macro call it comes from.
fn module_in_span(span: &Value) -> Option<usize> {
    let file = Path::new(span["file_name"].as_str()?);
    let number = file.file_stem()?.to_str()?.strip_prefix('f').and_then(|number| number.parse().ok());
    let ours = file.parent()?.ends_with("src") && file.is_relative();
    number.filter(|_| ours).or_else(|| module_in_span(span.get("expansion")?.get("span")?))
}
