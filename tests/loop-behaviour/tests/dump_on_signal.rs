//! A dump that a signal writes. The process that gets the signal is this test binary, run again.

#![cfg(unix)]

use std::collections::BTreeMap;
use std::env;
use std::future::IntoFuture;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use gen::dump::DumpRequest;
use gen::{yield_, IoLoop};

const NAME: &str = "GEN_TEST_OF_A_SIGNAL";

/// Says that the signal may come.
fn say_ready() {
    println!("\nready");
    io::stdout().flush().unwrap();
}

/// Returns when the other process closes the pipe. Fails after a minute, so that a test that waits
/// for a text in vain ends.
fn wait_for_other_process() {
    let (close, closed) = mpsc::channel();
    thread::spawn(move || {
        io::stdin().read_to_end(&mut Vec::new()).unwrap();
        close.send(()).unwrap();
    });
    closed.recv_timeout(Duration::from_secs(60)).expect("the other process has what it waits for");
}

/// In the process that was started for that test, runs `body`. In the process of the tests, starts
/// that process, waits until it is ready, sends it the signal, and returns it.
fn signalled(test: &str, body: impl FnOnce()) -> Option<Child> {
    if env::var(NAME).is_ok_and(|name| name == test) {
        body();
        return None;
    }
    let program = env::current_exe().unwrap();
    let mut child = Command::new(program)
        .args([test, "--exact", "--nocapture", "--test-threads=1"])
        .env(NAME, test)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    assert!(lines.any(|line| line.unwrap() == "ready"), "the process ended before it was ready");
    send_signal(&child);
    // The pipe must stay open while the process prints.
    thread::spawn(move || lines.for_each(drop));
    Some(child)
}

fn send_signal(child: &Child) {
    let id = child.id().to_string();
    assert!(Command::new("kill").args(["-USR1", &id]).status().unwrap().success());
}

/// Reads what the process writes to standard error, up to a text that contains all of `texts`.
fn read_until(child: &mut Child, texts: &[&str]) -> String {
    let mut read = String::new();
    let mut lines = BufReader::new(child.stderr.as_mut().unwrap()).lines();
    while !texts.iter().all(|text| read.contains(text)) {
        let line = lines.next().unwrap_or_else(|| panic!("it wrote only: {read}")).unwrap();
        read = read + &line + "\n";
    }
    read
}

fn end(mut child: Child) {
    drop(child.stdin.take());
    assert!(child.wait().unwrap().success());
}

/// Runs a coroutine that registers and waits for an answer, which comes when the other process ends
/// the wait.
fn wait_within_loop<C>(waits: impl FnOnce(mpsc::Sender<()>, gen::SharedFuture<u32>) -> C)
where
    C: IntoFuture<Output = gen::Result> + Send + 'static,
{
    let (registered, registrations) = mpsc::channel();
    let (promise, answer) = gen::promise();
    let waits = waits(registered, answer);
    let one = thread::spawn(|| gen::run_sync(waits.into_future()));
    registrations.recv().unwrap();
    say_ready();
    wait_for_other_process();
    promise.set(1).unwrap();
    one.join().unwrap().unwrap();
}

/// Has a dump of its loop written at the signal, and waits.
#[gen::coroutine]
fn first(registered: mpsc::Sender<()>, answer: gen::SharedFuture<u32>) -> gen::Result {
    let _dumps = IoLoop::current().unwrap().remote().dump_on_signal(|request| request)?;
    registered.send(()).unwrap();
    yield_!(gen::with_timeout(Duration::from_secs(60), answer)).map(drop)
}

/// As `first`, but its key is not written.
#[gen::coroutine]
fn second(registered: mpsc::Sender<()>, answer: gen::SharedFuture<u32>) -> gen::Result {
    let _dumps = IoLoop::current().unwrap().remote().dump_on_signal(DumpRequest::without_keys)?;
    registered.send(()).unwrap();
    yield_!(BTreeMap::from([("secret", answer)])).map(drop)
}

