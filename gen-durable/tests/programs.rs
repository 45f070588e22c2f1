//! Random programs of all that a coroutine can yield, in sequences, groups and timeouts, die at
//! random entries, again and again, and come to the end of a run that did not die.

mod world;

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::future::{poll_fn, Future};
use std::pin::Pin;
use std::rc::Rc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use gen::yield_;
use gen_durable::{Journal, MemoryJournal, Records};
use world::dying::Dying;
use world::programs::{run, Maker, Outside, Program, Timeouts};
use world::World;

/// All times are in hours, so that the time that the test takes does not matter.
fn hours(hours: u64) -> Duration {
    Duration::from_secs(3600 * hours)
}

/// The attempts of each step that is tried again. They survive each death.
type Attempts = Arc<Mutex<BTreeMap<u32, u32>>>;

/// The outside of one life of a program.
#[derive(Clone)]
struct Life {
    world: World,
    attempts: Attempts,
    /// The steps take so many times their time.
    slowness: u64,
}

impl Outside for Life {
    fn time(&self, units: u64) -> Duration {
        hours(units)
    }

    fn take_time(&self, units: u64) -> impl Future<Output = gen::Result> + Send {
        gen::sleep(hours(self.slowness * units))
    }

    fn note(&self, step: &str) {
        self.world.note(step);
    }

    fn count_attempt(&self, number: u32) -> u32 {
        let mut attempts = self.attempts.lock().unwrap();
        let count = attempts.entry(number).or_default();
        *count += 1;
        *count
    }
}

/// The entries of a run, from which journals are made.
trait Entries: Clone + 'static {
    fn journal(&self) -> Box<dyn Journal>;

    /// The labels of the steps whose outcomes are recorded.
    fn steps(&self) -> Vec<String>;

    fn len(&self) -> usize;

    /// A copy of the first entries, with all signals.
    fn cut(&self, len: usize) -> Self;

    fn send_signal(&self, name: &str, value: u32) -> gen::Result;

    /// Whether a cancellation is recorded.
    fn is_cancelled(&self) -> bool;
}

impl Entries for Records {
    fn journal(&self) -> Box<dyn Journal> {
        Box::new(MemoryJournal::new(self))
    }

    fn steps(&self) -> Vec<String> {
        Records::steps(self)
    }

    fn len(&self) -> usize {
        Records::len(self)
    }

    fn cut(&self, len: usize) -> Self {
        Records::cut(self, len)
    }

    fn send_signal(&self, name: &str, value: u32) -> gen::Result {
        Records::send_signal(self, name, &value)
    }

    fn is_cancelled(&self) -> bool {
        format!("{self:?}").contains("Cancelled(")
    }
}

/// A run of a program, from one death to the next.
struct Trial<E> {
    program: Program,
    records: E,
    /// The signals that were not sent yet.
    signals: Vec<u32>,
    attempts: Attempts,
    /// The hour of each run in which it is cancelled.
    cancelled_at: Option<u64>,
    slowness: u64,
}

/// Sends one signal every half of an hour.
#[gen::coroutine]
fn send<E: Entries>(records: E, signals: Arc<Mutex<Vec<u32>>>) -> gen::Result {
    loop {
        let Some(number) = signals.lock().unwrap().pop() else { return Ok(()) };
        records.send_signal(&format!("signal {number}"), number)?;
        yield_!(gen::sleep(hours(1) / 2))?;
    }
}

/// Runs a program beside a sender of signals, and cancels it, if it is to be cancelled.
#[gen::coroutine]
fn beside<T: 'static>(
    sender: impl gen::Coroutine<Output = gen::Result> + 'static,
    main: impl Future<Output = gen::Result<T>> + 'static,
    cancelled_at: Option<u64>,
) -> gen::Result<T> {
    let _sender = gen::spawn_local(sender);
    let task = gen::spawn_local(main);
    if let Some(time) = cancelled_at {
        yield_!(gen::sleep(hours(time)))?;
        drop(task.cancel("enough"));
    }
    yield_!(task)
}

impl<E: Entries> Trial<E> {
    fn new(program: &Program, records: E, signals: &[u32]) -> Self {
        let (program, signals) = (program.clone(), signals.to_vec());
        let attempts = Attempts::default();
        Trial { program, records, signals, attempts, cancelled_at: None, slowness: 1 }
    }

