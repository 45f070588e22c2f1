//! Finds the candidates that compile, in a crate that contains them all in one form.

use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::candidates::{Candidate, Form};
use gen_fuzz::sources;

/// The number of times that a crate is checked. rustc stops after a phase with errors, so the crate
/// is checked again without the modules that had errors. rustc has far fewer phases.
const MOST_ROUNDS: usize = 20;

/// The number of modules in a crate. For each error rustc searches all of them for similar names.
const AT_ONCE: usize = 400;

/// Returns the numbers of the candidates that compile in this form.
///
/// # Errors
///
/// If a file cannot be written, or cargo fails for a reason that lies in no candidate.
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

/// Checks a crate of the candidates that are left, and returns those with errors.
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

/// The target folder. It is shared by all forms and kept for the next run, so that the dependencies
/// are built once. The workspace's own folder would be locked for other commands meanwhile.
fn target() -> PathBuf {
    let target = std::env::var_os("CARGO_TARGET_DIR");
    target.map_or_else(|| sources::workspace().join("target"), PathBuf::from).join("library")
}

/// The candidate that an error is in.
fn module_in_error(message: &Value) -> Option<usize> {
    if message["level"] != "error" {
        return None;
    }
    message["spans"].as_array()?.iter().find_map(module_in_span)
}

/// The candidate whose file contains the span, or the macro call that the span comes from.
fn module_in_span(span: &Value) -> Option<usize> {
    let file = Path::new(span["file_name"].as_str()?);
    let number = file.file_stem()?.to_str()?.strip_prefix('f').and_then(|number| number.parse().ok());
    let ours = file.parent()?.ends_with("src") && file.is_relative();
    number.filter(|_| ours).or_else(|| module_in_span(span.get("expansion")?.get("span")?))
}
