//! Measures how long a crate of a thousand coroutines takes to compile, compared with the same
//! crate of `async fn`s; and how long `gen-macros` takes, compared with `async-trait`.
//!
//! `compile_time [ROUNDS]` writes the crates and builds their dependencies. Then it times, in turns
//! and `ROUNDS` times each:
//!
//! - `cargo check` and `cargo build --release` of the crates alone;
//! - a clean `cargo build` of the two macro crates with all their dependencies.
//!
//! It prints the minimum and the median of each, and their ratios. The unit is the processor time
//! of cargo and of all processes that it starts, because other programs may use the machine too. On
//! a system without `/proc` it is the elapsed time.

use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

const FUNCTIONS: usize = 1_000;
const ROUNDS: usize = 5;

/// The functions of a crate, in groups that differ only in their number.
///
/// `$fn` and `$wait(..)` stand for the syntax of a coroutine or an `async fn`, and `$n` is the
/// number of the group. Each function is polled or yielded by another one, so that rustc generates
/// code for it.
struct Sample {
    name: &'static str,
    /// The source before the functions.
    head: &'static str,
    group: &'static str,
    /// The number of functions in a group.
    functions: usize,
}

const SAMPLES: [Sample; 2] = [
    // Its functions have the sizes of the `async fn`s in public crates, in lines, tokens and
    // `.await`s: see the README.
    Sample {
        name: "service",
        head: include_str!("service/head.rs.txt"),
        group: include_str!("service/group.rs.txt"),
        functions: 10,
    },
    // Its functions have some six lines and one `.await`.
    Sample {
        name: "short",
        head: include_str!("short/head.rs.txt"),
        group: include_str!("short/group.rs.txt"),
        functions: 5,
    },
];

/// A crate whose build is timed.
struct Subject {
    folder: PathBuf,
    target: PathBuf,
    /// Whether its dependencies are built again each time.
    clean: bool,
    command: &'static [&'static str],
    times: Vec<Duration>,
}

impl Subject {
    fn time(&mut self) -> io::Result<()> {
        if self.clean && self.target.exists() {
            std::fs::remove_dir_all(&self.target)?;
        }
        touch(&self.folder.join("src/lib.rs"))?;
        let (start, busy) = (Instant::now(), busy());
        self.build()?;
        let passed = start.elapsed();
        self.times.push(self::busy().zip(busy).map_or(passed, |(after, before)| after - before));
        Ok(())
    }

    fn build(&self) -> io::Result<()> {
        let status = Command::new("cargo")
            .args(self.command)
            .arg("--quiet")
            .current_dir(&self.folder)
            .env("CARGO_TARGET_DIR", &self.target)
            .env("CARGO_INCREMENTAL", "0")
            .stdout(Stdio::null())
            .status()?;
        if status.success() {
            Ok(())
        } else {
            Err(io::Error::other("cargo failed"))
        }
    }

    /// The minimum and the median.
    fn figures(&self) -> [Duration; 2] {
        let mut times = self.times.clone();
        times.sort();
        [times[0], times[times.len() / 2]]
    }
}

