//! How long a crate of a thousand coroutines takes to compile, beside the same crate of `async fn`s; and how long `gen-macros` does, beside `async-trait`.
//!
//! `compile_time [ROUNDS]` writes the crates, builds what they depend on, and then times, in turns and `ROUNDS` times each, `cargo check` and
//! `cargo build --release` of the crates alone, and a clean `cargo build` of the two macro crates with all that they need. It prints the least and the
//! middle of each, and the ratios of both. What is counted is processor time, of cargo and all it starts, since others may use the machine too; where Linux
//! does not tell it, it is the time that passes.

use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

const FUNCTIONS: usize = 1_000;
const ROUNDS: usize = 5;

/// What each crate begins with.
const HEAD: &str = "
pub type Result<T> = gen::Result<T>;
pub fn leaf(n: u64) -> std::future::Ready<Result<u64>> { std::future::ready(Ok(n)) }
fn poll<F: std::future::Future>(future: F) -> bool {
    std::pin::pin!(future).poll(&mut std::task::Context::from_waker(std::task::Waker::noop())).is_ready()
}
";

/// The functions of a crate. `$fn` and `$wait(..)` stand for what differs, `$n` is the number of the function. Each is polled, so that code is made of it.
const SHAPES: [&str; 5] = [
    "$fn f$n(a: u64, b: &str) -> Result<u64> {
    let first = $wait(leaf(a + $n))?;
    Ok(first + b.len() as u64)
}
pub fn poll$n() -> bool { poll(f$n(1, \"b\")) }
",
    "$fn f$n(mut list: Vec<u64>) -> Result<Vec<u64>> {
    for element in &mut list {
        if *element % 2 == 0 {
            *element += $wait(leaf(*element))?;
        }
    }
    Ok(list)
}
pub fn poll$n() -> bool { poll(f$n(vec![$n, 2])) }
",
    "$fn f$n(name: String, (low, high): (u64, u64)) -> Result<String> {
    let text = match $wait(leaf(low))? {
        0 => name,
        n if n > high => return Err(std::io::Error::other(\"too much\").into()),
        n => format!(\"{name} {n}\"),
    };
    println!(\"{text}\");
    Ok(text)
}
pub fn poll$n() -> bool { poll(f$n(String::new(), ($n, 3))) }
",
    "pub struct S$n<T>(pub T);
impl<T: Clone> S$n<T> {
    $fn get(&self, times: usize) -> Result<Vec<T>> {
        let mut found = Vec::with_capacity(times);
        while found.len() < times {
            $wait(leaf(1))?;
            found.push(self.0.clone());
        }
        Ok(found)
    }
}
pub fn poll$n() -> bool { poll(S$n($n).get(3)) }
",
    "$fn f$n(limit: u64) -> u64 {
    let mut sum = 0;
    let mut n = 0;
    while n < limit {
        sum += n * n;
        n += 1;
    }
    sum
}
pub fn poll$n() -> bool { poll(f$n($n)) }
",
];

/// Something whose build is timed.
struct Subject {
    folder: PathBuf,
    target: PathBuf,
    /// Whether all it depends on is built anew each time.
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
            Err(io::Error::other("cargo fails"))
        }
    }

    /// The least and the middle.
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

/// What is compared: ours and theirs.
struct Row {
    name: &'static str,
    subjects: [Subject; 2],
}

/// Writes the crates.
fn rows(root: &Path) -> io::Result<[Row; 3]> {
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").canonicalize()?;
    let path = |name: &str| format!("{name} = {{ path = {:?} }}", workspace.join(name));
    let krate = |name, dependency: &str, source: &str| write(root, &workspace, name, dependency, source);
    let thousand = [
        krate("coroutines", &path("gen-runtime"), &source("#[gen::coroutine] pub fn", "gen::yield_!(", ")"))?,
        krate("async-fns", &path("gen-runtime"), &source("pub async fn", "(", ").await"))?,
    ];
    let macros = [krate("ours", &path("gen-macros"), "")?, krate("theirs", "async-trait = \"0.1\"", "")?];
    let row = |name, folders: &[PathBuf; 2], clean, command| {
        let subjects = folders.clone().map(|folder| {
            let target = if clean { folder.join("target") } else { root.join("target") };
            Subject { folder, target, clean, command, times: Vec::new() }
        });
        Row { name, subjects }
    };
    Ok([
        row("1,000 coroutines, async fns: check", &thousand, false, &["check"]),
        row("the same: build --release", &thousand, false, &["build", "--release"]),
        row("gen-macros, async-trait: clean build", &macros, true, &["build"]),
    ])
}

impl Row {
    fn print(&self) {
        let [ours, theirs] = self.subjects.each_ref().map(Subject::figures);
        for (figure, (ours, theirs)) in ["least", "middle"].iter().zip(ours.iter().zip(theirs)) {
            let (ours, theirs) = (ours.as_secs_f64(), theirs.as_secs_f64());
            println!("{:<38} {figure:<7} {ours:>7.2} s {theirs:>7.2} s {:>6.3}", self.name, ours / theirs);
        }
    }
}

/// A crate of [`FUNCTIONS`] functions.
fn source(function: &str, before: &str, after: &str) -> String {
    let shape = |n: usize| {
        // No shape has parentheses in what it waits for but those of the call.
        let mut parts = SHAPES[n % SHAPES.len()].split("$wait(");
        let mut text = parts.next().unwrap_or_default().to_owned();
        for part in parts {
            let (waited, rest) = part.split_once("))").unwrap_or((part, ""));
            text.extend([before, waited, ")", after, rest]);
        }
        text.replace("$fn", function).replace("$n", &n.to_string())
    };
    [HEAD.to_owned()].into_iter().chain((0..FUNCTIONS).map(shape)).collect()
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
    // The versions that the workspace has.
    std::fs::copy(workspace.join("Cargo.lock"), folder.join("Cargo.lock"))?;
    Ok(folder)
}

/// The processor time of all processes that were started from here and have ended: `cutime` and `cstime` of proc(5), in hundredths of a second.
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
