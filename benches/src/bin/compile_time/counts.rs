//! Counts the instructions of rustc.
//!
//! cargo calls this program in place of rustc, for the crate alone and not for its dependencies. It
//! runs rustc under cachegrind, and adds the name of the crate and the count to a file.

use std::env;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};

use crate::crates::{path, write, SAMPLES};
use crate::workspace;

const FUNCTIONS: usize = 100;

/// The variable of the environment with which this program is called in place of rustc. It names
/// the file of the counts.
pub(crate) const COUNT_INTO: &str = "GEN_COUNT_INTO";

/// Prints the instructions with this checkout, and with another one.
pub(crate) fn compare(root: &Path, other: Option<&Path>) -> io::Result<()> {
    let mut checkouts = vec![workspace()?];
    checkouts.extend(other.map(existing).transpose()?);
    println!("millions of instructions of rustc      this checkout    the other    ratio");
    for sample in &SAMPLES {
        for command in [&["check"][..], &["build", "--release"]] {
            let of_sample = |checkout: &PathBuf| {
                let (source, dependency) = (sample.coroutines(FUNCTIONS), path(checkout, "gen-runtime"));
                let folder = write(root, checkout, sample.name, &dependency, &source)?;
                count(&folder, command, sample.name, root)
            };
            print(&format!("{}, `{}`", sample.name, command.join(" ")), &checkouts, of_sample)?;
        }
    }
    let of_library = |checkout: &PathBuf| count(checkout, &["check", "-p", "gen-runtime"], "gen", root);
    print("the library itself, `check`", &checkouts, of_library)
}

fn print(
    name: &str,
    checkouts: &[PathBuf],
    count: impl FnMut(&PathBuf) -> io::Result<u64>,
) -> io::Result<()> {
    let counts = checkouts.iter().map(count).collect::<io::Result<Vec<_>>>()?;
    print!("{name:<38}");
    counts.iter().for_each(|count| print!(" {:>12.0}", *count as f64 / 1e6));
    match counts[..] {
        [ours, other] => println!(" {:>8.3}", ours as f64 / other as f64),
        _ => println!(),
    }
    Ok(())
}

/// Compiles the crate of a folder, and returns the instructions of rustc.
fn count(folder: &Path, command: &[&str], name: &str, root: &Path) -> io::Result<u64> {
    let (file, target) = (root.join("counts"), root.join("target"));
    for old in [&file, &target] {
        remove(old)?;
    }
    let status = Command::new("cargo")
        .args(command)
        .arg("--quiet")
        .current_dir(folder)
        .env("CARGO_TARGET_DIR", &target)
        .env("CARGO_INCREMENTAL", "0")
        .env("RUSTC_WORKSPACE_WRAPPER", env::current_exe()?)
        .env(COUNT_INTO, &file)
        .stdout(Stdio::null())
        .status()?;
    if !status.success() {
        return Err(io::Error::other(format!("cargo failed in {}", folder.display())));
    }
    let counts = fs::read_to_string(&file)?;
    let mut counts = counts.lines().filter_map(|line| line.split_once(' '));
    let found = counts.find(|(crate_name, _)| *crate_name == name).map(|(_, count)| count.parse());
    found.and_then(Result::ok).ok_or_else(|| io::Error::other(format!("rustc did not compile `{name}`")))
}

/// The whole path of a checkout.
fn existing(checkout: &Path) -> io::Result<PathBuf> {
    checkout.canonicalize().map_err(|error| about(checkout, &error))
}

/// Removes a file or a folder, if it is there.
pub(crate) fn remove(path: &Path) -> io::Result<()> {
    let removed = if path.is_dir() { fs::remove_dir_all(path) } else { fs::remove_file(path) };
    match removed {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(about(path, &error)),
        _ => Ok(()),
    }
}

/// The error, with the path that it is about.
fn about(path: &Path, error: &io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("{}: {error}", path.display()))
}

/// Runs the command line of rustc that follows the name of this program, and counts.
pub(crate) fn compile_and_count(file: &Path) -> ExitCode {
    match compile(file) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn compile(file: &Path) -> io::Result<bool> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [rustc, arguments @ ..] = &arguments[..] else {
        return Err(io::Error::other("cargo has named no rustc"));
    };
    let names = arguments.windows(2).find(|pair| pair[0] == "--crate-name");
    let name = names.map_or("___", |pair| &*pair[1]);
    // cargo asks rustc about itself by a crate of this name.
    if name == "___" {
        return Ok(Command::new(rustc).args(arguments).status()?.success());
    }
    let report = file.with_extension(name);
    let compiled = Command::new("valgrind")
        .args(["--tool=cachegrind", "--cache-sim=no", "--cachegrind-out-file=/dev/null"])
        .arg(format!("--log-file={}", report.display()))
        .arg(compiler(rustc)?)
        .args(arguments)
        .status()?;
    let instructions = instructions(&fs::read_to_string(&report)?)
        .ok_or_else(|| io::Error::other("valgrind's cachegrind has counted nothing"))?;
    let mut counts = fs::OpenOptions::new().create(true).append(true).open(file)?;
    writeln!(counts, "{name} {instructions}")?;
    Ok(compiled.success())
}

/// The compiler itself, since `rustc` may be a program of rustup that starts it.
fn compiler(rustc: &str) -> io::Result<PathBuf> {
    let sysroot = Command::new(rustc).args(["--print", "sysroot"]).output()?;
    Ok(Path::new(String::from_utf8_lossy(&sysroot.stdout).trim()).join("bin/rustc"))
}

/// The count in a report: `==1234== I refs:  3,026,123,456`.
fn instructions(report: &str) -> Option<u64> {
    let line = report.lines().find(|line| line.contains("refs:"))?;
    line.split_once("refs:")?.1.trim().replace(',', "").parse().ok()
}
