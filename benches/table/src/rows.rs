//! The rows of the table: which figure of ours is compared, and the target.

use crate::harness::{Measured, Side};

pub struct Row {
    /// The name of the work for a reader.
    pub work: &'static str,
    pub case: &'static str,
    pub size: u64,
    /// The name of our entry.
    pub ours: &'static str,
    pub target: Target,
}

pub enum Target {
    /// At most so many times the best peer.
    TimesBestPeer(f64),
    /// At most this figure, as it is printed: the figure of a large case has a share of a block's
    /// header.
    AtMost(f64),
}

/// A row with its figures.
pub struct Compared<'a> {
    pub row: &'a Row,
    pub ours: &'a Measured,
    pub best_peer: Option<&'a Measured>,
    pub limit: Option<&'a Measured>,
}

macro_rules! rows {
    ($(
        $work:literal, $case:literal, $size:literal, $ours:literal, $target:ident($figure:literal);
    )*) => {
        &[$(Row {
            work: $work,
            case: $case,
            size: $size,
            ours: $ours,
            target: Target::$target($figure),
        }),*]
    };
}

/// The embedded loop, and work that needs no executor.
pub const ROWS: &[Row] = rows! {
    "ready yield", "call a chain that is ready", 1, "coroutine", TimesBestPeer(1.05);
    "ready yields, ten deep", "call a chain that is ready", 10, "coroutine", TimesBestPeer(1.05);
    "resume through ten levels", "resume a chain", 10, "coroutine", TimesBestPeer(1.2);
    "suspend and resume, one task", "suspend and resume a task", 1,
        "coroutine", TimesBestPeer(0.35);
    "suspend and resume, 100 tasks", "suspend and resume a task", 100,
        "coroutine", TimesBestPeer(0.35);
    "suspend and resume, 10,000 tasks", "suspend and resume a task", 10_000,
        "coroutine", TimesBestPeer(0.35);
    "list of 10, all ready", "list, all ready", 10, "a yield of a `Vec`", TimesBestPeer(1.8);
    "list of 1,000, all ready", "list, all ready", 1_000, "a yield of a `Vec`", TimesBestPeer(0.25);
    "list of 10, all woken between two polls", "list, all woken between two polls", 10,
        "a yield of a `Vec`", TimesBestPeer(2.5);
    "list of 1,000, all woken between two polls", "list, all woken between two polls", 1_000,
        "a yield of a `Vec`", TimesBestPeer(0.3);
    "list of 10, polled after each wake", "list, polled after each wake", 10,
        "a yield of a `Vec`", TimesBestPeer(0.5);
    "list of 1,000, polled after each wake", "list, polled after each wake", 1_000,
        "a yield of a `Vec`", TimesBestPeer(0.3);
    "list of 100,000, polled after each wake", "list, polled after each wake", 100_000,
        "a yield of a `Vec`", TimesBestPeer(0.45);
    "results of 1,000 as they come, all ready", "results as they come, all ready", 1_000,
        "`WaitIterator`", TimesBestPeer(0.35);
    "results of 1,000 as they come, all woken between two polls",
        "results as they come, all woken between two polls", 1_000,
        "`WaitIterator`", TimesBestPeer(0.35);
    "results of 1,000 as they come, polled after each wake",
        "results as they come, polled after each wake", 1_000,
        "`WaitIterator`", TimesBestPeer(0.35);
    "child of a scope of 10, ready", "scope, all ready", 10, "`scope`", TimesBestPeer(0.6);
    "child of a scope of 100, ready", "scope, all ready", 100, "`scope`", TimesBestPeer(0.5);
    "child of a scope of 10, suspended once", "scope, each suspends once", 10, "`scope`", TimesBestPeer(0.7);
    "child of a scope of 100, suspended once", "scope, each suspends once", 100, "`scope`", TimesBestPeer(0.7);
    "spawn a body that never suspends", "spawn a body that never suspends", 100,
        "`spawn_local` of a coroutine", AtMost(20.0);
    "spawn a body that suspends once", "spawn a body that suspends once", 100,
        "`spawn_local` of a coroutine", TimesBestPeer(0.8);
    "call an engine that never suspends", "spawn a body that never suspends", 100,
        "a call of an engine", AtMost(50.0);
    "spawn, and await the handle", "spawn, and await the handle", 1,
        "`spawn_local` of a coroutine", TimesBestPeer(0.35);
    "spawn, suspend once, and await the handle", "spawn, suspend once, and await the handle", 1,
        "`spawn_local` of a coroutine", TimesBestPeer(0.4);
    "timeout around a future that is ready", "timeout around a future that is ready", 1,
        "`with_timeout`", AtMost(3.0);
    "timeout around a future that suspends once", "timeout around a future that suspends once", 1,
        "`with_timeout`", TimesBestPeer(0.35);
    "start and cancel a sleep, 100,000 live", "start and cancel a sleep", 100_000,
        "`sleep`", TimesBestPeer(0.5);
    "100,000 sleeps that all fire, in a group", "sleeps that all fire, in a group", 100_000,
        "`sleep`, in a list", TimesBestPeer(0.8);
    "100,000 sleeps that all fire, in tasks", "sleeps that all fire, in tasks", 100_000,
        "`sleep`, in tasks", TimesBestPeer(0.8);
    "promise, awaited first", "a value of a callback, awaited first", 1,
        "`promise`", TimesBestPeer(0.6);
    "callback future, awaited first", "a value of a callback, awaited first", 1,
        "`from_callback`", TimesBestPeer(0.8);
    "`Callback` and `Wait`", "a value of a callback, awaited first", 1,
        "`Callback` and `Wait`", TimesBestPeer(3.0);
    "heap bytes of a suspended task", "heap bytes of a suspended task", 100_000,
        "`spawn_local` of a coroutine", AtMost(232.0);
    "heap bytes of a child of a list", "heap bytes of a child of a list", 100_000,
        "a list of `async fn`s", AtMost(192.0);
    "heap bytes of a child of a `WaitIterator`",
        "heap bytes of a child, results as they come", 100_000, "`WaitIterator`", AtMost(192.0);
    "heap bytes of a child of a `WaitIterator`, grown by `push`",
        "heap bytes of a child, results as they come", 100_000,
        "`WaitIterator`, grown by `push`", AtMost(192.0);
    "heap bytes kept for a task that has ended",
        "heap bytes that a loop keeps for a task that has ended", 100_000,
        "`spawn_local` of a coroutine that has ended", AtMost(1.0);
};

