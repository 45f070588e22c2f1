//! Random programs of steps, sleeps, sequences, groups, timeouts and failures die at random
//! entries, again and again, and come to the end of a run that did not die.

mod world;

use std::task::{Context, Poll};
use std::time::Duration;

use gen::yield_;
use gen_durable::{
    sleep, step, with_timeout, Awaited, Command, Event, Journal, MemoryJournal, Outcome, Records, Ticket,
};
use world::World;

#[derive(Debug, Clone)]
enum Program {
    /// Its number, and how long it takes.
    Step(u32, u64),
    Sleep(u64),
    Sequence(Vec<Program>),
    Group(Vec<Program>),
    Timeout(u64, Box<Program>),
}

/// Makes random programs.
struct Maker {
    random: fastrand::Rng,
    /// The number of steps so far.
    steps: u32,
    timeouts: bool,
}

impl Maker {
    fn program(&mut self, depth: u32) -> Program {
        let kinds = if self.timeouts { 6 } else { 5 };
        match self.random.u32(0..if depth == 0 { 2 } else { kinds }) {
            0 => {
                self.steps += 1;
                Program::Step(self.steps, self.random.u64(0..4))
            }
            1 => Program::Sleep(self.random.u64(0..4)),
            2 => Program::Sequence(self.some(depth)),
            3 | 4 => Program::Group(self.some(depth)),
            _ => Program::Timeout(self.random.u64(0..4), Box::new(self.program(depth - 1))),
        }
    }

    fn some(&mut self, depth: u32) -> Vec<Program> {
        (0..self.random.usize(1..5)).map(|_| self.program(depth - 1)).collect()
    }
}

/// All times are in hours, so that the time that the test takes does not matter.
fn hours(hours: u64) -> Duration {
    Duration::from_secs(3600 * hours)
}

#[gen::coroutine(dyn)]
fn run(program: Program, world: World) -> gen::Result<String> {
    match program {
        Program::Step(number, time) => {
            let label = format!("s{number}");
            let work = move || async move {
                gen::sleep(hours(time)).await?;
                world.note(&format!("s{number}"));
                gen::ensure!(number % 7 != 0, "no {number}");
                Ok(number.to_string())
            };
            yield_!(step(label, work))
        }
        Program::Sleep(time) => yield_!(sleep(hours(time))).map(|()| "z".to_owned()),
        Program::Sequence(all) => {
            let mut text = String::from("(");
            for one in all {
                match yield_!(run(one, world.clone())) {
                    Ok(one) => text += &one,
                    Err(error) => text += &format!("!{error}"),
                }
            }
            Ok(text + ")")
        }
        Program::Group(all) => {
            let all: Vec<_> = all.into_iter().map(|one| run(one, world.clone())).collect();
            Ok(format!("[{}]", yield_!(all)?.join(",")))
        }
        Program::Timeout(time, one) => yield_!(with_timeout(hours(time), run(*one, world))),
    }
}

/// A journal that fails when it has been asked so often to write, as if the process died there.
struct Dying {
    inner: MemoryJournal,
    left: u64,
}

impl Dying {
    fn live(&mut self) -> gen::Result {
        self.left = self.left.checked_sub(1).ok_or_else(|| gen::Error::new("the process dies"))?;
        Ok(())
    }
}

impl Journal for Dying {
    fn issue(&mut self, command: &Command) -> gen::Result<Ticket> {
        self.live()?;
        self.inner.issue(command)
    }

    fn propose(&mut self, step: Ticket, outcome: Outcome) -> gen::Result {
        self.live()?;
        self.inner.propose(step, outcome)
    }

    fn cancel(&mut self, reason: &str) -> gen::Result {
        self.inner.cancel(reason)
    }

    fn poll_event(&mut self, cx: &mut Context<'_>, awaited: &Awaited) -> Poll<gen::Result<Event>> {
        self.live()?;
        self.inner.poll_event(cx, awaited)
    }

    fn finish(&mut self, outcome: &Outcome) -> gen::Result {
        self.live()?;
        self.inner.finish(outcome)
    }
}

/// Runs the program from these entries. `None` if it has died.
fn go(program: &Program, records: &Records, lives_for: u64) -> Option<String> {
    let (world, recorded) = (World::default(), records.steps());
    let journal = Dying { inner: MemoryJournal::new(records), left: lives_for };
    let driver = gen_durable::Driver::new(run(program.clone(), world.clone()), journal);
    let io_loop = gen::IoLoop::with_clock(gen::VirtualClock::new());
    let end = io_loop.block_on(driver);
    for step in world.log() {
        assert!(!recorded.contains(&step), "{step} is recorded, and runs again: {program:?}");
    }
    match end {
        Ok(result) => Some(format!("{result:?}")),
        Err(error) if error.to_string() == "the process dies" => None,
        Err(error) => panic!("{error:?}\n{program:?}"),
    }
}

fn trial(timeouts: bool, seed: u64) {
    let mut maker = Maker { random: fastrand::Rng::with_seed(seed), steps: 0, timeouts };
    let mut deaths = 0;
    for _ in 0..300 {
        maker.steps = 0;
        let program = maker.program(4);
        let whole = Records::new();
        let end = go(&program, &whole, u64::MAX).expect("it lives");
        assert_eq!(go(&program, &whole, u64::MAX).as_ref(), Some(&end), "a replay: {program:?}");
        // From one death to the next, from the same entries.
        let records = whole.cut(maker.random.usize(0..=whole.len()));
        for _ in 0..8 {
            let lives_for = maker.random.u64(0..=whole.len() as u64 + 4);
            match go(&program, &records, lives_for) {
                None => deaths += 1,
                Some(ended) if !timeouts => assert_eq!(ended, end, "{program:?}"),
                Some(_) => {}
            }
        }
        let ended = go(&program, &records, u64::MAX).expect("it lives");
        // A step that runs again takes its time again, so a timeout may end otherwise.
        assert!(timeouts || ended == end, "{ended}, not {end}: {program:?}");
        assert_eq!(go(&program, &records, u64::MAX).unwrap(), ended, "a replay: {program:?}");
    }
    assert!(deaths > 900, "{deaths}");
}

#[test]
fn programs_without_timeouts_come_to_the_same_end_whenever_they_die() {
    trial(false, 0x1234_5678);
}

#[test]
fn programs_with_timeouts_come_to_an_end_that_replays_whenever_they_die() {
    trial(true, 0xfeed_5678);
}
