//! Trap T22: a coverage report counts the lines of a body like those of an `async fn`.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;

use editors::program::Program;
use editors::tools::{or_skip, run, Llvm};

/// Each body is compiled twice: `HEAD`, `NAME` and `WAIT` stand for the differences. Some of the
/// lines are never run, some often.
const BODIES: [&str; 4] = [PLAIN, GENERIC, METHOD, ENGINE];

const PLAIN: &str = r#"
HEAD fn NAME_plain(n: u32, text: &str) -> gen::Result<u32> {
    let mut sum = 0;
    for i in 0..n {
        if i == 100 {
            WAIT(never(i))?;
            sum += 1;
        }
        sum += WAIT(ready(i))?;
    }
    let Some(first) = text.chars().next() else {
        return Ok(sum);
    };
    match WAIT(ready(first))? {
        'a' => sum += 10,
        'b' => {
            sum += 20;
        }
        _ => return Err(gen::Error::from(std::fmt::Error)),
    }
    let inner = async {
        let one = ready(1).await;
        one + 1
    };
    sum += WAIT(inner)?;
    let twice = |x: u32| {
        x * 2
    };
    let (a, b) = (twice(1), twice(2));
    Ok(sum + a + b)
}
"#;

const GENERIC: &str = r#"
HEAD fn NAME_generic<T: Clone, const N: usize>(things: [T; N], wanted: bool) -> gen::Result<Vec<T>> {
    let mut all = Vec::new();
    for thing in &things {
        if wanted {
            all.push(WAIT(ready(thing.clone()))?);
        }
    }
    if all.is_empty() {
        return Err(gen::Error::from(std::fmt::Error));
    }
    Ok(all)
}
"#;

const METHOD: &str = r#"
impl Counter {
    HEAD fn NAME_method(&self, (first, _): (u32, u32)) -> gen::Result<u32> {
        if first > self.limit {
            return Ok(WAIT(ready(self.limit))?);
        }
        let other = WAIT(ready(first))?;
        Ok(other)
    }
}
"#;

const ENGINE: &str = r#"
START fn NAME_engine(fails: bool) -> gen::Result<()> {
    let one = WAIT(ready(1))?;
    if fails {
        return Err(gen::Error::from(std::fmt::Error));
    }
    drop(one);
    Ok(())
}
"#;

const REST: &str = r#"
use gen::yield_;
use std::future::{ready, Future};

async fn never(_: u32) {
    unreachable!()
}

/// Does the work of a yield on a future.
async fn opened<F: Future>(future: F) -> gen::Result<F::Output> {
    Ok(future.await)
}

struct Counter {
    limit: u32,
}

fn main() {
    for (n, text) in [(3, "a"), (2, "bcd"), (5, ""), (0, "x")] {
        drop(gen::block_on(function_plain(n, text)));
        drop(gen::block_on(coroutine_plain(n, text)));
    }
    for wanted in [true, false] {
        drop(gen::block_on(function_generic([1, 2], wanted)));
        drop(gen::block_on(coroutine_generic([1, 2], wanted)));
    }
    drop(gen::block_on(function_generic(["a"], true)));
    drop(gen::block_on(coroutine_generic(["a"], true)));
    drop(gen::block_on(Counter { limit: 3 }.function_method((1, 2))));
    drop(gen::block_on(Counter { limit: 3 }.coroutine_method((1, 2))));
    drop(gen::block_on(function_engine(false)));
    drop(gen::run_sync(async { coroutine_engine(false) }));
}
"#;

fn coroutine(body: &str) -> String {
    let body = body.replace("HEAD fn NAME", "#[gen::coroutine]\nfn coroutine");
    body.replace("START fn NAME", "#[gen::engine]\nfn coroutine").replace("WAIT", "yield_!")
}

/// The body with calls and awaits, in the same number of lines.
fn function(body: &str) -> String {
    let body =
        body.replace("HEAD fn NAME", "\nasync fn function").replace("START fn NAME", "\nasync fn function");
    let mut source = String::new();
    for line in body.lines() {
        let line = match line.split_once("WAIT(") {
            Some((before, after)) => {
                let (argument, rest) = after.rsplit_once(")?").expect("each of them may fail");
                format!("{before}opened({argument}).await?{rest}")
            }
            None => line.to_owned(),
        };
        source.push_str(&line);
        source.push('\n');
    }
    source
}

/// The counts of a file.
struct Report {
    /// The count of each line, from line 1.
    lines: BTreeMap<usize, u64>,
    /// The count of each region, by the line and the column of its start.
    regions: BTreeMap<(usize, u64), u64>,
}