/// The rows that apply on a current-thread runtime of tokio.
pub const ROWS_ON_TOKIO: &[Row] = rows! {
    "spawn a ready body, and await it",
        "tokio, current-thread: spawn a ready body, and await it", 1, "gen", TimesBestPeer(0.4);
    "spawn a body that suspends once, and await it",
        "tokio, current-thread: spawn a body that suspends once, and await it", 1,
        "gen", TimesBestPeer(1.1);
    "spawn a hundred that suspend once, and await them",
        "tokio, current-thread: spawn a hundred that suspend once, and await them", 1,
        "gen", TimesBestPeer(1.1);
    "start and cancel a sleep", "tokio, current-thread: start and cancel a sleep", 1,
        "gen", TimesBestPeer(1.1);
    "timeout around a future that is ready",
        "tokio, current-thread: timeout around a future that is ready", 1,
        "gen", TimesBestPeer(1.1);
    "timeout around a future that suspends once",
        "tokio, current-thread: timeout around a future that suspends once", 1,
        "gen", TimesBestPeer(1.1);
    "timeout that is dropped while it waits",
        "tokio, current-thread: timeout that is dropped while it waits", 1,
        "gen", TimesBestPeer(1.1);
    "a list of ten that suspend once", "tokio, current-thread: a list of ten that suspend once", 1,
        "gen", TimesBestPeer(1.1);
    "100,000 sleeps that all fire, in a group",
        "tokio, current-thread: sleeps that all fire, in a group", 1, "gen", TimesBestPeer(1.1);
    "100,000 sleeps that all fire, in tasks",
        "tokio, current-thread: sleeps that all fire, in tasks", 1, "gen", TimesBestPeer(1.1);
};

