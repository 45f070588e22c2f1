//! The process that is killed. It does real work, in real time: orders that wait for an approval,
//! orders that are cancelled, and random programs.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, OpenOptions};
use std::future::Future;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use gen::yield_;
use gen_durable::{
    resume_all, signal, sleep, step, with_timeout, Bodies, MemoryJournal, Records, Run, Runs, SqliteOptions,
    SqliteStore, StepFailed,
};

use crate::world::block_on;
use crate::world::programs::{run, Maker, Outside, Program, Timeouts};

/// The outside: a file to which each step adds a line with its process.
#[derive(Clone)]
pub(crate) struct Books(PathBuf);

/// Ends a line that was written to its end.
const WHOLE: &str = "\t.";

/// The run, and the work that was done for it.
type Deed = (String, String);

impl Books {
    /// The books of a store.
    pub(crate) fn of(store: &Path) -> Self {
        Books(store.with_extension("books"))
    }

    /// A kill in the middle of the write leaves a part of a line, which the next note ends.
    fn note(&self, key: &str, label: &str) -> gen::Result {
        let mut file = OpenOptions::new().create(true).append(true).open(&self.0)?;
        let line = format!("\n{key}\t{label}\t{}{WHOLE}\n", std::process::id());
        Ok(file.write_all(line.as_bytes())?)
    }

    /// The deed of each line, and its process.
    pub(crate) fn lines(&self) -> Vec<(Deed, u32)> {
        let text = fs::read_to_string(&self.0).unwrap_or_default();
        let lines = text.lines().filter_map(|line| line.strip_suffix(WHOLE)).map(|line| {
            let mut parts = line.split('\t').map(str::to_owned);
            let mut next = || parts.next().unwrap();
            ((next(), next()), next().parse().unwrap())
        });
        lines.collect()
    }

    pub(crate) fn counts(&self) -> BTreeMap<Deed, u32> {
        let mut counts = BTreeMap::new();
        for (deed, _) in self.lines() {
            *counts.entry(deed).or_default() += 1;
        }
        counts
    }
}

/// Those of the recorded steps that the books know. A program has others, too.
pub(crate) fn in_books(recorded: BTreeSet<Deed>) -> BTreeSet<Deed> {
    let is_noted = |label: &str| !label.starts_with("value ") && !label.starts_with('t');
    recorded.into_iter().filter(|(_, label)| is_noted(label)).collect()
}

pub(crate) const ITEMS: u32 = 4;
const APPROVED: &str = "approved";
const END: u32 = 61;
const CANCELLED: &str = "too dear";

/// A step that adds a line.
#[track_caller]
fn noted(books: &Books, key: &str, label: impl Into<String>) -> impl Future<Output = gen::Result> {
    let (books, key, label) = (books.clone(), key.to_owned(), label.into());
    step(label.clone(), move || async move { books.note(&key, &label) })
}

#[gen::coroutine]
fn pick(books: Books, key: String, item: u32) -> gen::Result<u32> {
    yield_!(sleep(Duration::from_millis(u64::from(item % 3))))?;
    yield_!(noted(&books, &key, format!("pick {item}")))?;
    Ok(item * 10)
}

/// Waits for something that does not come, and then for the approval.
#[gen::coroutine]
fn approval() -> gen::Result<u32> {
    let answer = yield_!(with_timeout(Duration::from_millis(2), signal::<u32>("no answer")));
    match answer {
        Err(error) if error.is::<gen::TimeoutError>() => {}
        other => return other,
    }
    yield_!(with_timeout(Duration::from_secs(3600), signal(APPROVED)))
}

#[gen::coroutine]
fn fulfil(books: &Books, key: &str) -> gen::Result<u32> {
    yield_!(noted(books, key, "charge"))?;
    let picks = (0..ITEMS).map(|item| pick(books.clone(), key.to_owned(), item));
    let picked = yield_!(picks.collect::<Vec<_>>())?;
    let approved = yield_!(approval())?;
    yield_!(noted(books, key, "send"))?;
    Ok(picked.iter().sum::<u32>() + approved)
}

#[gen::coroutine]
fn order(books: Books, key: String) -> gen::Result<u32> {
    match yield_!(fulfil(&books, &key)) {
        Err(error) => {
            yield_!(gen::shield(noted(&books, &key, "refund")))?;
            Err(error)
        }
        sent => sent,
    }
}

/// The outside of a program.
#[derive(Clone)]
struct Life {
    books: Books,
    key: String,
}

impl Outside for Life {
    fn time(&self, units: u64) -> Duration {
        Duration::from_millis(units)
    }

    fn take_time(&self, units: u64) -> impl Future<Output = gen::Result> + Send {
        gen::sleep(self.time(units))
    }

    fn note(&self, step: &str) {
        self.books.note(&self.key, step).unwrap();
    }

    fn count_attempt(&self, number: u32) -> u32 {
        let attempt = format!("attempt {number}");
        self.note(&attempt);
        self.books.counts()[&(self.key.clone(), attempt)]
    }
}

/// The runs that a process begins, and goes on with after another one has died. The same number
/// gives the same ones.
pub(crate) struct Round {
    approved: String,
    cancelled: String,
    random: String,
    program: Program,
    signals: Vec<u32>,
}

