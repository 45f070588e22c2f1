//! The name under which the manifest of the compiled crate depends on the library.
//!
//! The lines of the manifest are compared with the forms in which cargo's documents write a
//! dependency. A parser of TOML would take longer to compile than the rest of this crate. A form
//! that is not recognised is a dependency that is not found.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::{env, fs};

/// The name of the package.
const PACKAGE: &str = "gen-runtime";

/// The dependency on the library.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Dependency {
    /// It has the name of the package, so that the library is `gen`.
    Usual,
    /// It has another name, which is that of the library too.
    Renamed(String),
    /// There is none.
    Absent,
    /// None is seen, but a dependency has its package in the manifest of the workspace.
    Unknown,
}

/// The dependency of the crate that is compiled. `None` if it has no manifest that can be read.
///
/// A compiler reads the manifest once. An editor, which expands the attributes of many crates in
/// one process, reads it when the crate is another one.
pub(super) fn dependency() -> Option<Dependency> {
    static KNOWN: Mutex<Option<(OsString, Option<Dependency>)>> = Mutex::new(None);

    let folder = env::var_os("CARGO_MANIFEST_DIR")?;
    let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    match &*known {
        Some((of, dependency)) if *of == folder => dependency.clone(),
        _ => {
            let text = fs::read_to_string(path(&folder)).ok();
            let dependency = text.as_deref().map(dependency_in);
            *known = Some((folder, dependency.clone()));
            dependency
        }
    }
}

/// The manifest of a package may have another name than `Cargo.toml`, if it is a script.
fn path(folder: &OsString) -> PathBuf {
    env::var_os("CARGO_MANIFEST_PATH").map_or_else(|| Path::new(folder).join("Cargo.toml"), PathBuf::from)
}

/// The dependency in the text of a manifest. The usual name wins, since a macro cannot know which
/// of two dependencies is meant.
pub(crate) fn dependency_in(manifest: &str) -> Dependency {
    let mut found = Dependency::Absent;
    let mut table = Table::Other;
    for line in manifest.lines() {
        let line = line.split(" #").next().unwrap_or_default().trim();
        if line.starts_with('#') {
            continue;
        }
        if let Some(header) = line.strip_prefix('[') {
            table = Table::of(header.trim_end_matches(']'));
        }
        let (name, renamed) = match &table {
            Table::Other => continue,
            Table::Dependencies => match line.split_once('=') {
                Some((key, value)) => {
                    let (name, rest) = key.split_once('.').unwrap_or((key, ""));
                    (unquoted(name), names_package(value) || (rest.trim() == "package" && is_package(value)))
                }
                None => continue,
            },
            Table::Dependency(name) => (name.as_str(), names_package(line)),
        };
        match name {
            // The library of a dependency with the name `gen` has that name.
            PACKAGE | "gen" => return Dependency::Usual,
            name if renamed => found = Dependency::Renamed(name.replace('-', "_")),
            _ if found == Dependency::Absent && is_inherited(line) => found = Dependency::Unknown,
            _ => {}
        }
    }
    found
}

/// The table in which a line stands.
enum Table {
    /// `[dependencies]`, `[target.'cfg(unix)'.dev-dependencies]`: each line is a dependency.
    Dependencies,
    /// `[dependencies.name]`: the lines are about one dependency.
    Dependency(String),
    Other,
}

impl Table {
    fn of(header: &str) -> Table {
        let is_table =
            |name: &str| matches!(unquoted(name), "dependencies" | "dev-dependencies" | "build-dependencies");
        // The packages of a workspace take from this table, and need not take everything.
        if header.starts_with("workspace.") {
            return Table::Other;
        }
        let (before, last) = header.rsplit_once('.').unwrap_or(("", header));
        if is_table(last) {
            Table::Dependencies
        } else if is_table(before.rsplit('.').next().unwrap_or_default()) {
            Table::Dependency(unquoted(last).to_owned())
        } else {
            Table::Other
        }
    }
}

/// Whether the line says that the workspace has the rest of the dependency.
fn is_inherited(line: &str) -> bool {
    let line = line.replace(' ', "");
    line.contains("workspace=true")
}

/// Whether `package = "gen-runtime"` is among the keys of a dependency.
fn names_package(keys: &str) -> bool {
    keys.split(['{', ','])
        .filter_map(|key| key.split_once('='))
        .any(|(key, value)| unquoted(key) == "package" && is_package(value))
}

fn is_package(value: &str) -> bool {
    unquoted(value.trim_end_matches(['}', ' '])) == PACKAGE
}

fn unquoted(word: &str) -> &str {
    word.trim().trim_matches(['"', '\''])
}