/// Locks, queues and batches on the embedded loop; calls with wrappers in a task of tokio.
pub const ROWS_EVERYDAY: &[Row] = rows! {
    "lock and unlock", "lock and unlock", 1, "gen", TimesBestPeer(1.05);
    "lock to read, and unlock", "lock to read, and unlock", 1, "gen", TimesBestPeer(1.05);
    "lock to write, and unlock", "lock to write, and unlock", 1, "gen", TimesBestPeer(1.05);
    "acquire a permit, and release it", "acquire a permit, and release it", 1,
        "gen", TimesBestPeer(1.05);
    "a lock that two tasks hand to each other", "a lock that is handed from task to task", 2,
        "gen", TimesBestPeer(1.05);
    "a lock that 100 tasks hand on", "a lock that is handed from task to task", 100,
        "gen", TimesBestPeer(1.05);
    "a permit that two tasks hand to each other", "a permit that is handed from task to task", 2,
        "gen", TimesBestPeer(1.05);
    "a permit that 100 tasks hand on", "a permit that is handed from task to task", 100,
        "gen", TimesBestPeer(1.05);
    "put an item, and get it", "put an item, and get it", 1, "`Queue`", TimesBestPeer(1.05);
    "items through a queue of one", "items from a producer to a consumer, with a bound", 1,
        "`Queue`", TimesBestPeer(1.05);
    "items through a queue of 100", "items from a producer to a consumer, with a bound", 100,
        "`Queue`", TimesBestPeer(1.05);
    "a lock that two threads take", "two threads: a lock that both take", 2,
        "gen", TimesBestPeer(1.05);
    "a permit that two threads acquire", "two threads: a permit that both acquire", 2,
        "gen", TimesBestPeer(1.05);
    "items from thread to thread", "two threads: items from a producer to a consumer", 2,
        "`Queue`", TimesBestPeer(1.05);
    "a call with retries", "a call with retries", 1, "`retry`", TimesBestPeer(1.05);
    "a call with a timeout", "a call with a timeout", 1, "`with_timeout`", TimesBestPeer(1.05);
    "a call through a bulkhead", "a call through a bulkhead", 1, "`Semaphore`", TimesBestPeer(1.05);
    "a load, one of ten in a call", "load keys in one call", 10, "`batch`", TimesBestPeer(2.0);
    "a load, one of 1,000 in a call", "load keys in one call", 1000, "`batch`", TimesBestPeer(2.0);
};

impl Row {
    /// Finds the figures of the row. `None` if ours was not measured.
    pub fn compare<'a>(&'a self, measured: &'a [Measured]) -> Option<Compared<'a>> {
        let of_case = || measured.iter().filter(|one| one.case == self.case && one.size == self.size);
        let best = |side| {
            of_case().filter(|one| one.side == side).min_by(|one, other| one.least.total_cmp(&other.least))
        };
        let ours = of_case().find(|one| one.side == Side::Ours && one.name == self.ours)?;
        Some(Compared { row: self, ours, best_peer: best(Side::Peer), limit: best(Side::Limit) })
    }
}

impl Compared<'_> {
    pub fn ratio(&self) -> Option<f64> {
        self.best_peer.map(|peer| self.ours.least / peer.least)
    }

    /// Whether the ratio, as it is printed, is above 1.
    pub fn is_lost(&self) -> bool {
        self.ratio().is_some_and(|ratio| ratio >= 1.005)
    }

    /// The target as a figure. `None` if it is a multiple of the best peer, and there is no peer.
    pub fn target(&self) -> Option<f64> {
        match self.row.target {
            Target::TimesBestPeer(times) => self.best_peer.map(|peer| times * peer.least),
            Target::AtMost(most) => Some(most),
        }
    }

    /// Whether the limit misses the target, too.
    pub fn is_below_limit(&self) -> bool {
        self.target().zip(self.limit).is_some_and(|(target, limit)| target < limit.least)
    }

    pub fn is_met(&self) -> bool {
        match self.row.target {
            Target::TimesBestPeer(times) => self.ratio().is_some_and(|ratio| ratio <= times),
            Target::AtMost(most) => figure(self.ours.least).parse().is_ok_and(|figure: f64| figure <= most),
        }
    }
}

/// A figure as it is printed: more than three digits would be noise.
pub fn figure(value: f64) -> String {
    match value {
        ..10.0 => format!("{value:.2}"),
        ..100.0 => format!("{value:.1}"),
        _ => format!("{value:.0}"),
    }
}