#[test]
fn a_signal_writes_the_dump_of_each_loop_and_the_loops_go_on() {
    let body = || {
        let (registered, registrations) = mpsc::channel();
        let (promise, answer) = gen::promise();
        let (first, second) = (first(registered.clone(), answer.clone()), second(registered, answer));
        let loops = [thread::spawn(|| gen::run_sync(first)), thread::spawn(|| gen::run_sync(second))];
        assert_eq!(registrations.iter().take(2).count(), 2);
        say_ready();
        wait_for_other_process();
        promise.set(1).unwrap();
        for one in loops {
            one.join().unwrap().unwrap();
        }
    };
    let test = "a_signal_writes_the_dump_of_each_loop_and_the_loops_go_on";
    let Some(mut child) = signalled(test, body) else { return };
    let dumps = ["first", "second"].map(|body| format!("task 0: dump_on_signal::{body} (runs the loop)\n"));
    let text = read_until(&mut child, &[&dumps[0], &dumps[1], "of a map:", "timeout"]);
    assert_eq!(text.matches(": 1 task\n").count(), 2, "{text}");
    assert!(!text.contains("secret"), "{text}");
    end(child);
}

/// Otherwise the person who has sent the signal would see nothing, and would not know why.
#[test]
fn a_loop_whose_task_does_not_return_is_reported() {
    #[gen::coroutine]
    fn blocks() -> gen::Result {
        let _dumps = IoLoop::current().unwrap().remote().dump_on_signal(|request| request)?;
        say_ready();
        wait_for_other_process();
        Ok(())
    }
    let body = || gen::run_sync(blocks()).unwrap();
    let Some(mut child) = signalled("a_loop_whose_task_does_not_return_is_reported", body) else { return };
    let text = format!("the loop whose dumps were asked for at {}:", file!());
    read_until(&mut child, &[&text, " has not answered within 1s: a task or a callback is not returning"]);
    end(child);
}

/// Otherwise a mistake in the closure would end all dumps of the loop, unnoticed.
#[test]
fn the_signal_works_after_a_panic_of_the_closure() {
    #[gen::coroutine]
    fn waits(registered: mpsc::Sender<()>, answer: gen::SharedFuture<u32>) -> gen::Result {
        let is_first = AtomicBool::new(true);
        let panics_once = move |request| {
            assert!(!is_first.swap(false, Ordering::Relaxed), "the closure has a mistake");
            request
        };
        let _dumps = IoLoop::current().unwrap().remote().dump_on_signal(panics_once)?;
        registered.send(()).unwrap();
        yield_!(answer).map(drop)
    }
    let test = "the_signal_works_after_a_panic_of_the_closure";
    let Some(mut child) = signalled(test, || wait_within_loop(waits)) else { return };
    read_until(&mut child, &["the closure has a mistake"]);
    send_signal(&child);
    read_until(&mut child, &["waits for promise 1 of u32"]);
    end(child);
}

/// The signal must not end the process, which has handled it before.
#[test]
fn no_dump_is_written_after_the_guard_is_dropped() {
    let body = || {
        let io_loop = IoLoop::new();
        drop(io_loop.remote().dump_on_signal(|request| request).unwrap());
        say_ready();
        wait_for_other_process();
    };
    let Some(mut child) = signalled("no_dump_is_written_after_the_guard_is_dropped", body) else { return };
    drop(child.stdin.take());
    let mut text = String::new();
    child.stderr.take().unwrap().read_to_string(&mut text).unwrap();
    assert!(child.wait().unwrap().success());
    assert!(!text.contains("loop"), "{text}");
}

#[test]
fn one_of_two_guards_may_be_dropped() {
    #[gen::coroutine]
    fn waits(registered: mpsc::Sender<()>, answer: gen::SharedFuture<u32>) -> gen::Result {
        let remote = IoLoop::current().unwrap().remote();
        let dropped = remote.dump_on_signal(|request| request)?;
        let _kept = remote.dump_on_signal(|request| request)?;
        drop(dropped);
        registered.send(()).unwrap();
        yield_!(answer).map(drop)
    }
    let body = || wait_within_loop(waits);
    let Some(mut child) = signalled("one_of_two_guards_may_be_dropped", body) else { return };
    read_until(&mut child, &["waits for promise 1 of u32"]);
    drop(child.stdin.take());
    let mut rest = String::new();
    child.stderr.take().unwrap().read_to_string(&mut rest).unwrap();
    assert!(!rest.contains("waits for promise"), "{rest}");
    assert!(child.wait().unwrap().success());
}
