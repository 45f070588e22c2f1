//! Trap T22: breakpoints and backtraces give the lines that were typed, and their variables.

use std::path::Path;
use std::sync::OnceLock;

use editors::program::Program;
use editors::tools::{gdb, or_skip, run};

const SOURCE: &str = r#"use gen::yield_;
use std::future::ready;

#[gen::coroutine]
fn inner(n: u32) -> gen::Result<u32> {
    let doubled = yield_!(ready(n * 2))?; // START
    let (one, two) = yield_!((ready(doubled + 1), ready(doubled + 2)))?;
    yield_!(gen::moment())?;
    if one + two > 1000 { // HERE
        panic!("too much"); // PANIC
    }
    Ok(one + two)
}

#[gen::coroutine]
fn outer(text: String) -> gen::Result<u32> {
    let mut sum = 0;
    for n in [1, text.len() as u32] {
        sum += yield_!(inner(n))?; // YIELD
    }
    Ok(sum) // END
}

struct Counter {
    limit: u32,
}

impl Counter {
    #[gen::coroutine]
    fn least<T: Copy + Into<u32>>(&self, (one, two): (T, u32), _text: &str) -> gen::Result<u32> {
        let first = yield_!(ready(one))?.into();
        let block = yield_!(async move {
            let inside = yield_!(ready(first))? + 1;
            Ok::<_, gen::Error>(inside) // BLOCK
        })?;
        Ok(block.min(two).min(self.limit)) // METHOD
    }
}

#[gen::engine]
fn start(name: &'static str) -> gen::Result<()> {
    let counter = Counter { limit: 3 };
    let least = yield_!(counter.least((7_u8, 8), name))?;
    println!("{least}"); // ENGINE
    Ok(())
}

fn main() {
    if std::env::args().len() > 2 {
        return drop(gen::run_sync(async { start("engine") }));
    }
    let length = if std::env::args().len() > 1 { 1000 } else { 5 };
    println!("{:?}", gen::run_sync(outer("x".repeat(length)))); // MAIN
}
"#;

/// The program. It is built once, because tests that run in parallel must not write the same files.
fn program() -> &'static Program {
    static PROGRAM: OnceLock<Program> = OnceLock::new();
    PROGRAM.get_or_init(|| {
        Program::build(&Path::new(env!("CARGO_TARGET_TMPDIR")).join("programs"), "debugger", SOURCE, &[])
    })
}

/// The position of a marked line, as tools print it.
fn at(mark: &str) -> String {
    let line = SOURCE.lines().position(|line| line.ends_with(&format!("// {mark}"))).expect("a marked line");
    format!("src/main.rs:{}", line + 1)
}

/// The positions in the program that a text names, in order, without columns.
fn places(text: &str) -> Vec<String> {
    let words =
        text.split_whitespace().filter_map(|word| word.find("src/main.rs:").map(|start| &word[start..]));
    words.map(|word| word.splitn(3, ':').take(2).collect::<Vec<_>>().join(":")).collect()
}

/// The output of gdb when it runs the program with these commands, or `None` if there is no gdb.
fn debug(commands: &[&str]) -> Option<String> {
    let mut gdb = or_skip(gdb())?;
    gdb.args(["-q", "-nx", "-batch"]).args(commands.iter().flat_map(|command| ["-ex", command]));
    Some(run(gdb.arg(&program().path)).unwrap_or_else(|error| panic!("{error}")))
}

/// Asserts that gdb has stopped at these positions, in order, and has shown these variables there.
fn assert_stops(said: &str, expected: &[(&str, &[&str])]) {
    let stops: Vec<&str> = said.split("\n\nBreakpoint ").skip(1).collect();
    assert_eq!(stops.len(), expected.len(), "it stops so often\n{said}");
    for (stop, (place, variables)) in stops.iter().zip(expected) {
        assert_eq!(places(stop), [at(place)], "{said}");
        for variable in *variables {
            let shown = stop.lines().any(|line| line.starts_with(variable));
            assert!(shown, "no `{variable}` at {place}\n{said}");
        }
    }
}

#[test]
fn t22_a_breakpoint_in_a_body_stops_at_its_line_with_its_variables() {
    let (here, end) = (format!("break {}", at("HERE")), format!("break {}", at("END")));
    let locals = ["info locals", "continue", "info locals", "continue", "info locals"];
    let Some(said) = debug(&[&[&*here, &*end, "run"], &locals[..]].concat()) else { return };
    assert_stops(
        &said,
        &[
            ("HERE", &["n = 1", "doubled = 2", "one = 3", "two = 4"]),
            ("HERE", &["n = 5", "doubled = 10", "one = 11", "two = 12"]),
            ("END", &["sum = 30", "text = "]),
        ],
    );
}

#[test]
fn t22_methods_blocks_and_engines_show_their_variables_too() {
    let places = ["BLOCK", "METHOD", "ENGINE"].map(|mark| format!("break {}", at(mark)));
    let [block, method, engine] = places.each_ref().map(String::as_str);
    let shown = ["info locals", "continue", "info locals", "continue", "info locals"];
    let Some(said) = debug(&[&[block, method, engine, "run one two"], &shown[..]].concat()) else { return };
    assert_stops(
        &said,
        &[
            ("BLOCK", &["inside = 8"]),
            ("METHOD", &["one = 7", "two = 8", "first = 7", "block = 8", "_text = "]),
            ("ENGINE", &["name = ", "counter = debugger::Counter {limit: 3}", "least = 3"]),
        ],
    );
}

/// As with an `.await`, more than one step is needed for a line that waits. But the steps lead
/// nowhere else.
#[test]
fn t22_steps_lead_to_the_next_line() {
    let start = format!("tbreak {}", at("START"));
    let Some(said) = debug(&[&[&*start, "run"], &["next"; 10][..]].concat()) else { return };
    assert_eq!(places(&said).last(), Some(&at("START")), "no other function is shown\n{said}");
    let lines = said.lines().filter_map(|line| line.split_once('\t')?.0.parse::<usize>().ok());
    let mut lines: Vec<usize> = lines.collect();
    lines.dedup();
    assert_eq!(lines, [lines[0], lines[0] + 1], "{said}");
}

#[test]
fn t22_a_debugger_shows_the_yields_that_wait() {
    let Some(said) = debug(&[&format!("break {}", at("HERE")), "run", "backtrace"]) else { return };
    let (_, backtrace) = said.split_once("\n#0 ").unwrap_or_else(|| panic!("no backtrace\n{said}"));
    assert_eq!(places(backtrace), [at("HERE"), at("YIELD"), at("MAIN")], "{said}");
    let names = ["debugger::inner::", "debugger::outer::", "debugger::main"];
    assert!(names.iter().all(|name| backtrace.contains(name)), "the coroutines are named\n{said}");
}

#[test]
fn t22_a_panic_shows_the_yields_that_wait() {
    let output = program().command().arg("panic").env("RUST_BACKTRACE", "1").output().expect("it was built");
    let said = String::from_utf8_lossy(&output.stderr);
    let (_, backtrace) =
        said.split_once("stack backtrace:").unwrap_or_else(|| panic!("no backtrace\n{said}"));
    assert_eq!(places(backtrace), [at("PANIC"), at("YIELD"), at("MAIN")], "{said}");
}
