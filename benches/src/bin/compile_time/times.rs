//! Times how long the crates take to compile.

use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::crates::{path, write, SAMPLES};
use crate::workspace;

const FUNCTIONS: usize = 1_000;

/// Times each build so many times, in turns with that of its peer.
pub(crate) fn compare(root: &Path, rounds: usize) -> io::Result<()> {
    for mut row in rows(root)? {
        row.subjects.iter().try_for_each(Subject::build)?;
        (0..2 * rounds).try_for_each(|round| row.subjects[round % 2].time())?;
        row.print();
    }
    Ok(())
}

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

/// A comparison of a crate that uses gen with its peer.
struct Row {
    name: String,
    subjects: [Subject; 2],
}

/// Writes the crates that are compared.
fn rows(root: &Path) -> io::Result<Vec<Row>> {
    let workspace = workspace()?;
    let path = |name: &str| path(&workspace, name);
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
        let ours = sample.coroutines(FUNCTIONS);
        let theirs = sample.async_fns(FUNCTIONS);
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