fn main() -> ExitCode {
    let rounds = match std::env::args().nth(1).map(|rounds| rounds.parse()) {
        None => ROUNDS,
        Some(Ok(rounds)) if rounds > 0 => rounds,
        Some(_) => {
            eprintln!("usage: compile_time [ROUNDS]");
            return ExitCode::from(2);
        }
    };
    match compare(rounds) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn compare(rounds: usize) -> io::Result<()> {
    let root = std::env::temp_dir().join(format!("gen-compile-time-{}", std::process::id()));
    let compared = rows(&root).and_then(|mut rows| {
        for row in &mut rows {
            row.subjects.iter().try_for_each(Subject::build)?;
            (0..2 * rounds).try_for_each(|round| row.subjects[round % 2].time())?;
            row.print();
        }
        Ok(())
    });
    std::fs::remove_dir_all(&root)?;
    compared
}

/// A comparison of a crate that uses gen with its peer.
struct Row {
    name: String,
    subjects: [Subject; 2],
}

/// Writes the crates that are compared.
fn rows(root: &Path) -> io::Result<Vec<Row>> {
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").canonicalize()?;
    let path = |name: &str| format!("{name} = {{ path = {:?} }}", workspace.join(name));
    let krate =
        |name: &str, dependency: &str, source: &str| write(root, &workspace, name, dependency, source);
    let row = |name: String, folders: &[PathBuf; 2], clean, command| {
        let subjects = folders.clone().map(|folder| {
            let target = if clean { folder.join("target") } else { root.join("target") };
            Subject { folder, target, clean, command, times: Vec::new() }
        });
        Row { name, subjects }
    };
    let mut rows = Vec::new();
    for sample in &SAMPLES {
        let ours = sample.source("#[gen::coroutine] pub fn", "gen::yield_!(", ")");
        let theirs = sample.source("pub async fn", "", ".await");
        let name = |kind: &str| format!("{}-{kind}", sample.name);
        let thousand = [
            krate(&name("coroutines"), &path("gen-runtime"), &ours)?,
            krate(&name("async-fns"), &path("gen-runtime"), &theirs)?,
        ];
        rows.push(row(format!("{} functions: check", sample.name), &thousand, false, &["check"][..]));
        rows.push(row(
            format!("{}: build --release", sample.name),
            &thousand,
            false,
            &["build", "--release"],
        ));
    }
    let macros = [krate("ours", &path("gen-macros"), "")?, krate("theirs", "async-trait = \"0.1\"", "")?];
    rows.push(row("gen-macros, async-trait: clean build".to_owned(), &macros, true, &["build"]));
    Ok(rows)
}

impl Row {
    fn print(&self) {
        let [ours, theirs] = self.subjects.each_ref().map(Subject::figures);
        for (figure, (ours, theirs)) in ["minimum", "median"].iter().zip(ours.iter().zip(theirs)) {
            let (ours, theirs) = (ours.as_secs_f64(), theirs.as_secs_f64());
            println!("{:<38} {figure:<7} {ours:>7.2} s {theirs:>7.2} s {:>6.3}", self.name, ours / theirs);
        }
    }
}

impl Sample {
    /// The source of a crate of [`FUNCTIONS`] functions.
    fn source(&self, function: &str, before: &str, after: &str) -> String {
        let group = waits(self.group, before, after).replace("$fn", function);
        let groups = (0..FUNCTIONS / self.functions).map(|n| group.replace("$n", &n.to_string()));
        [self.head.to_owned()].into_iter().chain(groups).collect()
    }
}

/// Replaces each `$wait(future)` in the text by the future, with `before` and `after` around it.
fn waits(text: &str, before: &str, after: &str) -> String {
    let mut parts = text.split("$wait(");
    let first = parts.next().unwrap_or_default();
    let waited = parts.map(|part| {
        let (waited, rest) = part.split_at(length_inside(part));
        // The rest begins with the closing parenthesis.
        [before, waited, after, rest.strip_prefix(')').unwrap_or(rest)].concat()
    });
    [first.to_owned()].into_iter().chain(waited).collect()
}

/// The position of the parenthesis that closes the one before the text.
fn length_inside(text: &str) -> usize {
    let mut open = 1;
    let closes = |byte: u8| {
        open += i32::from(byte == b'(') - i32::from(byte == b')');
        open == 0
    };
    text.bytes().position(closes).unwrap_or(text.len())
}

/// Writes a crate, and returns its folder.
fn write(root: &Path, workspace: &Path, name: &str, dependency: &str, source: &str) -> io::Result<PathBuf> {
    let folder = root.join(name);
    std::fs::create_dir_all(folder.join("src"))?;
    let manifest = format!(
        "[package]\nname = {name:?}\nversion = \"0.0.0\"\nedition = \"2021\"\n\n[dependencies]\n{dependency}\n\n[workspace]\n"
    );
    std::fs::write(folder.join("Cargo.toml"), manifest)?;
    std::fs::write(folder.join("src/lib.rs"), source)?;
    // So that the crate has the same versions as the workspace.
    std::fs::copy(workspace.join("Cargo.lock"), folder.join("Cargo.lock"))?;
    Ok(folder)
}

/// The processor time of all child processes that have ended: `cutime` and `cstime` of proc(5), in
/// hundredths of a second.
fn busy() -> Option<Duration> {
    let stat = std::fs::read_to_string("/proc/self/stat").ok()?;
    let after_name = stat.rsplit_once(')')?.1;
    let mut fields = after_name.split_whitespace().skip(13).map_while(|field| field.parse::<u64>().ok());
    Some(Duration::from_millis(10 * (fields.next()? + fields.next()?)))
}

fn touch(file: &Path) -> io::Result<()> {
    let text = std::fs::read(file)?;
    std::fs::write(file, text)
}