impl Round {
    pub(crate) fn new(number: u32) -> Self {
        let (program, signals, _) = Maker::new(number.into(), Timeouts::Clear).next_program(3);
        let key = |what| format!("{number} {what}");
        let [approved, cancelled, random] = ["approved", "cancelled", "random"].map(key);
        Round { approved, cancelled, random, program, signals }
    }

    /// The keys of the runs.
    pub(crate) fn keys(&self) -> [&str; 3] {
        [&self.approved, &self.cancelled, &self.random]
    }

    /// Whether the order of this key is sent, so that it takes all of its steps.
    pub(crate) fn is_sent(&self, key: &str) -> bool {
        key == self.approved
    }

    async fn start(&self, runs: &Runs) -> gen::Result<[Run; 3]> {
        let approved = runs.start("order", &self.approved, &self.approved).await?;
        let cancelled = runs.start("order", &self.cancelled, &self.cancelled).await?;
        let random = runs.start("program", &self.random, &(&self.program, &self.random)).await?;
        Ok([approved, cancelled, random])
    }

    /// Sends the signals and the cancellation, unless an earlier process has noted that it did.
    async fn send(&self, books: &Books, [approved, cancelled, random]: &[Run; 3]) -> gen::Result {
        // They come at moments that differ from process to process.
        let moment = || gen::sleep(Duration::from_millis(fastrand::u64(0..10)));
        let cancel = async {
            moment().await?;
            once(books, &self.cancelled, "cancels", || cancelled.cancel(CANCELLED)).await
        };
        let send = async {
            moment().await?;
            once(books, &self.approved, "approves", || approved.send_signal(APPROVED, &1)).await?;
            for number in &self.signals {
                let name = format!("signal {number}");
                once(books, &self.random, &name, || random.send_signal(&name, number)).await?;
            }
            Ok::<(), gen::Error>(())
        };
        gen::multi((cancel, send)).join().await.map(drop)
    }

    /// The result of the program without deaths.
    fn end_of_program(&self, folder: &Path) -> String {
        let records = Records::new();
        for number in &self.signals {
            records.send_signal(&format!("signal {number}"), number).unwrap();
        }
        let life = Life { books: Books(folder.join("whole.books")), key: self.random.clone() };
        let end = gen_durable::run(run(self.program.clone(), life), MemoryJournal::new(&records));
        text(block_on(end))
    }

    /// Asserts that each run has come to the end that it has without deaths.
    pub(crate) fn assert_ended(&self, store: &SqliteStore, path: &Path) {
        let order = |key| store.result::<u32>("order", key).unwrap().unwrap();
        assert_eq!(order(&self.approved).unwrap(), END);
        let error = order(&self.cancelled).unwrap_err().to_string();
        assert!(error.contains(CANCELLED), "{error}");
        let end = text(store.result::<String>("program", &self.random).unwrap().unwrap());
        assert_eq!(end, self.end_of_program(path.parent().unwrap()), "{:?}", self.program);
    }
}

fn text(end: gen::Result<String>) -> String {
    end.unwrap_or_else(|error| format!("!{error:#}"))
}

/// Does it, and notes that, unless it was noted before.
async fn once<F: Future<Output = gen::Result>>(
    books: &Books,
    key: &str,
    label: &str,
    work: impl FnOnce() -> F,
) -> gen::Result {
    if !books.counts().contains_key(&(key.to_owned(), label.to_owned())) {
        work().await?;
        books.note(key, label)?;
    }
    Ok(())
}

const STORE: &str = "GEN_DURABLE_TEST_STORE";
const ROUND: &str = "GEN_DURABLE_TEST_ROUND";

/// The time after which a signal or a cancellation is lost.
const LIMIT: Duration = Duration::from_secs(300);

/// Not a test by itself: the process that is killed.
#[test]
fn child() {
    let Some(path) = std::env::var_os(STORE).map(PathBuf::from) else { return };
    let round = Round::new(std::env::var(ROUND).unwrap().parse().unwrap());
    let books = Books::of(&path);
    // Each second process waits for the disk.
    let survives = std::process::id() % 2 == 0;
    let store = SqliteOptions::new().survive_power_cut(survives).open(&path).unwrap();
    let (of_order, of_program) = (books.clone(), books.clone());
    let bodies = Bodies::new()
        .body("order", move |key: String| order(of_order.clone(), key))
        .body("program", move |(program, key): (Program, String)| {
            run(program, Life { books: of_program.clone(), key })
        });
    let all = async {
        let runs = round.start(&resume_all(&store, bodies)?).await?;
        round.send(&books, &runs).await?;
        let [approved, cancelled, random] = runs;
        // The store is asked for their ends below.
        show_error_of_store(approved.result::<u32>().await);
        show_error_of_store(cancelled.result::<u32>().await);
        show_error_of_store(random.result::<String>().await);
        Ok::<(), gen::Error>(())
    };
    gen::run_sync(gen::with_timeout(LIMIT, all).join()).unwrap();
    round.assert_ended(&store, &path);
}

/// An error of a run itself is its end, which the store has.
fn show_error_of_store<T>(end: gen::Result<T>) {
    if let Err(error) = end {
        if !error.is::<StepFailed>() {
            eprintln!("{error:#}");
        }
    }
}

pub(crate) fn spawn(path: &Path, round: u32) -> Child {
    let mut child = Command::new(std::env::current_exe().unwrap());
    child.args(["victim::child", "--exact", "--nocapture"]).env(STORE, path).env(ROUND, round.to_string());
    child.stdout(Stdio::null()).spawn().unwrap()
}
