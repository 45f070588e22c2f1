//! [`SqliteJournal`]: the journal of one run of a store.

use std::fmt;
use std::mem;
use std::sync::Arc;
use std::task::{ready, Context, Poll};

use serde::{Deserialize, Serialize};

use super::error::StoreError;
use super::live::LiveRun;
use super::rows::{self, News, MAX_RUN};
use super::writer::{Reply, Safety};
use super::Shared;
use crate::inbox::Signal;
use crate::journal::{Awaited, Command, Event, Journal, Outcome, Ticket};
use crate::record::{Record, MAX_JSON};
use crate::recorded::{Recorded, Store, Wait};

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
pub struct SqliteJournal(Recorded<Rows>);

/// A run that this process has taken.
pub(super) struct Taken {
    pub(super) live: LiveRun,
    pub(super) arguments: String,
    pub(super) records: Vec<Record>,
    /// The bytes of the records.
    pub(super) size: u64,
}

impl Taken {
    pub(super) fn run(&self) -> i64 {
        self.live.run
    }
}

impl SqliteJournal {
    pub(super) fn new(store: Arc<Shared>, taken: Taken) -> Self {
        let Taken { live, records, size, .. } = taken;
        let from = i64::try_from(records.len()).unwrap_or(i64::MAX);
        let rows = Rows {
            store,
            live,
            from,
            size,
            news: News::default(),
            replies: Vec::new(),
            shown: Shown::default(),
            look: None,
        };
        SqliteJournal(Recorded::new(rows, records))
    }
}

/// The place of the entries of one run. The run is given back before the store may be closed, so
/// it is the first field.
struct Rows {
    live: LiveRun,
    store: Arc<Shared>,
    /// The number of entries that were given to the writer.
    from: i64,
    /// The bytes of all entries.
    size: u64,
    /// Those that were not given to the writer yet.
    news: News,
    /// The replies to all that was given to it, in order.
    replies: Vec<Reply<()>>,
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

impl Rows {
    fn submit(&mut self, safety: Safety) -> Reply<()> {
        let news = mem::take(&mut self.news);
        let (run, from, token) = (self.live.run, self.from, self.store.token().to_owned());
        self.from += i64::try_from(news.records.len()).unwrap_or(i64::MAX);
        let mailbox = Arc::clone(&self.live.mailbox);
        self.store.submit(safety, move |connection| {
            rows::write(connection, run, &token, from, &news)?;
            if news.is_cancelled {
                mailbox.rearm();
            }
            Ok(())
        })
    }
}

impl Store for Rows {
    fn append(&mut self, record: &Record) -> gen::Result {
        let json = serde_json::to_string(record)?;
        self.size += json.len() as u64;
        if json.len() > MAX_JSON {
            return Err(StoreError::too_large(format!("an entry has {} bytes", json.len())));
        }
        if self.size > MAX_RUN {
            return Err(StoreError::too_large(format!("the entries of the run have {} bytes", self.size)));
        }
        self.news.records.push(json);
        self.news.is_cancelled |= matches!(record, Record::Cancelled(_));
        self.news.is_ended |= matches!(record, Record::Ended(_));
        Ok(())
    }

    fn poll_sync(&mut self, cx: &Context<'_>) -> Poll<gen::Result> {
        if !self.news.is_empty() {
            let reply = self.submit(Safety::Safe);
            self.replies.push(reply);
        }
        while let Some(first) = self.replies.first() {
            let told = ready!(first.poll(cx));
            self.replies.remove(0);
            told?;
        }
        Poll::Ready(Ok(()))
    }

    fn suspended(&mut self, number: usize, waits: &mut dyn Iterator<Item = Wait<'_>>) -> gen::Result {
        let waits: Vec<Wait<'_>> = waits.take(MAX_WAITS).collect();
        let shown = Shown { number, first: waits.iter().map(|(ticket, ..)| *ticket).collect() };
        if shown == self.shown && self.news.is_empty() {
            return Ok(());
        }
        let stored = waits.iter().map(|(_, command, deadline)| StoredWait {
            what: command.what.to_string(),
            at: command.at.to_string(),
            until: *deadline,
        });
        let stored = StoredWaits { number, first: stored.collect() };
        self.shown = shown;
        self.news.waits = Some(serde_json::to_string(&stored)?);
        let reply = self.submit(Safety::Later);
        self.replies.push(reply);
        Ok(())
    }

    fn poll_signals(&mut self, cx: &Context<'_>) -> gen::Result<Vec<Signal>> {
        self.live.mailbox.take_signals(cx)
    }

    fn poll_all_signals_came(&mut self, cx: &Context<'_>) -> Poll<gen::Result> {
        let look = match &self.look {
            Some(look) => look,
            None => self.look.insert(self.store.look()),
        };
        let looked = ready!(look.poll(cx));
        self.look = None;
        Poll::Ready(looked)
    }

    fn take_cancel(&mut self, cx: &Context<'_>) -> Option<String> {
        self.live.mailbox.take(cx)
    }
}

impl fmt::Debug for Rows {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Rows").field("run", &self.live.run).finish_non_exhaustive()
    }
}

crate::recorded::forward_journal!(SqliteJournal);
