//! [`SqliteJournal`]: the journal of one run of a store.

use std::collections::VecDeque;
use std::fmt;
use std::mem;
use std::sync::Arc;
use std::task::{ready, Context, Poll};

use serde::{Deserialize, Serialize};

use super::calls::{self, Callee};
use super::claim::Taken;
use super::error::StoreError;
use super::job::Safety;
use super::live::LiveRun;
use super::reply::Reply;
use super::rows::{self, Changes, Name, MAX_RUN};
use super::shared::Shared;
use super::states::State;
use crate::error::StepFailed;
use crate::journal::{Command, Ticket, What};
use crate::record::{Record, MAX_JSON};
use crate::recorded::{forward_journal, End, Recorded, SentSignal, Store, Wait};

/// The journal of one run in a [`SqliteStore`](crate::SqliteStore).
///
/// It is for a program that makes the coroutine itself. [`resume_all`](crate::resume_all) makes
/// coroutines by their names, and needs no journal from you.
///
/// ```
/// use gen::yield_;
/// use gen_durable::{step, SqliteStore};
///
/// #[gen::coroutine]
/// fn order() -> gen::Result<String> {
///     yield_!(step("pay", || async { Ok("paid".to_owned()) }))
/// }
///
/// # fn main() -> gen::Result {
/// # let name = format!("gen-durable-journal-{}.db", std::process::id());
/// # let path = std::env::temp_dir().join(name);
/// let store = SqliteStore::open(&path)?;
/// // The step runs once.
/// for _ in 0..2 {
///     let run = gen_durable::run(order(), store.journal("order", "7")?);
///     assert_eq!(gen::run_sync(run)?, "paid");
/// }
/// # drop(store);
/// # std::fs::remove_file(path)?;
/// # Ok(())
/// # }
/// ```
///
/// While it lives, no other process can have the journal of this run, and neither can this one.
/// [`run`](crate::run()) returns when the end of the coroutine is on the disk.
#[derive(Debug)]
pub struct SqliteJournal(Recorded<RunStore>);

impl SqliteJournal {
    pub(super) fn new(store: Arc<Shared>, taken: Taken) -> Self {
        let Taken { name, live, records, size, .. } = taken;
        let from = i64::try_from(records.len()).unwrap_or(i64::MAX);
        let run = RunStore {
            store,
            name,
            live,
            from,
            size,
            changes: Changes::default(),
            cancels: Vec::new(),
            replies: VecDeque::new(),
            watching: VecDeque::new(),
            shown: Shown::default(),
            look: None,
        };
        SqliteJournal(Recorded::new(run, records))
    }
}

/// The place of the entries of one run. The run is given back before the store may be closed, so
/// it is the first field.
struct RunStore {
    live: LiveRun,
    store: Arc<Shared>,
    name: Name,
    /// The number of entries that were given to the writer.
    from: i64,
    /// The bytes of all entries.
    size: u64,
    /// Those that were not given to the writer yet.
    changes: Changes,
    /// The runs that are to be cancelled with them, and the reasons.
    cancels: Vec<(Name, String)>,
    /// The replies to all that was given to it, in order.
    replies: VecDeque<Reply<()>>,
    /// The replies for the calls whose ends are to come into the mailbox.
    watching: VecDeque<Reply<()>>,
    shown: Shown,
    /// The thread of the store looks for signals of other processes.
    look: Option<Reply<()>>,
}

/// The waits that are in the row of the run: the first ones, and the number of all.
#[derive(Debug, Default, PartialEq, Eq)]
struct Shown {
    first: Vec<Ticket>,
    number: usize,
}

/// The waits that a list shows at most, of each run.
const MAX_WAITS: usize = 32;

/// The characters of a command that a list shows at most, so that all of them fit into the row.
const MAX_TEXT: usize = 1000;

/// A wait, as the row of a run has it.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct StoredWait {
    pub(super) what: String,
    pub(super) at: String,
    pub(super) until: Option<u64>,
}

#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct StoredWaits {
    pub(super) number: usize,
    pub(super) first: Vec<StoredWait>,
}

impl RunStore {
    /// Gives the writer all that it has not got yet.
    fn submit(&mut self, safety: Safety) {
        let (changes, cancels) = (mem::take(&mut self.changes), mem::take(&mut self.cancels));
        let (run, from, token) = (self.live.run, self.from, self.store.token().to_owned());
        self.from += i64::try_from(changes.records.len()).unwrap_or(i64::MAX);
        let (mailbox, live) = (Arc::clone(&self.live.mailbox), Arc::clone(&self.store.live));
        let ended = changes.is_ended.then(|| self.name.clone());
        let begun: Vec<Name> = changes.callees.iter().map(|callee| callee.name.clone()).collect();
        let reply = self.store.submit(safety, move |connection| {
            rows::write(connection, run, &token, from, &changes)?;
            for (name, reason) in &cancels {
                if let Some(row) = rows::find(connection, name)? {
                    calls::cancel_called(connection, &live, &row, reason)?;
                }
            }
            if changes.is_cancelled {
                mailbox.rearm();
            }
            if let Some(name) = ended {
                live.note_end(&name);
            }
            Ok(())
        });
        self.replies.push_back(reply);
        // Their followers ask for them after this job.
        begun.iter().for_each(|name| self.store.known.begin(name));
    }
}