    /// Runs the program. `None` if it has died.
    fn go(&mut self, lives_for: u64) -> Option<String> {
        let signals = Arc::new(Mutex::new(std::mem::take(&mut self.signals)));
        let sender = send(self.records.clone(), Arc::clone(&signals));
        let (program, world, recorded) = (&self.program, World::default(), self.records.steps());
        let journal = Dying { inner: self.records.journal(), left: lives_for };
        let (attempts, slowness) = (self.attempts.clone(), self.slowness);
        let life = Life { world: world.clone(), attempts, slowness };
        let program = run(program.clone(), life);
        let driver = gen_durable::Driver::new(program, journal);
        let io_loop = gen::IoLoop::with_clock(gen::VirtualClock::new());
        let end = io_loop.run_sync(beside(sender, driver, self.cancelled_at));
        self.signals = std::mem::take(&mut signals.lock().unwrap());
        let program = &self.program;
        for step in world.log() {
            assert!(!recorded.contains(&step), "{step} is recorded, and runs again: {program:?}");
        }
        match end {
            Ok(result) => Some(format!("{result:?}")),
            Err(error) if error.to_string() == "the process dies" => None,
            Err(error) => panic!("{error:?}\n{program:?}"),
        }
    }
}

/// Which programs are tried.
#[derive(Clone, Copy)]
struct Kind {
    programs: u32,
    timeouts: Timeouts,
    cancels: bool,
    seed: u64,
}

/// Tries random programs, each from entries that `new` makes. Without close timeouts and
/// cancellations the end does not depend on the deaths.
fn trial<E: Entries>(new: impl Fn() -> E, kind: Kind) {
    let Kind { programs, timeouts, cancels, seed } = kind;
    let is_fixed = timeouts != Timeouts::Close && !cancels;
    let mut maker = Maker::new(seed, timeouts);
    let mut deaths = 0_u32;
    for _ in 0..programs {
        let (program, signals, _) = maker.next_program(4);
        let mut whole = Trial::new(&program, new(), &signals);
        whole.cancelled_at = cancels.then(|| maker.random.u64(0..5));
        let end = whole.go(u64::MAX).expect("it lives");
        assert_eq!(whole.go(u64::MAX).as_ref(), Some(&end), "a replay: {program:?}");
        if timeouts == Timeouts::Clear {
            let mut slow = Trial { slowness: 50, ..Trial::new(&program, new(), &signals) };
            assert_eq!(slow.go(u64::MAX).as_ref(), Some(&end), "with slow steps: {program:?}");
        }
        // From one death to the next, from the same entries. Some begin again, with signals that
        // were not sent.
        let entries = whole.records.len();
        let mut trial = match maker.random.usize(0..=entries) {
            0 => Trial::new(&program, new(), &signals),
            cut => Trial::new(&program, whole.records.cut(cut), &whole.signals),
        };
        trial.cancelled_at = whole.cancelled_at;
        for _ in 0..8 {
            let lives_for = maker.random.u64(0..=entries as u64 + 4);
            match trial.go(lives_for) {
                None => deaths += 1,
                Some(ended) if is_fixed => assert_eq!(ended, end, "{program:?}"),
                Some(_) => {}
            }
        }
        let ended = trial.go(u64::MAX).expect("it lives");
        // A step that runs again takes its time again, so a timeout may end otherwise.
        assert!(!is_fixed || ended == end, "{ended}, not {end}: {program:?}");
        assert_eq!(trial.go(u64::MAX).unwrap(), ended, "a replay: {program:?}");
    }
    assert!(deaths > 3 * programs, "{deaths}");
}

#[test]
fn programs_without_timeouts_come_to_the_same_end_whenever_they_die() {
    trial(Records::new, Kind { programs: 300, timeouts: Timeouts::None, cancels: false, seed: 0x1234_5678 });
}

#[test]
fn programs_with_clear_timeouts_come_to_the_same_end_whenever_they_die() {
    trial(Records::new, Kind { programs: 300, timeouts: Timeouts::Clear, cancels: false, seed: 0xc1ea_5678 });
}

#[test]
fn programs_with_timeouts_come_to_an_end_that_replays_whenever_they_die() {
    trial(Records::new, Kind { programs: 300, timeouts: Timeouts::Close, cancels: false, seed: 0xfeed_5678 });
}

