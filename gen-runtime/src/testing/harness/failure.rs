//! [`Failure`]: the text of a test that fails.

use std::fmt;
use std::time::Duration;

use super::order::SEED_VARIABLE;
use crate::testing::printing::command;

/// At most so many tasks, and at most so many records, are printed.
const PRINTED: usize = 20;

/// The reasons why a test fails, each a text of several lines.
pub(super) struct Failure {
    reasons: Vec<String>,
    seed: Option<u64>,
}

impl Failure {
    /// No reason yet. The seed is that of the order of the run.
    pub(super) fn new(seed: Option<u64>) -> Self {
        Failure { reasons: Vec::new(), seed }
    }

    pub(super) fn extend(&mut self, reason: Option<String>) {
        self.reasons.extend(reason);
    }

    pub(super) fn is_none(&self) -> bool {
        self.reasons.is_empty()
    }

    /// Prints the reasons and the seed beside a failure of the test's own.
    #[expect(clippy::print_stderr, reason = "it is for the person who runs the test")]
    pub(super) fn print(&self) {
        if !self.is_none() || self.seed.is_some() {
            eprintln!("{self}");
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.reasons.join("\n\n"))?;
        let Some(seed) = self.seed else { return Ok(()) };
        if !self.is_none() {
            f.write_str("\n\n")?;
        }
        writeln!(f, "the tasks ran in the order of the seed {seed}")?;
        write!(f, "  to repeat this run: {}", command(SEED_VARIABLE, &seed))
    }
}

/// Nothing is left that could wake the body. The circles of tasks come first.
pub(super) fn deadlock(waiting: &[String]) -> String {
    format!(
        "the test hangs: no task is ready, no timer runs, and no thread holds a `gen::KeepAlive`\n{}\
         help: if another thread or a socket is to wake it, hold \
         `gen::IoLoop::current().unwrap().remote().keep_alive()` until it has",
        Lines(waiting),
    )
}

/// The next timer is due after the limit. `of` says whose time it is.
pub(super) fn out_of_time(limit: Duration, of: &str, waiting: &[String]) -> String {
    format!(
        "the test has not ended within {limit:?} of {of}\n{}\
         help: if it takes longer, write `#[gen::test(limit = \"..\")]` with a longer time, or with `none`",
        Lines(waiting),
    )
}

/// Tasks that were still alive at the end. `None` if there are none.
pub(super) fn leaks(waiting: &[String]) -> Option<String> {
    let subject = match waiting.len() {
        0 => return None,
        1 => "a task is".to_owned(),
        number => format!("{number} tasks are"),
    };
    Some(format!(
        "{subject} still alive at the end of the test\n{}\
         help: wait for its end: `yield_!(task)?`, or end it: `yield_!(task.cancel(\"..\"))?`\n\
         help: if tasks may be left, write `#[gen::test(leaks = \"allowed\")]`",
        Lines(waiting),
    ))
}

/// Error records that the test does not expect. `None` if there are none.
pub(super) fn unexpected_logs(records: &[String]) -> Option<String> {
    if records.is_empty() {
        return None;
    }
    Some(format!(
        "the test has logged {} that it does not expect\n{}\
         help: handle the error, or expect its record: `gen::testing::expect_log(\"..\")`",
        if records.len() == 1 { "an error".to_owned() } else { format!("{} errors", records.len()) },
        Lines(records),
    ))
}

/// Texts of records that the test expects, and that were not written. `None` if there are none.
pub(super) fn missing_logs(texts: &[String]) -> Option<String> {
    if texts.is_empty() {
        return None;
    }
    let texts: Vec<String> = texts.iter().map(|text| format!("{text:?}")).collect();
    Some(format!("the test expects an error record that contains {}, and has logged none", texts.join(", ")))
}

/// Prints the first texts, indented, each from a line of its own.
struct Lines<'a>(&'a [String]);

impl fmt::Display for Lines<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for text in self.0.iter().take(PRINTED) {
            text.lines().try_for_each(|line| writeln!(f, "  {line}"))?;
        }
        match self.0.len().saturating_sub(PRINTED) {
            0 => Ok(()),
            others => writeln!(f, "  and {others} more"),
        }
    }
}
