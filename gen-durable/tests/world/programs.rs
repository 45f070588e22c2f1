//! Random programs of all that a coroutine can yield, in sequences, groups and timeouts. The tests
//! of `tests/restate` run them, too.

use std::future::Future;
use std::time::{Duration, UNIX_EPOCH};

use gen::yield_;
use gen_durable::{now, permanent, random, signal, sleep, step, uuid, version, with_timeout};
use serde::{Deserialize, Serialize};

/// A program. Its times are in units, whose length the [`Outside`] knows.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub enum Program {
    /// Its number, and how long it takes.
    Step(u32, u64),
    Sleep(u64),
    Sequence(Vec<Program>),
    Group(Vec<Program>),
    Timeout(u64, Box<Program>),
    /// A step that is tried again: its number, and how often it fails.
    Retry(u32, u32),
    /// Its number, which is its name.
    Signal(u32),
    /// A value that differs from run to run, and a step that has it in its label.
    Value(u32),
    Version(u32),
}

/// The timeouts that programs have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Timeouts {
    None,
    /// Of about the times of the programs in them, so that their speed may decide.
    Close,
    /// Those that have passed before the program in them ends, or never pass. The speed of the
    /// program does not matter: a group waits for all of its children, also after a failure.
    Clear,
}

/// A time that never passes.
const NEVER: u64 = 1_000_000;

/// Makes random programs.
pub struct Maker {
    pub random: fastrand::Rng,
    /// The number of leaves so far.
    leaves: u32,
    /// The signals so far.
    signals: Vec<u32>,
    timeouts: Timeouts,
}

impl Maker {
    pub fn new(seed: u64, timeouts: Timeouts) -> Self {
        Maker { random: fastrand::Rng::with_seed(seed), leaves: 0, signals: Vec::new(), timeouts }
    }

    /// A program, the signals that it waits for, and the number of its leaves.
    pub fn next_program(&mut self, depth: u32) -> (Program, Vec<u32>, u32) {
        (self.leaves, self.signals) = (0, Vec::new());
        let program = self.program(depth);
        (program, std::mem::take(&mut self.signals), self.leaves)
    }

    fn program(&mut self, depth: u32) -> Program {
        let kinds = if self.timeouts == Timeouts::None { 10 } else { 12 };
        match self.random.u32(0..if depth == 0 { 6 } else { kinds }) {
            0..=5 => self.leaf(),
            6 | 7 => Program::Sequence(self.some(depth)),
            8 | 9 => Program::Group(self.some(depth)),
            _ => self.timeout(depth),
        }
    }

    fn leaf(&mut self) -> Program {
        self.leaves += 1;
        let number = self.leaves;
        match self.random.u32(0..8) {
            0..=2 => Program::Step(number, self.random.u64(0..4)),
            3 => Program::Sleep(self.random.u64(0..4)),
            4 => Program::Retry(number, self.random.u32(0..4)),
            5 => {
                self.signals.push(number);
                Program::Signal(number)
            }
            6 => Program::Value(number),
            _ => Program::Version(number),
        }
    }

    fn some(&mut self, depth: u32) -> Vec<Program> {
        (0..self.random.usize(1..5)).map(|_| self.program(depth - 1)).collect()
    }

    fn timeout(&mut self, depth: u32) -> Program {
        let time = self.random.u64(0..4);
        let program = self.program(depth - 1);
        let (time, program) = match (self.timeouts, self.random.bool()) {
            (Timeouts::Clear, true) => (NEVER, program),
            (Timeouts::Clear, false) => (time, Program::Group(vec![program, Program::Sleep(NEVER)])),
            _ => (time, program),
        };
        Program::Timeout(time, Box::new(program))
    }
}

/// The world in which the steps of a program do their work.
pub trait Outside: Clone + Send + 'static {
    /// The length of so many units of time.
    fn time(&self, units: u64) -> Duration;

    /// Takes so much time, within a step.
    fn take_time(&self, units: u64) -> impl Future<Output = gen::Result> + Send;

    /// As `take_time`, in the step of that number.
    fn take_time_in(&self, _step: u32, units: u64) -> impl Future<Output = gen::Result> + Send {
        self.take_time(units)
    }

    /// This step has done its work.
    fn note(&self, step: &str);

    /// The number of attempts of this step so far, with this one, in all runs.
    fn count_attempt(&self, number: u32) -> u32;
}

/// Fails so often, and then has a value. With 3 it never has one.
async fn flaky(number: u32, failures: u32, outside: impl Outside) -> gen::Result<String> {
    let count = outside.count_attempt(number);
    gen::ensure!(failures < 3 || number % 2 == 0, permanent(gen::Error::new(format!("never {number}"))));
    gen::ensure!(failures < 3, "no {number}");
    gen::ensure!(count > failures, "not yet {number}");
    Ok(format!("t{number}"))
}

#[gen::coroutine]
fn value(number: u32) -> gen::Result<String> {
    let value = match number % 3 {
        0 => yield_!(now())?.duration_since(UNIX_EPOCH)?.as_millis().to_string(),
        1 => yield_!(random())?.to_string(),
        _ => yield_!(uuid())?,
    };
    // A replay with another value would depart from the journal.
    yield_!(step(format!("value {value}"), || async { Ok(()) }))?;
    Ok(format!("v{number}"))
}

/// The coroutine of a program.
#[gen::coroutine(dyn)]
pub fn run(program: Program, outside: impl Outside) -> gen::Result<String> {
    match program {
        Program::Retry(number, fails) => {
            let waits = vec![outside.time(1); if fails < 3 { 20 } else { 2 }];
            let attempt = move || flaky(number, fails, outside);
            yield_!(step(format!("t{number}"), attempt).retry(waits))
        }
        Program::Signal(number) => {
            let value: u32 = yield_!(signal(format!("signal {number}")))?;
            Ok(format!("g{value}"))
        }
        Program::Value(number) => yield_!(value(number)),
        Program::Version(number) => {
            let version = yield_!(version(format!("version {number}"), 2))?;
            Ok(format!("V{version}"))
        }
        Program::Step(number, time) => {
            let label = format!("s{number}");
            let work = move || async move {
                outside.take_time_in(number, time).await?;
                outside.note(&format!("s{number}"));
                gen::ensure!(number % 7 != 0, "no {number}");
                Ok(number.to_string())
            };
            yield_!(step(label, work))
        }
        Program::Sleep(time) => yield_!(sleep(outside.time(time))).map(|()| "z".to_owned()),
        Program::Sequence(all) => {
            let mut text = String::from("(");
            for one in all {
                match yield_!(run(one, outside.clone())) {
                    Ok(one) => text += &one,
                    Err(error) => text += &format!("!{error}"),
                }
            }
            Ok(text + ")")
        }
        Program::Group(all) => {
            let run = |one| run(one, outside.clone());
            Ok(format!("[{}]", yield_!(all.into_iter().map(run).collect::<Vec<_>>())?.join(",")))
        }
        Program::Timeout(time, one) => yield_!(with_timeout(outside.time(time), run(*one, outside))),
    }
}
