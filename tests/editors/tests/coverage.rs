//! Trap T22: a coverage report counts the lines of a body as those of an `async fn`.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use editors::program::Program;
use editors::tools::{or_skip, run, Llvm};

/// Twice the same body: `HEAD` and `WAIT` stand for what makes the difference. Some of its lines are never run, some often.
const BODY: &str = r#"HEAD(n: u32, text: &str) -> gen::Result<u32> {
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

const REST: &str = r#"
use gen::yield_;
use std::future::{ready, Future};

async fn never(_: u32) {
    unreachable!()
}

/// What a yield does, with a future.
async fn opened<F: Future>(future: F) -> gen::Result<F::Output> {
    Ok(future.await)
}

fn main() {
    for (n, text) in [(3, "a"), (2, "bcd"), (5, ""), (0, "x")] {
        drop(gen::block_on(function(n, text)));
        drop(gen::block_on(coroutine(n, text)));
    }
}
"#;

/// The body with calls and awaits, as many columns wide.
fn function() -> String {
    let body = BODY.replace("HEAD", "\nasync fn function");
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

/// How often each line of a file was run, from line 1.
fn counts(llvm: &Llvm, program: &Program) -> BTreeMap<usize, u64> {
    let (raw, merged) = (program.folder.join("run.profraw"), program.folder.join("run.profdata"));
    run(program.command().env("LLVM_PROFILE_FILE", &raw)).expect("the program runs");
    let merge = Command::new(&llvm.profdata).arg("merge").arg(&raw).arg("-o").arg(&merged).output();
    assert!(merge.is_ok_and(|merge| merge.status.success()), "what was counted can be merged");
    let mut export = Command::new(&llvm.cov);
    export.args(["export", "--format=lcov"]).arg(&program.path).arg("--instr-profile").arg(&merged);
    let report = run(&mut export).expect("a report can be made");
    let file =
        report.split("end_of_record").find(|file| file.contains("src/main.rs")).expect("the source is in it");
    let lines = file.lines().filter_map(|line| line.strip_prefix("DA:")?.split_once(','));
    lines.map(|(line, count)| (line.parse().expect("a line"), count.parse().expect("a count"))).collect()
}

#[test]
fn t22_the_lines_of_a_body_count_as_in_an_async_fn() {
    let Some(llvm) = or_skip(Llvm::find()) else { return };
    let coroutine = BODY.replace("HEAD", "#[gen::coroutine]\nfn coroutine").replace("WAIT", "yield_!");
    let function = function();
    let source = format!("{coroutine}{function}{REST}");
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("programs");
    let program = Program::build(&folder, "coverage", &source, &["-C", "instrument-coverage"]);
    let counts = counts(&llvm, &program);

    let length = coroutine.lines().count();
    assert_eq!(length, function.lines().count());
    let of =
        |first: usize| -> Vec<_> { (first..first + length).map(|line| counts.get(&line).copied()).collect() };
    // Not that of the signature: the call, which makes the coroutine, is counted there beside its start.
    let beside = coroutine.lines().zip(of(1)).zip(of(1 + length)).skip(2);
    let differing: Vec<_> = beside.filter(|((_, one), other)| one != other).collect();
    assert!(differing.is_empty(), "a line, its count, and that of the `async fn`: {differing:#?}");
    assert!(
        of(1).contains(&Some(0)) && of(1).contains(&Some(10)),
        "some lines are not run, some often: {counts:?}"
    );
}
