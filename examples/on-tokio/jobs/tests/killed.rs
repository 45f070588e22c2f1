//! The runner as a process, which is killed at random moments.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};

use r#gen::{self as g, yield_};
use jobs::store::{Audit, STEPS, Store};

/// A file of its own, with jobs.
#[g::coroutine]
fn file_with_jobs(name: &str, jobs: usize) -> g::Result<PathBuf> {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    for suffix in ["", "-wal", "-shm"] {
        let _ = std::fs::remove_file(format!("{}{suffix}", path.display()));
    }
    let store = yield_!(Store::open(&path))?;
    yield_!(store.add_jobs(jobs))?;
    yield_!(store.close())?;
    Ok(path)
}

#[g::coroutine]
fn audit(path: &Path) -> g::Result<Audit> {
    let store = yield_!(Store::open(path))?;
    let audit = yield_!(store.audit())?;
    yield_!(store.close())?;
    Ok(audit)
}

/// All jobs are done, each step exactly once.
fn all_done(jobs: i64) -> Audit {
    Audit { jobs, steps_done: jobs * STEPS, lost: 0, repeated: 0, missing: 0 }
}

fn start(path: &Path) -> (Child, BufReader<ChildStdout>) {
    let mut runner = Command::new(env!("CARGO_BIN_EXE_jobs"));
    let mut runner = runner.arg(path).arg("run").stdout(Stdio::piped()).spawn().expect("it starts");
    let output = BufReader::new(runner.stdout.take().expect("it is piped"));
    (runner, output)
}

/// Reads so many lines, or up to the end. Gives the number of lines.
fn read(output: &mut impl BufRead, lines: usize) -> usize {
    output.lines().take(lines).map_while(Result::ok).count()
}

#[g::test(tokio)]
fn a_runner_that_is_killed_again_and_again_loses_and_repeats_nothing() -> g::Result {
    let path = yield_!(file_with_jobs("killed.db", 200))?;
    let mut kills = 0;
    loop {
        let (mut runner, mut output) = start(&path);
        let lines = fastrand::usize(0..30);
        if read(&mut output, lines) < lines {
            assert!(runner.wait()?.success());
            break;
        }
        // The lines come while the runner goes on: this moment is anywhere in its work.
        runner.kill()?;
        runner.wait()?;
        kills += 1;
        let audit = yield_!(audit(&path))?;
        assert_eq!((audit.lost, audit.repeated, audit.missing), (0, 0, 0), "after {kills} kills");
        assert!(kills < 1000, "the runner gets nothing done");
    }
    assert!(kills >= 5, "{kills} kills are too few to prove anything");
    assert_eq!(yield_!(audit(&path))?, all_done(200));
    Ok(())
}

#[g::test(tokio)]
fn two_runners_on_one_file_do_each_step_once() -> g::Result {
    let path = yield_!(file_with_jobs("two.db", 100))?;
    let runners = [start(&path), start(&path)];
    let mut lines = 0;
    for (mut runner, mut output) in runners {
        lines += read(&mut output, 30);
        // An audit sees one moment, although both runners go on.
        let audit = yield_!(audit(&path))?;
        assert_eq!((audit.lost, audit.repeated, audit.missing), (0, 0, 0));
        lines += read(&mut output, usize::MAX);
        assert!(runner.wait()?.success());
    }
    assert_eq!(lines, 200);
    assert_eq!(yield_!(audit(&path))?, all_done(100));
    Ok(())
}

#[g::test(tokio)]
fn after_ctrl_c_the_printed_steps_are_those_of_the_file() -> g::Result {
    let path = yield_!(file_with_jobs("interrupted.db", 200))?;
    let mut printed = 0;
    let mut interrupts = 0;
    loop {
        let (mut runner, mut output) = start(&path);
        let lines = fastrand::usize(1..30);
        let read_before = read(&mut output, lines);
        if read_before == lines {
            interrupts += 1;
            let interrupt = Command::new("kill").args(["-INT", &runner.id().to_string()]).status()?;
            assert!(interrupt.success());
        }
        printed += read_before + read(&mut output, usize::MAX);
        assert!(runner.wait()?.success());
        assert_eq!(yield_!(audit(&path))?.steps_done, printed as i64, "after {interrupts} interrupts");
        if read_before < lines {
            break;
        }
    }
    assert!(interrupts >= 5, "{interrupts} interrupts are too few to prove anything");
    assert_eq!(yield_!(audit(&path))?, all_done(200));
    Ok(())
}
