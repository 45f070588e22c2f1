//! `torture`: kills the workers at random moments, while orders come, are approved and are
//! cancelled, and audits the books at the end.
//!
//! The seed decides what happens, and in which order. The moments at which a kill meets a worker
//! differ from run to run.

use std::fmt;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use gen_durable::{Outcome, RunState, SqliteOptions};

use crate::crew::Crew;
use crate::order::Order;
use crate::store::OrderStore;

/// The plan.
#[derive(Debug, Clone)]
pub struct Plan {
    /// The number of orders.
    pub orders: usize,
    /// The number of kills.
    pub kills: usize,
    /// The number of workers.
    pub workers: usize,
    /// Decides what happens, and in which order.
    pub seed: u64,
    /// The longest time between two events.
    pub pause: Duration,
    /// Whether the bank and the warehouse do not look at keys. Then the books are wrong.
    pub without_keys: bool,
}

impl Default for Plan {
    fn default() -> Self {
        let pause = Duration::from_millis(80);
        Plan { orders: 60, kills: 20, workers: 3, seed: 1, pause, without_keys: false }
    }
}

/// The events, and the state of the orders and the books afterwards.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// The number of kills.
    pub kills: usize,
    /// The number of orders that have been approved, also too late.
    pub approved: usize,
    /// The number of cancellations.
    pub cancelled: usize,
    /// The number of orders that have shipped.
    pub shipped: usize,
    /// The number of orders that were undone.
    pub undone: usize,
    /// The orders that have not ended.
    pub unfinished: Vec<String>,
    /// The number of requests that the bank and the warehouse got again.
    pub repeated: u32,
    /// The complaints of the audit.
    pub wrong: Vec<String>,
}

enum Event {
    Start(Order),
    Approve(String),
    Cancel(String),
    Kill,
}

/// The time after which an order that has not ended never will.
const PATIENCE: Duration = Duration::from_secs(60);

/// Runs the plan on a new store.
///
/// # Errors
///
/// A store that is there already; [`StoreError`](gen_durable::StoreError); a worker that fails by
/// itself.
pub fn torture(program: PathBuf, db: &Path, plan: &Plan, tell: impl Fn(&str)) -> gen::Result<Report> {
    gen::ensure!(!db.exists(), "{} is there already: the torture needs a new file", db.display());
    let mut random = fastrand::Rng::with_seed(plan.seed);
    let store = OrderStore::open_or_make(db, &SqliteOptions::new().survive_power_cut(false))?;
    let mut crew = Crew::start(program, arguments(db, plan), plan.workers)?;
    let mut report = Report::default();
    for event in events(plan, &mut random) {
        thread::sleep(plan.pause.mul_f64(random.f64()));
        match event {
            Event::Start(order) => store.start(&order)?,
            // It may have ended, or have been approved before.
            Event::Approve(id) => report.approved += usize::from(store.approve(&id, "Ada").is_ok()),
            Event::Cancel(id) => report.cancelled += usize::from(store.cancel(&id, "the customer").is_ok()),
            Event::Kill => {
                let killed = crew.kill(random.usize(..plan.workers))?;
                report.kills += 1;
                tell(&format!("worker {} was killed, {} goes on", killed.process, killed.by));
            }
        }
    }
    wait_for_the_end(&store, &mut crew, &tell)?;
    drop(crew);
    for run in store.runs()? {
        match run.state {
            RunState::Ended(Outcome::Value(_)) => report.shipped += 1,
            RunState::Ended(Outcome::Failed(_)) => report.undone += 1,
            _ => report.unfinished.push(run.to_string()),
        }
    }
    report.repeated = store.books()?.repeated()?;
    report.wrong = store.audit()?;
    Ok(report)
}

fn arguments(db: &Path, plan: &Plan) -> Vec<String> {
    let db = db.display().to_string();
    let mut arguments: Vec<String> =
        ["run", "--quiet", "--fast", "--latency-ms", "4", "--trouble", "0.05", "--db"]
            .map(str::to_owned)
            .into();
    arguments.push(db);
    if plan.without_keys {
        arguments.push("--without-keys".into());
    }
    arguments
}

/// The starts, approvals, cancellations and kills, in a random order. Each order starts before it
/// is approved or cancelled.
fn events(plan: &Plan, random: &mut fastrand::Rng) -> Vec<Event> {
    let mut events: Vec<(f64, Event)> = Vec::new();
    for number in 1..=plan.orders {
        let id = number.to_string();
        let began = random.f64() * 0.7;
        let later = |random: &mut fastrand::Rng| began + random.f64() * 0.3;
        let items = ["tea", "milk", "gold", "honey"].iter().take(random.usize(1..=4));
        // One of four orders cannot be picked, if it has three items or more.
        let items = items.filter(|item| **item != "gold" || random.u8(..4) == 0).copied();
        let mut order = Order::new(id.clone(), items.collect::<Vec<_>>());
        match random.u8(..10) {
            // Its deadline passes.
            0 => order = order.approved_within(1),
            1 | 2 => events.push((later(random), Event::Cancel(id.clone()))),
            // Both, and a second request for the cancellation.
            3 => {
                events.push((later(random), Event::Cancel(id.clone())));
                events.push((later(random), Event::Cancel(id.clone())));
                events.push((later(random), Event::Approve(id.clone())));
            }
            _ => events.push((later(random), Event::Approve(id.clone()))),
        }
        events.push((began, Event::Start(order)));
    }
    events.extend((0..plan.kills).map(|_| (random.f64(), Event::Kill)));
    events.sort_by(|one, other| one.0.total_cmp(&other.0));
    events.into_iter().map(|(_, event)| event).collect()
}

fn wait_for_the_end(store: &OrderStore, crew: &mut Crew, tell: &impl Fn(&str)) -> gen::Result {
    let began = Instant::now();
    loop {
        let open = store.runs()?.iter().filter(|run| !matches!(run.state, RunState::Ended(_))).count();
        if open == 0 {
            return Ok(());
        }
        if began.elapsed() > PATIENCE {
            tell(&format!("{open} orders do not end"));
            return Ok(());
        }
        crew.revive()?;
        thread::sleep(Duration::from_millis(50));
    }
}

impl Report {
    /// Whether all orders have ended, and the books are right.
    #[must_use]
    pub fn is_good(&self) -> bool {
        self.unfinished.is_empty() && self.wrong.is_empty()
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Report { kills, approved, cancelled, shipped, undone, repeated, unfinished, wrong } = self;
        writeln!(f, "{kills} kills, {approved} approvals, {cancelled} cancellations")?;
        writeln!(
            f,
            "{shipped} orders have shipped, {undone} were undone, {} have not ended",
            unfinished.len()
        )?;
        writeln!(f, "{repeated} requests came again")?;
        unfinished.iter().try_for_each(|run| writeln!(f, "  {run}"))?;
        match wrong.len() {
            0 => writeln!(f, "the books are right"),
            1 => writeln!(f, "the books are wrong in 1 place:"),
            places => writeln!(f, "the books are wrong in {places} places:"),
        }?;
        wrong.iter().try_for_each(|wrong| writeln!(f, "  {wrong}"))
    }
}