#[test]
fn programs_that_are_cancelled_come_to_an_end_that_replays_whenever_they_die() {
    trial(Records::new, Kind { programs: 300, timeouts: Timeouts::Close, cancels: true, seed: 0xcafe_5678 });
}

/// An outside whose time goes on when the process dies, and in which each wait ends at a moment of
/// its own. So a process that dies changes nothing, whatever races with a deadline.
#[derive(Clone, Default)]
struct OneClock {
    world: World,
    /// The number of times so far, in this life. A replay asks for the same ones.
    times: Arc<AtomicU64>,
    /// The end of each step, which a second request does not move.
    ends: Arc<Mutex<BTreeMap<u32, Instant>>>,
    /// The last attempt of each step that is tried again, and their number.
    attempts: Arc<Mutex<BTreeMap<u32, (Instant, u32)>>>,
}

impl OneClock {
    /// The outside of the next process.
    fn next_life(&self) -> Self {
        OneClock { world: World::default(), times: Arc::default(), ..self.clone() }
    }
}

/// Up to half an hour, different for each seed.
fn part_of_an_hour(seed: u64) -> Duration {
    Duration::from_millis(fastrand::Rng::with_seed(seed).u64(1..1_800_000))
}

impl Outside for OneClock {
    fn time(&self, units: u64) -> Duration {
        let number = self.times.fetch_add(1, Relaxed);
        match units {
            0 => Duration::ZERO,
            // It never passes.
            1_000_000.. => hours(units),
            _ => hours(units) + part_of_an_hour(number),
        }
    }

    async fn take_time(&self, _units: u64) -> gen::Result {
        gen::bail!("it has a step")
    }

    async fn take_time_in(&self, step: u32, units: u64) -> gen::Result {
        let now = gen::drive::now();
        let time = if units == 0 { Duration::ZERO } else { hours(units) + part_of_an_hour(!u64::from(step)) };
        let end = *self.ends.lock().unwrap().entry(step).or_insert(now + time);
        gen::sleep(end.saturating_duration_since(now)).await
    }

    fn note(&self, step: &str) {
        self.world.note(step);
    }

    /// A second request within half an hour is the same attempt.
    fn count_attempt(&self, number: u32) -> u32 {
        let now = gen::drive::now();
        let mut attempts = self.attempts.lock().unwrap();
        let (last, count) = attempts.entry(number).or_insert((now, 1));
        if now.saturating_duration_since(*last) > hours(1) / 2 {
            (*last, *count) = (now, *count + 1);
        }
        *count
    }
}

type Task = Rc<RefCell<Option<gen::JoinHandle<gen::Result<String>>>>>;

/// Cancels the run at that time, and says so to the processes that begin later.
#[gen::coroutine]
fn cancel(at: Duration, is_asked: Rc<Cell<bool>>, task: Task) -> gen::Result {
    yield_!(gen::sleep(at))?;
    is_asked.set(true);
    if let Some(task) = &*task.borrow() {
        drop(task.cancel("enough"));
    }
    Ok(())
}

#[gen::coroutine]
fn send_all<E: Entries>(records: E, mut signals: Vec<u32>) -> gen::Result {
    yield_!(gen::sleep(Duration::from_secs(7)))?;
    while let Some(number) = signals.pop() {
        records.send_signal(&format!("signal {number}"), number)?;
        yield_!(gen::sleep(hours(1) / 2))?;
    }
    Ok(())
}

/// Runs a program in processes that live for so long, one after the other. Returns its end and the
/// number of deaths.
async fn lives<E: Entries>(
    program: Program,
    records: E,
    signals: Vec<u32>,
    mut lives: Vec<u64>,
    cancelled_at: Option<Duration>,
) -> gen::Result<(String, u32)> {
    let (outside, task, is_asked) = (OneClock::default(), Task::default(), Rc::new(Cell::new(false)));
    let _sender = gen::spawn_local(send_all(records.clone(), signals));
    let _cancel = cancelled_at.map(|at| gen::spawn_local(cancel(at, is_asked.clone(), task.clone())));
    let mut deaths = 0;
    loop {
        let (life, recorded) = (outside.next_life(), records.steps());
        let journal = Dying { inner: records.journal(), left: lives.pop().unwrap_or(u64::MAX) };
        let handle = gen::spawn_local(gen_durable::Driver::new(run(program.clone(), life.clone()), journal));
        if is_asked.get() && !records.is_cancelled() {
            drop(handle.cancel("enough"));
        }
        *task.borrow_mut() = Some(handle);
        let end = poll_fn(|cx| match &mut *task.borrow_mut() {
            Some(handle) => Pin::new(handle).poll(cx),
            None => unreachable!("only this function takes it"),
        });
        let end = end.await;
        *task.borrow_mut() = None;
        for step in life.world.log() {
            assert!(!recorded.contains(&step), "{step} is recorded, and runs again: {program:?}");
        }
        match end {
            Ok(result) => return Ok((format!("{result:?}"), deaths)),
            Err(error) if error.to_string() == "the process dies" => deaths += 1,
            Err(error) => return Err(error),
        }
    }
}

