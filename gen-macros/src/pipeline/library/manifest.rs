//! The names under which the manifest of the compiled crate depends on the library.
//!
//! The lines of the manifest are compared with the forms in which cargo's documents write a
//! dependency. A parser of TOML would take longer to compile than the rest of this crate. A form
//! that is not recognised is a dependency that is not found.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::{env, fs, mem};

/// The name of the package.
const PACKAGE: &str = "gen-runtime";

/// A dependency on the library.
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

/// The dependencies on the library that a manifest has.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Dependencies {
    /// In `[dependencies]`: all targets of the package have it.
    pub(crate) of_all: Dependency,
    /// In `[dev-dependencies]` or `[build-dependencies]`: the library of the package does not have
    /// it, but tests, examples or the build script do.
    pub(crate) of_some: Dependency,
}

impl Dependencies {
    /// Whether no dependency can be the library.
    pub(super) fn are_absent(&self) -> bool {
        self.of_all == Dependency::Absent && self.of_some == Dependency::Absent
    }
}

/// The dependencies of the crate that is compiled. `None` if it has no manifest that can be read.
///
/// A compiler reads the manifest once. An editor, which expands the attributes of many crates in
/// one process, reads it when the crate is another one.
pub(super) fn dependencies() -> Option<Dependencies> {
    static KNOWN: Mutex<Option<(OsString, Option<Dependencies>)>> = Mutex::new(None);

    let folder = env::var_os("CARGO_MANIFEST_DIR")?;
    let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    match &*known {
        Some((of, dependencies)) if *of == folder => dependencies.clone(),
        _ => {
            let text = fs::read_to_string(path(&folder)).ok();
            let dependencies = text.as_deref().map(dependencies_in);
            *known = Some((folder, dependencies.clone()));
            dependencies
        }
    }
}

/// The manifest of a package may have another name than `Cargo.toml`, if it is a script.
fn path(folder: &OsString) -> PathBuf {
    env::var_os("CARGO_MANIFEST_PATH").map_or_else(|| Path::new(folder).join("Cargo.toml"), PathBuf::from)
}

/// The dependencies in the text of a manifest. The usual name wins, since a macro cannot know which
/// of two dependencies is meant.
pub(crate) fn dependencies_in(manifest: &str) -> Dependencies {
    let mut dependencies = Dependencies { of_all: Dependency::Absent, of_some: Dependency::Absent };
    let mut table = None;
    for line in manifest.lines() {
        let line = line.split(" #").next().unwrap_or_default().trim();
        if line.starts_with('#') {
            continue;
        }
        if let Some(header) = line.strip_prefix('[') {
            table = Table::of(header.trim_end_matches(']'));
        }
        let Some(table) = &table else { continue };
        let found = table.dependency(line);
        let known = if table.is_of_all { &mut dependencies.of_all } else { &mut dependencies.of_some };
        *known = mem::replace(known, Dependency::Absent).or(found);
    }
    dependencies
}

impl Dependency {
    /// The one that says more. Of two other names the later one.
    fn or(self, later: Dependency) -> Dependency {
        match (self, later) {
            (Dependency::Usual, _) | (_, Dependency::Usual) => Dependency::Usual,
            (_, renamed @ Dependency::Renamed(_)) | (renamed @ Dependency::Renamed(_), _) => renamed,
            (Dependency::Unknown, _) | (_, Dependency::Unknown) => Dependency::Unknown,
            (Dependency::Absent, Dependency::Absent) => Dependency::Absent,
        }
    }
}

/// A table of dependencies in which a line stands.
struct Table {
    /// Whether it is one of `[dependencies]`.
    is_of_all: bool,
    /// The dependency that the lines are about, in `[dependencies.name]`. In
    /// `[target.'cfg(unix)'.dev-dependencies]` each line is a dependency.
    name: Option<String>,
}

impl Table {
    fn of(header: &str) -> Option<Table> {
        // The packages of a workspace take from this table, and need not take everything.
        if header.starts_with("workspace.") {
            return None;
        }
        let is_of_all = |table: &str| match unquoted(table) {
            "dependencies" => Some(true),
            "dev-dependencies" | "build-dependencies" => Some(false),
            _ => None,
        };
        let (before, last) = header.rsplit_once('.').unwrap_or(("", header));
        if let Some(is_of_all) = is_of_all(last) {
            return Some(Table { is_of_all, name: None });
        }
        let is_of_all = is_of_all(before.rsplit('.').next().unwrap_or_default())?;
        Some(Table { is_of_all, name: Some(unquoted(last).to_owned()) })
    }

    /// The dependency that a line of this table, or its header, is about.
    fn dependency(&self, line: &str) -> Dependency {
        let (name, is_renamed) = match &self.name {
            Some(name) => (name.as_str(), names_package(line)),
            None => {
                let Some((key, value)) = line.split_once('=') else { return Dependency::Absent };
                let (name, rest) = key.split_once('.').unwrap_or((key, ""));
                (unquoted(name), names_package(value) || (rest.trim() == "package" && is_package(value)))
            }
        };
        match name {
            // The library of a dependency with the name `gen` has that name.
            PACKAGE | "gen" => Dependency::Usual,
            name if is_renamed => Dependency::Renamed(name.replace('-', "_")),
            _ if is_inherited(line) => Dependency::Unknown,
            _ => Dependency::Absent,
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