impl Report {
    fn of(llvm: &Llvm, program: &Program) -> Report {
        let (raw, merged) = (program.folder.join("run.profraw"), program.folder.join("run.profdata"));
        run(program.command().env("LLVM_PROFILE_FILE", &raw)).expect("the program runs");
        let merge = Command::new(&llvm.profdata).arg("merge").arg(&raw).arg("-o").arg(&merged).output();
        assert!(merge.is_ok_and(|merge| merge.status.success()), "what was counted can be merged");
        let export = |format: &str| {
            let mut export = Command::new(&llvm.cov);
            export.arg("export").arg(format).arg(&program.path).arg("--instr-profile").arg(&merged);
            run(&mut export).expect("a report can be made")
        };
        Report { lines: lines(&export("--format=lcov")), regions: regions(&export("--format=text")) }
    }

    /// The number of regions that start in a line and were run, and the number of those that were
    /// not.
    fn regions_of(&self, line: usize) -> (usize, usize) {
        let counts = self.regions.range((line, 0)..(line + 1, 0)).map(|(_, count)| *count);
        let (run, missed): (Vec<u64>, Vec<u64>) = counts.partition(|count| *count > 0);
        (run.len(), missed.len())
    }
}

fn lines(report: &str) -> BTreeMap<usize, u64> {
    let file =
        report.split("end_of_record").find(|file| file.contains("src/main.rs")).expect("the source is in it");
    let lines = file.lines().filter_map(|line| line.strip_prefix("DA:")?.split_once(','));
    lines.map(|(line, count)| (line.parse().expect("a line"), count.parse().expect("a count"))).collect()
}

/// The regions of all functions. The counts of all instances of a function are added.
fn regions(report: &str) -> BTreeMap<(usize, u64), u64> {
    let report: serde_json::Value = serde_json::from_str(report).expect("the report is JSON");
    let functions = report["data"][0]["functions"].as_array().expect("there are some");
    let of_the_source = functions.iter().filter(|function| {
        function["filenames"][0].as_str().is_some_and(|name| name.ends_with("src/main.rs"))
    });
    let mut regions = BTreeMap::new();
    for region in of_the_source.filter_map(|function| function["regions"].as_array()).flatten() {
        let number = |position: usize| region[position].as_u64().expect("a number");
        let line = usize::try_from(number(0)).expect("sources are short");
        *regions.entry((line, number(1))).or_insert(0) += number(4);
    }
    regions
}

/// A source with all bodies. For each body: the first line as a coroutine, the first line as a
/// function, and the number of lines.
fn source() -> (String, Vec<(usize, usize, usize)>) {
    let mut source = String::new();
    let mut places = Vec::new();
    for body in BODIES {
        let (coroutine, function) = (coroutine(body), function(body));
        let length = coroutine.lines().count();
        assert_eq!(length, function.lines().count());
        let first = source.lines().count() + 1;
        places.push((first, first + length, length));
        source.push_str(&coroutine);
        source.push_str(&function);
    }
    (source + REST, places)
}

#[test]
fn t22_the_lines_of_a_body_count_as_in_an_async_fn() {
    let Some(llvm) = or_skip(Llvm::find()) else { return };
    let (source, places) = source();
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("programs");
    let program = Program::build(&folder, "coverage", &source, &["-C", "instrument-coverage"]);
    let report = Report::of(&llvm, &program);

    let texts: Vec<&str> = source.lines().collect();
    let mut differing = Vec::new();
    let mut counted: BTreeSet<u64> = BTreeSet::new();
    for (coroutine, function, length) in places {
        for line in 0..length {
            let (one, other) = (coroutine + line, function + line);
            let text = texts[one - 1];
            // The line of the signature is not compared. The call that creates the coroutine is
            // counted there, beside its start.
            if text.contains("fn coroutine") {
                continue;
            }
            let (ours, theirs) = (report.lines.get(&one), report.lines.get(&other));
            counted.extend(ours);
            // `yield_!` and the yielded expression are one region each. No region that was run may
            // look as if it was not.
            let (regions, at_most) = (report.regions_of(one), report.regions_of(other));
            if ours != theirs || regions.0 > at_most.0 + 1 || regions.1 > at_most.1 {
                differing.push(format!(
                    "{text}\n    {ours:?} against {theirs:?}, regions {regions:?} against {at_most:?}"
                ));
            }
        }
    }
    assert!(differing.is_empty(), "not as in an `async fn`:\n{}", differing.join("\n"));
    assert!(
        [0, 1, 3, 10].iter().all(|count| counted.contains(count)),
        "some are not run, some often: {counted:?}"
    );
}