/// Tries random programs, whose end does not depend on the deaths, because time goes on meanwhile.
fn trial_on_one_clock<E: Entries>(new: impl Fn() -> E, kind: Kind) {
    let mut maker = Maker::new(kind.seed, kind.timeouts);
    let (mut deaths, mut cancelled) = (0, 0);
    for _ in 0..kind.programs {
        let (program, signals, _) = maker.next_program(4);
        let cancelled_at = kind.cancels.then(|| Duration::from_secs(maker.random.u64(1..5 * 3600)));
        let run = |records: &E, of: Vec<u64>| {
            let io_loop = gen::IoLoop::with_clock(gen::VirtualClock::new());
            let lives = lives(program.clone(), records.clone(), signals.clone(), of, cancelled_at);
            io_loop.run_sync(lives).unwrap_or_else(|error| panic!("{error:?}: {program:?}"))
        };
        let whole = new();
        let (end, _) = run(&whole, Vec::new());
        cancelled += u32::from(whole.is_cancelled());
        for _ in 0..2 {
            let entries = whole.len() as u64 + 4;
            let of = (0..8).map(|_| maker.random.u64(0..=entries)).collect();
            let records = new();
            let (ended, died) = run(&records, of);
            assert_eq!(ended, end, "{program:?}, cancelled at {cancelled_at:?}");
            assert_eq!(run(&records, Vec::new()).0, end, "a replay: {program:?}");
            deaths += died;
        }
    }
    println!("{} programs, {deaths} deaths, {cancelled} cancelled", kind.programs);
    assert!(deaths > 4 * kind.programs, "{deaths}");
    assert!(!kind.cancels || cancelled > kind.programs / 10, "{cancelled}");
}

#[test]
fn programs_that_race_with_deadlines_come_to_the_same_end_whenever_they_die() {
    let kind = Kind { programs: 300, timeouts: Timeouts::Close, cancels: false, seed: 0x0dd5_5678 };
    trial_on_one_clock(Records::new, kind);
}

#[test]
fn programs_that_are_cancelled_come_to_the_same_end_whenever_they_die() {
    let kind = Kind { programs: 300, timeouts: Timeouts::Close, cancels: true, seed: 0xcafe_5679 };
    trial_on_one_clock(Records::new, kind);
}

#[cfg(feature = "sqlite")]
mod in_sqlite {
    use std::cell::Cell;
    use std::rc::Rc;

    use gen_durable::{SqliteOptions, SqliteStore};
    use rusqlite::{params, Connection};

    use super::*;
    use crate::world::Folder;

    /// A run of a store.
    #[derive(Clone)]
    struct Run {
        place: Rc<File>,
        key: String,
        id: i64,
    }

    struct File {
        store: SqliteStore,
        connection: Connection,
        runs: Cell<u32>,
    }

    impl File {
        fn new_run(self: &Rc<Self>) -> Run {
            self.runs.set(self.runs.get() + 1);
            let key = self.runs.get().to_string();
            drop(self.store.journal("program", &key).unwrap());
            let sql = "SELECT id FROM runs WHERE key = ?";
            let id = self.connection.query_row(sql, [&key], |row| row.get(0)).unwrap();
            Run { place: Rc::clone(self), key, id }
        }
    }

    impl Run {
        fn entries(&self) -> Vec<String> {
            self.rows("record", "entries")
        }

        fn rows(&self, column: &str, table: &str) -> Vec<String> {
            // When this has an answer, the store has done what it was asked before.
            let state: Option<u32> = self.place.store.state("program", &self.key, "none").unwrap();
            assert_eq!(state, None);
            let sql = format!("SELECT {column} FROM {table} WHERE run = ? ORDER BY number");
            let mut statement = self.place.connection.prepare(&sql).unwrap();
            let rows = statement.query_map([self.id], |row| row.get(0)).unwrap();
            rows.collect::<Result<_, _>>().unwrap()
        }
    }

