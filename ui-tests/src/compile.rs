//! Compiles cases as programs of one package, each with its own edition, with any toolchain.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::{errors_in, Case};

/// The way in which cases are compiled.
#[derive(Debug, Clone, Copy)]
pub struct Compiler<'a> {
    /// The toolchain, as `rustup` calls it. Without one it is the compiler of this program.
    pub toolchain: Option<&'a str>,
    /// The result that is wanted.
    pub goal: Goal,
}

/// The result that is wanted of the cases.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Goal {
    /// Only the messages.
    Check,
    /// The messages that the test harness sees.
    CheckTests,
    /// Programs that can run.
    Build,
}

/// The crates that the cases use beside ours, in the versions of the workspace.
const OTHERS: &str = r#"
async-trait = "0.1"
axum = { version = "0.8", default-features = false, features = ["macros"] }
cached = { version = "0.56", default-features = false, features = ["proc_macro", "async"] }
maybe-async = "0.2"
rstest = { version = "0.29", default-features = false }
serde = { version = "1", features = ["derive"] }
tokio = { version = "1", default-features = false, features = ["macros", "rt"] }
"#;

/// The result of compiling a case.
#[derive(Debug, Default)]
pub struct Compiled {
    /// The errors and warnings that were printed.
    pub printed: String,
    /// The program, if one was wanted and could be built.
    pub program: Option<PathBuf>,
}

impl Compiler<'_> {
    /// Compiles the cases in a package of the given name. The result maps each [`id`](Case::id).
    pub fn compile(self, cases: &[Case], package: &str) -> HashMap<String, Compiled> {
        let project = write_project(cases, package);
        let output = self.cargo(&project).output().expect("cargo runs");
        let mut compiled: HashMap<String, Compiled> =
            cases.iter().map(|case| (case.id(), Compiled::default())).collect();
        let mut library = false;
        for line in String::from_utf8_lossy(&output.stdout).lines() {
            let Ok(message) = serde_json::from_str::<serde_json::Value>(line) else { continue };
            let target = message["target"]["name"].as_str().unwrap_or_default().replacen("--", "/", 1);
            library |= target == "gen" && message["reason"] == "compiler-artifact";
            let Some(case) = compiled.get_mut(&target) else { continue };
            case.program = case.program.take().or_else(|| Some(message["executable"].as_str()?.into()));
            let rendered = relative(message["message"]["rendered"].as_str().unwrap_or_default());
            // The summary at the end has no position.
            if rendered.starts_with("warning") || !errors_in(&rendered).is_empty() {
                case.printed.push_str(&rendered);
            }
        }
        assert!(library, "the library was not compiled:\n{}", String::from_utf8_lossy(&output.stderr));
        compiled
    }

    fn cargo(self, project: &Path) -> Command {
        let mut cargo = match self.toolchain {
            Some(toolchain) => {
                let mut rustup = Command::new("rustup");
                rustup.args(["run", toolchain, "cargo"]);
                for set_by_cargo in ["RUSTC", "RUSTFLAGS", "CARGO_ENCODED_RUSTFLAGS", "RUSTUP_TOOLCHAIN"] {
                    rustup.env_remove(set_by_cargo);
                }
                rustup
            }
            None => Command::new(env!("CARGO")),
        };
        cargo.arg(if self.goal == Goal::Build { "build" } else { "check" });
        if self.goal == Goal::CheckTests {
            cargo.args(["--profile", "test"]);
        }
        cargo.args(["--quiet", "--offline", "--bins", "--keep-going", "--message-format=json"]);
        // The library is compiled once for each toolchain.
        let target = format!("target-{}", self.toolchain.unwrap_or("default"));
        cargo.current_dir(project).env("CARGO_TARGET_DIR", folder().join(target));
        cargo
    }
}

/// The folder of all packages and their target folders.
fn folder() -> PathBuf {
    let target =
        std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| workspace().join("target"), PathBuf::from);
    target.join("ui-cases")
}

fn workspace() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the package is in a workspace")
}

/// Replaces the paths of this machine, as `trybuild` does.
fn relative(rendered: &str) -> String {
    let package = concat!(env!("CARGO_MANIFEST_DIR"), "/");
    let text = rendered.replace(package, "").replace(&*workspace().to_string_lossy(), "$WORKSPACE");
    // The lines of the library move when it changes, so their numbers are removed.
    let mut in_library = false;
    let library = |line: &str| {
        if line.contains("-->") || line.contains(":::") {
            in_library = line.contains("$WORKSPACE");
        }
        match line.split_once(".rs:") {
            Some((path, _)) if in_library => format!("{path}.rs"),
            _ if in_library => without_its_number(line),
            _ => line.to_owned(),
        }
    };
    text.lines().map(library).fold(String::new(), |all, line| all + &line + "\n")
}

/// The line of source without its number, with the same indentation.
fn without_its_number(line: &str) -> String {
    match line.split_once(" |") {
        Some((number, source)) if number.trim_start().bytes().all(|byte| byte.is_ascii_digit()) => {
            format!("{} |{source}", " ".repeat(number.len()))
        }
        _ => line.to_owned(),
    }
}

fn write_project(cases: &[Case], name: &str) -> PathBuf {
    let project = folder().join(name);
    let mut manifest = format!(
        "[package]\nname = \"cases\"\nversion = \"0.0.0\"\nedition = \"2021\"\nautobins = false\n\n[workspace]\n\n\
         [dependencies]\ngen-runtime = {{ path = {:?} }}\n\
         gen-durable = {{ path = {:?}, default-features = false }}\n{OTHERS}",
        workspace().join("gen-runtime"),
        workspace().join("gen-durable")
    );
    for case in cases {
        let edition = case.directive("edition").unwrap_or("2021");
        let (name, path) = (case.id().replace('/', "--"), &case.path);
        write!(manifest, "\n[[bin]]\nname = {name:?}\npath = {path:?}\nedition = {edition:?}\n")
            .expect("a string grows");
    }
    fs::create_dir_all(&project).expect("a folder can be made");
    fs::write(project.join("Cargo.toml"), manifest).expect("a manifest can be written");
    fs::copy(workspace().join("Cargo.lock"), project.join("Cargo.lock"))
        .expect("the lock file can be copied");
    project
}
