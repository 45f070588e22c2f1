//! The tools that the tests drive. A machine need not have them; the project's CI must.

use std::env;
use std::ffi::OsString;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// If this is set, a tool that is missing fails the test.
pub const REQUIRED: &str = "GEN_TOOLS_REQUIRED";

/// A tool that was not found, and how to get it.
#[derive(Debug)]
pub struct Missing {
    /// What it is.
    pub tool: &'static str,
    /// What was tried, and what came of it.
    pub tried: String,
    /// What to do about it.
    pub help: &'static str,
}

/// What was found; if it is missing, the test that asked for it is told to end, and its reader why.
///
/// # Panics
///
/// If the tool is missing and [`REQUIRED`] is set.
pub fn or_skip<T>(found: Result<T, Missing>) -> Option<T> {
    let Missing { tool, tried, help } = match found {
        Ok(found) => return Some(found),
        Err(missing) => missing,
    };
    let name = std::thread::current().name().unwrap_or("a test").to_owned();
    let message = format!("{tool} is missing ({tried}): {help}");
    assert!(env::var_os(REQUIRED).is_none(), "{message}");
    // Past the harness, which shows nothing that a test has printed if it passes.
    let _ = writeln!(std::io::stderr(), "SKIPPED {name}: {message}");
    None
}

/// Runs a command and returns what it has printed.
///
/// # Errors
///
/// What went wrong, if it could not be run or has failed.
pub fn run(command: &mut Command) -> Result<String, String> {
    match command.output() {
        Err(error) => Err(format!("{command:?}: {error}")),
        Ok(Output { status, stdout, stderr }) if status.success() => {
            drop(stderr);
            Ok(String::from_utf8_lossy(&stdout).into_owned())
        }
        Ok(Output { status, stdout, stderr }) => Err(format!(
            "{command:?}: {status}\n{}{}",
            String::from_utf8_lossy(&stdout),
            String::from_utf8_lossy(&stderr)
        )),
    }
}

/// The compiler's own folder, with what belongs to it.
///
/// # Panics
///
/// If the compiler that runs these tests cannot be asked.
pub fn sysroot() -> PathBuf {
    let rustc = env::var_os("RUSTC").unwrap_or_else(|| OsString::from("rustc"));
    let printed = run(Command::new(rustc).args(["--print", "sysroot"])).expect("the compiler answers");
    PathBuf::from(printed.trim())
}

/// What is needed to run rust-analyzer.
#[derive(Debug, Clone)]
pub struct RustAnalyzer {
    /// The server.
    pub program: PathBuf,
    /// What expands macros for it; it comes with the compiler.
    pub macro_server: PathBuf,
    /// The sources of the standard library.
    pub library: PathBuf,
}

impl RustAnalyzer {
    /// Looks for the server, the macro server and the library's sources.
    ///
    /// # Errors
    ///
    /// The first of them that is missing.
    pub fn find() -> Result<RustAnalyzer, Missing> {
        const HELP: &str =
            "`rustup component add rust-analyzer rust-src`, or Debian's `rust-web-analyzer rust-web-src`";
        let missing = |tool, tried| Missing { tool, tried, help: HELP };
        let program =
            PathBuf::from(env::var_os("RUST_ANALYZER").unwrap_or_else(|| OsString::from("rust-analyzer")));
        run(Command::new(&program).arg("--version")).map_err(|error| missing("rust-analyzer", error))?;
        let sysroot = sysroot();
        let macro_server = sysroot.join("libexec/rust-analyzer-proc-macro-srv");
        if !macro_server.exists() {
            return Err(missing("rust-analyzer's macro server", format!("no {}", macro_server.display())));
        }
        let libraries = [
            sysroot.join("lib/rustlib/src/rust/library"),
            PathBuf::from("/usr/lib/rustlib/src/rust/library"),
        ];
        let library = libraries.iter().find(|library| library.join("core").exists());
        let library =
            library.ok_or_else(|| missing("the source of the standard library", format!("{libraries:?}")))?;
        Ok(RustAnalyzer { program, macro_server, library: library.clone() })
    }
}

/// The root of this workspace.
pub fn workspace() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
}