/// Completes when all replies are there. An error is that of the first job that has failed.
fn poll_replies(replies: &mut VecDeque<Reply<()>>, cx: &Context<'_>) -> Poll<gen::Result> {
    while let Some(first) = replies.front() {
        let told = ready!(first.poll(cx));
        replies.pop_front();
        told?;
    }
    Poll::Ready(Ok(()))
}

/// The name of the run of a call or a start.
fn name_of(what: &What) -> Option<gen::Result<Name>> {
    match what {
        What::Call { body, key, .. } | What::Start { body, key, .. } => Some(Name::new(body, key)),
        _ => None,
    }
}

impl Store for RunStore {
    fn append(&mut self, record: &Record) -> gen::Result {
        let json = serde_json::to_string(record)?;
        self.size += json.len() as u64;
        if json.len() > MAX_JSON {
            return Err(StoreError::too_large(format!("an entry has {} bytes", json.len())));
        }
        if self.size > MAX_RUN {
            return Err(StoreError::too_large(format!("the entries of the run have {} bytes", self.size)));
        }
        self.changes.records.push(json);
        self.changes.is_cancelled |= matches!(record, Record::Cancelled(_));
        self.changes.is_ended |= matches!(record, Record::Ended(_));
        self.changes.must_be_safe |= record.must_be_safe();
        Ok(())
    }

    fn poll_sync(&mut self, cx: &Context<'_>) -> Poll<gen::Result> {
        if !self.changes.is_empty() {
            self.submit(Safety::Safe);
        }
        poll_replies(&mut self.replies, cx)
    }

    fn suspended(&mut self, number: usize, waits: &mut dyn Iterator<Item = Wait<'_>>) -> gen::Result {
        let waits: Vec<Wait<'_>> = waits.take(MAX_WAITS).collect();
        let shown = Shown { number, first: waits.iter().map(|(ticket, ..)| *ticket).collect() };
        if shown == self.shown && self.changes.is_empty() {
            return Ok(());
        }
        let stored = waits.iter().map(|(_, command, deadline)| StoredWait {
            what: command.what.to_string().chars().take(MAX_TEXT).collect(),
            at: command.at.to_string(),
            until: *deadline,
        });
        let stored = StoredWaits { number, first: stored.collect() };
        self.shown = shown;
        self.changes.waits = Some(serde_json::to_string(&stored)?);
        self.submit(Safety::Later);
        Ok(())
    }

    fn poll_signals(&mut self, cx: &Context<'_>) -> gen::Result<Vec<SentSignal>> {
        self.live.mailbox.take_signals(cx)
    }

    fn poll_caught_up(&mut self, cx: &Context<'_>) -> Poll<gen::Result> {
        let look = match &self.look {
            Some(look) => look,
            None => self.look.insert(self.store.look()),
        };
        let looked = ready!(look.poll(cx));
        self.look = None;
        Poll::Ready(looked)
    }

    fn take_cancel(&mut self, cx: &Context<'_>) -> gen::Result<Option<String>> {
        self.live.mailbox.take_cancel(cx)
    }

    fn refusal(&self, command: &Command) -> gen::Result<Option<StepFailed>> {
        let why = match name_of(&command.what) {
            Some(Err(error)) => error.to_string(),
            Some(Ok(name)) if name == self.name && matches!(command.what, What::Call { .. }) => {
                format!("the {} calls itself, which would wait for ever: {}", name.text(), command.at)
            }
            _ => return Ok(None),
        };
        Ok(Some(StepFailed::new(why).into_permanent()))
    }

    fn begin(&mut self, what: &What, at: Option<u64>) -> gen::Result {
        if let (Some(name), What::Call { input, .. } | What::Start { input, .. }) = (name_of(what), what) {
            self.changes.callees.push(Callee { name: name?, arguments: input.clone(), begins: at });
        }
        Ok(())
    }

    fn watch(&mut self, call: Ticket, what: &What) -> gen::Result {
        // The run must be there before the thread of the store looks for it.
        if !self.changes.is_empty() {
            // A sync that comes later waits for this job, and submits no other one.
            let safety = if self.changes.must_be_safe { Safety::Safe } else { Safety::Later };
            self.submit(safety);
        }
        if let Some(name) = name_of(what) {
            self.watching.push_back(self.store.watch(&name?, call, &self.live.mailbox));
        }
        Ok(())
    }

