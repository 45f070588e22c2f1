//! The tools that the tests drive. A machine may lack them, but the project's CI must have them.

use std::env;
use std::ffi::OsString;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// If this is set, a tool that is missing fails the test.
pub const REQUIRED: &str = "GEN_TOOLS_REQUIRED";

/// A tool that was not found, and the way to get it.
#[derive(Debug, Clone)]
pub struct Missing {
    /// The name of the tool.
    pub tool: &'static str,
    /// The places that were tried, with the results.
    pub tried: String,
    /// The way to get it.
    pub help: &'static str,
}

/// Returns the tool that was found. If it is missing, prints the reason and returns `None`, so that
/// the test ends.
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
    // Written past the test harness, which hides the output of a test that passes.
    let _ = writeln!(std::io::stderr(), "SKIPPED {name}: {message}");
    None
}

/// Runs a command and returns its output.
///
/// # Errors
///
/// The reason why it could not be run or has failed.
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

/// The compiler's own folder, with its libraries and tools.
///
/// # Panics
///
/// If the compiler that runs these tests does not answer.
pub fn sysroot() -> PathBuf {
    let printed = run(Command::new(rustc()).args(["--print", "sysroot"])).expect("the compiler answers");
    PathBuf::from(printed.trim())
}

fn rustc() -> OsString {
    env::var_os("RUSTC").unwrap_or_else(|| OsString::from("rustc"))
}

/// The files that are needed to run rust-analyzer.
#[derive(Debug, Clone)]
pub struct RustAnalyzer {
    /// The server.
    pub program: PathBuf,
    /// The server that expands macros. It comes with the compiler.
    pub macro_server: PathBuf,
    /// The sources of the standard library.
    pub library: PathBuf,
}

impl RustAnalyzer {
    /// Looks for the server, the macro server and the sources of the standard library.
    ///
    /// # Errors
    ///
    /// The first of them that is missing.
    pub fn find() -> Result<RustAnalyzer, Missing> {
        const HELP: &str =
            "`rustup component add rust-analyzer rust-src`, or Debian's `rust-web-analyzer rust-web-src`";
        let missing = |tool, tried| Missing { tool, tried, help: HELP };
        let program = RustAnalyzer::program().map_err(|tried| missing("rust-analyzer", tried))?;
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
        fetch_dependencies(library)?;
        Ok(RustAnalyzer { program, macro_server, library: library.clone() })
    }

    /// The program that an environment variable names, or the one on the path, or Debian's. A proxy
    /// of rustup on the path need not run.
    fn program() -> Result<PathBuf, String> {
        let named = env::var_os("RUST_ANALYZER").map(|named| vec![PathBuf::from(named)]);
        let candidates =
            named.unwrap_or_else(|| vec!["rust-analyzer".into(), "/usr/bin/rust-analyzer".into()]);
        let mut tried = Vec::new();
        for candidate in candidates {
            match run(Command::new(&candidate).arg("--version")) {
                Ok(_) => return Ok(candidate),
                Err(error) => tried.push(error),
            }
        }
        Err(tried.join("; "))
    }
}

/// Lets cargo fetch the dependencies of the standard library. rust-analyzer asks cargo for the
/// library's own workspace, but forbids it to use the network.
fn fetch_dependencies(library: &Path) -> Result<(), Missing> {
    let mut command = cargo();
    command.args(["fetch", "--quiet", "--locked", "--manifest-path"]).arg(library.join("Cargo.toml"));
    // The library's manifest uses features of cargo that are not stable.
    command.env("RUSTC_BOOTSTRAP", "1").env_remove("CARGO_NET_OFFLINE");
    match run(&mut command) {
        Ok(_) => Ok(()),
        Err(tried) => Err(Missing {
            tool: "what the standard library depends on",
            tried,
            help: "run `cargo test` once with the network",
        }),
    }
}

/// The tools for coverage reports.
#[derive(Debug, Clone)]
pub struct Llvm {
    /// Merges the counts that programs have written.
    pub profdata: PathBuf,
    /// Makes a report of the counts.
    pub cov: PathBuf,
}

impl Llvm {
    /// Looks for the tools in the compiler's own version of LLVM. Older tools cannot read its
    /// output.
    ///
    /// # Errors
    ///
    /// If they are missing.
    ///
    /// # Panics
    ///
    /// If the compiler that runs these tests does not answer.
    pub fn find() -> Result<Llvm, Missing> {
        let version = run(Command::new(rustc()).arg("-vV")).expect("the compiler answers");
        let after =
            |name| version.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_default().trim();
        let (host, version) = (after("host:"), after("LLVM version:"));
        let major = version.split('.').next().unwrap_or_default();
        let own = sysroot().join("lib/rustlib").join(host).join("bin");
        let folders = [own, PathBuf::from(format!("/usr/lib/llvm-{major}/bin"))];
        let found = folders
            .iter()
            .map(|folder| Llvm { profdata: folder.join("llvm-profdata"), cov: folder.join("llvm-cov") });
        let missing = || Missing {
            tool: "llvm-cov",
            tried: format!("version {version}, {folders:?}"),
            help: "`rustup component add llvm-tools`, or Debian's `llvm` of that version",
        };
        found.into_iter().find(|llvm| llvm.profdata.exists() && llvm.cov.exists()).ok_or_else(missing)
    }
}

/// Looks for the debugger.
///
/// # Errors
///
/// If it is missing.
pub fn gdb() -> Result<Command, Missing> {
    match run(Command::new("gdb").arg("--version")) {
        Ok(_) => Ok(Command::new("gdb")),
        Err(tried) => Err(Missing { tool: "gdb", tried, help: "install the package `gdb`" }),
    }
}

/// The cargo that runs these tests, without the variables that it has set for them, because they
/// are not meant for another build.
pub fn cargo() -> Command {
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| OsString::from("cargo")));
    without_cargos_variables(&mut command);
    command
}

/// Removes the variables that cargo has set for these tests from a command.
pub fn without_cargos_variables(command: &mut Command) {
    for (name, _) in env::vars_os() {
        if name.to_str().is_some_and(|name| name.starts_with("CARGO_") && name != "CARGO_HOME") {
            command.env_remove(name);
        }
    }
    command.env_remove("RUSTFLAGS").env("CARGO_NET_OFFLINE", "true");
}

/// The root of this workspace.
pub fn workspace() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
}
