//! Tests the program as a user runs it, each time in a new folder.
//!
//! The tests do not sleep: the output of the program shows its progress. A test whose program waits
//! for ever hangs.

use std::fs::{self, File};
use std::io::{BufRead, BufReader, Lines, Write};
use std::path::PathBuf;
use std::process::{Child, ChildStderr, ChildStdout, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};

/// The running program.
struct Watch {
    dir: PathBuf,
    program: Child,
    stdout: Lines<BufReader<ChildStdout>>,
    stderr: Lines<BufReader<ChildStderr>>,
}

impl Watch {
    /// Runs the program on a new folder, and waits until it watches.
    fn start(arguments: &[&str]) -> Watch {
        static COUNTER: AtomicUsize = AtomicUsize::new(0);
        let number = COUNTER.fetch_add(1, Ordering::Relaxed);
        let name = format!("watch-{}-{number}", std::process::id());
        let dir = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
        fs::create_dir(&dir).unwrap();
        let mut program = Command::new(env!("CARGO_BIN_EXE_watch"));
        program.arg(&dir).args(arguments).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut program = program.spawn().unwrap();
        let stdout = BufReader::new(program.stdout.take().unwrap()).lines();
        let stderr = BufReader::new(program.stderr.take().unwrap()).lines();
        let mut watch = Watch { dir, program, stdout, stderr };
        assert_eq!(watch.line(), "watching DIR");
        watch
    }

    fn create(&self, name: &str) {
        File::create_new(self.dir.join(name)).unwrap();
    }

    /// The next line that it prints.
    fn line(&mut self) -> String {
        let line = self.stdout.next().expect("it should go on").unwrap();
        self.shorten(&line)
    }

    /// The next line on standard error.
    fn complaint(&mut self) -> String {
        let line = self.stderr.next().expect("it should complain").unwrap();
        self.shorten(&line)
    }

    fn shorten(&self, line: &str) -> String {
        line.replace(self.dir.to_str().unwrap(), "DIR")
    }

    /// Waits until the program ends, and returns its exit code and the rest of its output on both
    /// streams.
    fn end(mut self) -> (i32, Vec<String>) {
        let code = self.program.wait().unwrap().code().unwrap();
        let rest = self.stdout.by_ref().chain(self.stderr.by_ref()).map(Result::unwrap).collect::<Vec<_>>();
        let rest = rest.iter().map(|line| self.shorten(line)).collect();
        (code, rest)
    }
}

impl Drop for Watch {
    /// Only two things can fail, and both are harmless: the program may have ended, and the folder
    /// may be gone.
    fn drop(&mut self) {
        let _ = self.program.kill();
        let _ = self.program.wait();
        let _ = fs::remove_dir_all(&self.dir);
    }
}

fn nothing_more(code: i32) -> (i32, Vec<String>) {
    (code, Vec::new())
}

#[test]
fn what_happens_in_the_folder_is_printed_as_it_happens() {
    let mut watch = Watch::start(&["--count", "4"]);
    watch.create("file");
    assert_eq!(watch.line(), "created DIR/file");
    File::options().append(true).open(watch.dir.join("file")).unwrap().write_all(b"text").unwrap();
    assert_eq!(watch.line(), "modified DIR/file");
    fs::rename(watch.dir.join("file"), watch.dir.join("other")).unwrap();
    assert_eq!([watch.line(), watch.line()], ["removed DIR/file", "created DIR/other"]);
    assert_eq!(watch.end(), nothing_more(0));
}

#[test]
fn of_many_events_at_once_none_is_lost_or_out_of_order() {
    let mut watch = Watch::start(&["--count", "1000"]);
    (0..1000).for_each(|number| watch.create(&number.to_string()));
    for number in 0..1000 {
        assert_eq!(watch.line(), format!("created DIR/{number}"));
    }
    assert_eq!(watch.end(), nothing_more(0));
}

#[test]
fn no_more_events_are_printed_than_were_asked_for() {
    let mut watch = Watch::start(&["--count", "3"]);
    (0..50).for_each(|number| watch.create(&number.to_string()));
    let lines: Vec<_> = (0..3).map(|_| watch.line()).collect();
    assert_eq!(lines, ["created DIR/0", "created DIR/1", "created DIR/2"]);
    assert_eq!(watch.end(), nothing_more(0));
}

#[test]
fn a_failure_of_the_callback_arrives_in_the_coroutine_which_goes_on() {
    let mut watch = Watch::start(&["--count", "2", "--refuse", ".tmp"]);
    watch.create("one");
    assert_eq!(watch.line(), "created DIR/one");
    watch.create("bad.tmp");
    assert_eq!(watch.complaint(), "watch: the callback refused DIR/bad.tmp");
    watch.create("two");
    assert_eq!(watch.line(), "created DIR/two");
    assert_eq!(watch.end(), nothing_more(0));
}

#[test]
fn events_among_many_failures_are_not_lost_nor_are_the_failures() {
    let mut watch = Watch::start(&["--refuse", ".tmp"]);
    for number in 0..100 {
        watch.create(&format!("{number}"));
        watch.create(&format!("{number}.tmp"));
    }
    for number in 0..100 {
        assert_eq!(watch.line(), format!("created DIR/{number}"));
        assert_eq!(watch.complaint(), format!("watch: the callback refused DIR/{number}.tmp"));
    }
}

#[test]
fn it_ends_when_nothing_happens_for_the_time_given() {
    assert_eq!(Watch::start(&["--timeout", "0"]).end(), nothing_more(0));
}

#[test]
fn without_its_folder_it_ends_with_one_line() {
    let mut watch = Watch::start(&[]);
    fs::remove_dir(&watch.dir).unwrap();
    assert_eq!(watch.line(), "removed DIR");
    assert_eq!(watch.end(), (1, vec!["watch: cannot watch DIR: it is gone".to_owned()]));
}

#[test]
fn what_is_no_folder_is_refused_with_one_line() {
    let missing = concat!(env!("CARGO_MANIFEST_DIR"), "/missing");
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml");
    let why_missing = fs::metadata(missing).unwrap_err().to_string();
    for (path, why) in [(missing, why_missing.as_str()), (file, "it is no folder")] {
        let output = Command::new(env!("CARGO_BIN_EXE_watch")).arg(path).output().unwrap();
        assert_eq!((output.status.code(), output.stdout.is_empty()), (Some(1), true));
        assert_eq!(String::from_utf8(output.stderr).unwrap(), format!("watch: cannot watch {path}: {why}\n"));
    }
}

#[test]
#[cfg(unix)]
fn ctrl_c_ends_it() {
    let mut watch = Watch::start(&[]);
    watch.create("file");
    assert_eq!(watch.line(), "created DIR/file");
    let process = watch.program.id().to_string();
    assert!(Command::new("kill").args(["-INT", &process]).status().unwrap().success());
    assert_eq!(watch.end(), nothing_more(130));
}