    fn poll_ends(&mut self, cx: &Context<'_>) -> gen::Result<Vec<End>> {
        // A watch whose reply is missing has no end yet.
        if let Poll::Ready(watched) = poll_replies(&mut self.watching, cx) {
            watched?;
        }
        let ends = self.live.mailbox.take_ends(cx).into_iter();
        ends.map(|(ticket, ended)| ended.map(|(at, outcome)| (ticket, at, outcome))).collect()
    }

    fn cancel_called(&mut self, call: &What, reason: &str) -> gen::Result {
        if let Some(name) = name_of(call) {
            self.cancels.push((name?, reason.to_owned()));
        }
        Ok(())
    }

    fn show_state(&mut self, name: &str, value: &str) {
        self.changes.states.push(State { name: name.to_owned(), value: value.to_owned() });
    }
}

impl fmt::Debug for RunStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RunStore").field("run", &self.live.run).finish_non_exhaustive()
    }
}

forward_journal!(SqliteJournal);

#[cfg(test)]
mod tests {
    use std::panic::Location;
    use std::sync::mpsc::channel;
    use std::task::Waker;

    use super::super::claim::{Claim, Taker};
    use super::super::SqliteOptions;
    use super::*;
    use crate::journal::{Awaited, Journal};

    /// Whether the transaction of the jobs that `work` submits waits for the disk.
    fn waits_for_disk(store: &Shared, work: impl FnOnce()) -> bool {
        let (began, is_there) = channel();
        let (go_on, gate) = channel::<()>();
        // While this job stops the thread, the next ones gather, and then share a transaction.
        store.submit(Safety::Later, move |_| {
            let _ = began.send(());
            let _ = gate.recv();
            Ok(())
        });
        is_there.recv().unwrap();
        work();
        let full = store.submit(Safety::Later, |connection| {
            let level = connection.query_row("PRAGMA synchronous", [], |row| row.get::<_, i64>(0));
            Ok(level.map_err(super::super::error::named)? == 2)
        });
        drop(go_on);
        full.wait().unwrap()
    }

    fn issue(journal: &mut SqliteJournal, what: What, awaited: &mut Awaited) {
        let ticket = journal.issue(&Command { what, at: Location::caller().into() }).unwrap();
        awaited.0.insert(ticket);
    }

    #[test]
    fn what_is_written_before_a_call_survives_a_power_cut_as_it_does_before_a_step() {
        let path = std::env::temp_dir().join(format!("gen-durable-safe-{}.db", std::process::id()));
        let store = Arc::new(Shared::open(&path, &SqliteOptions::new()).unwrap());
        let is_safe = |key: &str, before: &dyn Fn(&mut SqliteJournal, &mut Awaited)| {
            let name = Name::new("order", key).unwrap();
            store.insert(&name, "null").wait().unwrap();
            let claim = store.take(&name, Taker::Journal, Safety::Later).wait().unwrap();
            let Claim::Taken(taken) = claim else { panic!("it is free") };
            let mut journal = SqliteJournal::new(Arc::clone(&store), taken);
            waits_for_disk(&store, || {
                let mut awaited = Awaited::default();
                before(&mut journal, &mut awaited);
                let (body, key, input) = ("charge".into(), key.into(), "null".into());
                issue(&mut journal, What::Call { body, key, input }, &mut awaited);
                let mut cx = Context::from_waker(Waker::noop());
                assert!(journal.poll_event(&mut cx, &awaited).is_pending());
            })
        };
        let deadline =
            |journal: &mut SqliteJournal, awaited: &mut Awaited| issue(journal, What::Timeout(9), awaited);
        let version = |journal: &mut SqliteJournal, _: &mut Awaited| {
            journal.version("fees", 1, &Location::caller().into()).unwrap();
        };
        assert!(is_safe("1", &deadline), "the deadline of a timeout");
        assert!(is_safe("2", &version), "a version");
        assert!(!is_safe("3", &|_, _| {}), "a call alone has nothing to lose, and waits for no disk");
        drop(store);
        std::fs::remove_file(path).unwrap();
    }

    #[test]
    fn the_last_entries_of_a_killed_process_are_on_the_disk_before_its_run_goes_on() {
        let path = std::env::temp_dir().join(format!("gen-durable-orphan-{}.db", std::process::id()));
        let store = Shared::open(&path, &SqliteOptions::new()).unwrap();
        let name = Name::new("order", "7").unwrap();
        store.insert(&name, "null").wait().unwrap();
        let killed = store.submit(Safety::Later, |connection| {
            Ok(connection.execute("UPDATE runs SET lease = 'dead-0'", [])?)
        });
        assert_eq!(killed.wait().unwrap(), 1);
        let take = |safety| store.take(&name, Taker::Journal, safety);
        assert!(matches!(take(Safety::Later).wait().unwrap(), Claim::Orphaned));
        let mut taken = None;
        assert!(waits_for_disk(&store, || taken = Some(take(Safety::Safe))));
        assert!(matches!(taken.unwrap().wait().unwrap(), Claim::Taken(_)));
        drop(store);
        std::fs::remove_file(path).unwrap();
    }
}
