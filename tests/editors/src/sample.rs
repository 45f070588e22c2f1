//! The crate that rust-analyzer analyses: a library to type in, and each file of `ui-tests` as a
//! program.
//!
//! It has the dependencies of `ui-tests`, in the versions of this workspace. It is not a member of
//! the workspace, because its code is only typed for a test.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use lsp_types::Uri;
use serde::Deserialize;
use url::Url;

use crate::tools::{cargo, run, workspace};

/// The sample on the disk.
#[derive(Debug)]
pub struct Sample {
    folder: PathBuf,
    /// The programs.
    pub cases: Vec<Case>,
}

/// A file of `ui-tests`.
#[derive(Debug)]
pub struct Case {
    /// Its path in `ui-tests`, and in the sample: `fail/family/mistake.rs`.
    pub path: String,
    /// The source of the file.
    pub source: String,
    /// The output of rustc, or `None` if the file must compile.
    pub stderr: Option<String>,
}

impl Case {
    /// The edition in its first line, or the usual one.
    fn edition(&self) -> &str {
        let first = self.source.lines().next().unwrap_or_default();
        first.strip_prefix("//@ edition: ").map_or("2021", str::trim)
    }
}

/// A dependency, as cargo describes it.
#[derive(Deserialize)]
struct Dependency {
    name: String,
    rename: Option<String>,
    req: String,
    path: Option<PathBuf>,
    features: Vec<String>,
    uses_default_features: bool,
}

impl Sample {
    /// Writes the sample into a folder.
    ///
    /// # Panics
    ///
    /// If it cannot be written.
    pub fn write(folder: &Path) -> Sample {
        let ui_tests = workspace().join("ui-tests");
        let mut cases = Vec::new();
        for family in ["pass", "fail"] {
            read_cases(&ui_tests, Path::new(family), &mut cases);
            let _ = fs::remove_dir_all(folder.join(family));
        }
        cases.push(Case { path: "pass/as_advised_in_2024.rs".into(), source: IN_2024.into(), stderr: None });
        cases.sort_by(|one, other| one.path.cmp(&other.path));
        for case in &cases {
            put(&folder.join(&case.path), &case.source);
        }
        put(&folder.join(LIBRARY), "");
        put(&folder.join("Cargo.toml"), &manifest(&cases));
        let lock = fs::read_to_string(workspace().join("Cargo.lock")).expect("the workspace is locked");
        put(&folder.join("Cargo.lock"), &lock);
        Sample { folder: folder.to_owned(), cases }
    }

    /// The folder of the sample.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The URI of a file of the sample.
    ///
    /// # Panics
    ///
    /// If the folder is not absolute.
    pub fn uri(&self, path: &str) -> Uri {
        let url = Url::from_file_path(self.folder.join(path)).expect("the folder is absolute");
        url.as_str().parse().expect("a URL is a URI")
    }
}

/// The forms that the documentation advises for edition 2024, because of this server.
const IN_2024: &str = "\
//@ edition: 2024
use r#gen::{self as g, co, yield_};

#[g::coroutine]
fn length(text: &str) -> g::Result<usize> {
    let page = yield_!(async { text.to_owned() })?;
    Ok(page.len())
}

#[co]
fn twice(n: usize) -> g::Result<usize> {
    Ok(2 * g::yield_!(length(\"a\"))? * n)
}

#[g::test]
fn counts() -> g::Result {
    assert_eq!(yield_!(twice(1))?, 2);
    Ok(())
}

#[g::main]
fn main() -> g::Result {
    yield_!(twice(1)).map(drop)
}
";

/// The library's file.
pub const LIBRARY: &str = "src/lib.rs";

fn put(path: &Path, content: &str) {
    let folder = path.parent().expect("a file is in a folder");
    fs::create_dir_all(folder)
        .and_then(|()| fs::write(path, content))
        .expect("the sample's folder can be written to");
}

/// The files at and below `folder`, which is relative to `root`.
fn read_cases(root: &Path, folder: &Path, cases: &mut Vec<Case>) {
    for entry in fs::read_dir(root.join(folder)).expect("ui-tests is there") {
        let name = entry.expect("a folder can be read").file_name();
        let path = folder.join(name);
        let full = root.join(&path);
        if full.is_dir() {
            read_cases(root, &path, cases);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let source = fs::read_to_string(&full).expect("a source is text");
            // The mistake of such a case is seen only by the test harness.
            if source.contains("\n//@ tests: ") {
                continue;
            }
            let stderr = fs::read_to_string(full.with_extension("stderr")).ok();
            let path = path.to_str().expect("names are plain").to_owned();
            cases.push(Case { path, source, stderr });
        }
    }
}

fn manifest(cases: &[Case]) -> String {
    let mut manifest = String::from(
        "[package]\nname = \"sample\"\nversion = \"0.0.0\"\nedition = \"2021\"\npublish = false\nautobins = false\n\
         \n[workspace]\n\n[dependencies]\n",
    );
    for dependency in dependencies().iter().filter(|dependency| dependency.name != "trybuild") {
        let Dependency { name, rename, req, path, features, uses_default_features } = dependency;
        let place = match path {
            Some(path) => format!("path = {path:?}"),
            None => format!("version = {req:?}"),
        };
        // The key `package` is written only for renamed dependencies. With it, a library has the
        // name of the package, whatever its own name is.
        let package = rename.as_ref().map(|_| format!("package = {name:?}, ")).unwrap_or_default();
        let name = rename.as_ref().unwrap_or(name);
        writeln!(
            manifest,
            "{name} = {{ {package}{place}, features = {features:?}, default-features = {uses_default_features} }}"
        )
        .expect("a string grows");
    }
    for case in cases {
        let path = &case.path;
        let name = path.trim_end_matches(".rs").replace('/', "-");
        let edition = case.edition();
        write!(manifest, "\n[[bin]]\nname = {name:?}\npath = {path:?}\nedition = {edition:?}\n")
            .expect("a string grows");
    }
    manifest
}

/// The dependencies that the programs of `ui-tests` may use.
fn dependencies() -> Vec<Dependency> {
    #[derive(Deserialize)]
    struct Metadata {
        packages: Vec<Package>,
    }
    #[derive(Deserialize)]
    struct Package {
        name: String,
        dependencies: Vec<Dependency>,
    }

    let mut command = cargo();
    command.current_dir(workspace()).args(["metadata", "--no-deps", "--offline", "--format-version=1"]);
    let printed = run(&mut command).expect("cargo knows the workspace");
    let metadata: Metadata = serde_json::from_str(&printed).expect("cargo prints what it documents");
    let package = metadata.packages.into_iter().find(|package| package.name == "ui-tests");
    package.expect("ui-tests is a member").dependencies
}