    fn checksum(run: i64, number: i64, json: &str) -> u32 {
        let parts: [&[u8]; 3] = [&run.to_le_bytes(), &number.to_le_bytes(), json.as_bytes()];
        crc32fast::hash(&parts.map(|part| [&(part.len() as u64).to_le_bytes(), part].concat()).concat())
    }

    impl Entries for Run {
        fn journal(&self) -> Box<dyn Journal> {
            Box::new(self.place.store.journal("program", &self.key).unwrap())
        }

        fn steps(&self) -> Vec<String> {
            let json = self.entries();
            let json: Vec<serde_json::Value> =
                json.iter().map(|entry| serde_json::from_str(entry).unwrap()).collect();
            let issued: Vec<_> = json.iter().filter_map(|entry| entry.get("issued")).collect();
            let done = json.iter().filter_map(|entry| entry.get("done")?.get(0)?.as_u64());
            let label = |ticket: u64| issued[ticket as usize][0]["what"]["step"].as_str();
            done.filter_map(label).map(str::to_owned).collect()
        }

        fn len(&self) -> usize {
            self.entries().len()
        }

        fn cut(&self, len: usize) -> Self {
            let run = self.place.new_run();
            let id = run.id;
            for (number, json) in (0_i64..).zip(self.entries().into_iter().take(len)) {
                let is_end = json.starts_with(r#"{"ended""#);
                let crc = checksum(id, number, &json);
                let sql = "INSERT INTO entries (run, number, crc, record) VALUES (?, ?, ?, ?)";
                self.place.connection.execute(sql, params![id, number, crc, json]).unwrap();
                if is_end {
                    self.place.connection.execute("UPDATE runs SET ended = 1 WHERE id = ?", [id]).unwrap();
                }
            }
            // The checksum of a signal has the run in it.
            for (number, json) in (0_i64..).zip(self.rows("signal", "signals")) {
                let sql = "INSERT INTO signals (run, number, crc, signal) VALUES (?, ?, ?, ?)";
                let crc = checksum(id, number, &json);
                self.place.connection.execute(sql, params![id, number, crc, json]).unwrap();
            }
            run
        }

        fn send_signal(&self, name: &str, value: u32) -> gen::Result {
            self.place.store.send_signal("program", &self.key, name, &value)
        }

        fn is_cancelled(&self) -> bool {
            self.entries().iter().any(|entry| entry.starts_with(r#"{"cancelled""#))
        }
    }

    /// Lets `trial` try programs in a store.
    fn in_store(name: &str, trial: impl FnOnce(&Rc<File>, u32)) {
        let programs = if std::env::var_os("GEN_DURABLE_LONG").is_some() { 600 } else { 25 };
        let folder = Folder::new(name);
        let path = folder.file("programs.db");
        let store = SqliteOptions::new().survive_power_cut(false).open(&path).unwrap();
        let connection = Connection::open(&path).unwrap();
        connection.execute_batch("PRAGMA synchronous = OFF").unwrap();
        connection.busy_timeout(Duration::from_secs(10)).unwrap();
        let place = Rc::new(File { store, connection, runs: Cell::new(0) });
        trial(&place, programs);
        place.store.check().unwrap();
    }

    #[test]
    fn programs_without_timeouts_come_to_the_same_end_whenever_they_die() {
        in_store("programs", |place, programs| {
            let kind = Kind { programs, timeouts: Timeouts::None, cancels: false, seed: 0x1234_5678 };
            trial(|| place.new_run(), kind);
        });
    }

    #[test]
    fn programs_with_timeouts_come_to_an_end_that_replays_whenever_they_die() {
        in_store("programs-timeouts", |place, programs| {
            let kind = Kind { programs, timeouts: Timeouts::Close, cancels: false, seed: 0xfeed_5678 };
            trial(|| place.new_run(), kind);
        });
    }

    #[test]
    fn programs_that_are_cancelled_come_to_the_same_end_whenever_they_die() {
        in_store("programs-cancelled", |place, programs| {
            let kind = Kind { programs, timeouts: Timeouts::Close, cancels: true, seed: 0xcafe_5678 };
            trial_on_one_clock(|| place.new_run(), kind);
        });
    }
}
