//! The calls between runs: how a run begins another one, cancels it, and hears of its end.
//!
//! A call adds the row of the other run in the transaction of the caller's entry, so neither is
//! there without the other. The other run then is a run like any other: it does not know who has
//! called it. Its end is an entry of its own, and nothing else is written for its callers, of which
//! there may be many. So a caller that goes on in a later process finds the end there.
//!
//! | event | a caller that waits, in this process |
//! |---|---|
//! | waits for the first time | adds a *watch*, and gets the end after that transaction if there is one |
//! | the other run ends in this process, or is removed | gets the end after that transaction |
//! | another process has written to the file | gets the end if there is one: see `writer.rs` |
//! | is gone | its watch is dropped at the next look at that run |

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use rusqlite::Connection;

use super::error::StoreError;
use super::live::{LiveRuns, Mailbox};
use super::rows::{self, Name, Row};
use crate::error::StepFailed;
use crate::journal::{Outcome, Ticket};
use crate::record::{Record, MAX_JSON};

/// A run that another one begins.
#[derive(Debug, Clone)]
pub(super) struct Callee {
    pub(super) name: Name,
    /// As JSON.
    pub(super) arguments: String,
    /// When it begins, in milliseconds since 1970, if that is later.
    pub(super) begins: Option<u64>,
}

/// The end of a run, and its time in milliseconds since 1970. An error if it cannot be read.
pub(super) type Ended = gen::Result<(u64, Outcome)>;

/// The runs for whose ends this process waits.
#[derive(Debug, Default)]
pub(super) struct Watches(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    watched: BTreeMap<Name, Vec<Watch>>,
    /// Those at which the thread of the store has to look.
    news: BTreeSet<Name>,
    /// It has to look at all.
    are_all_news: bool,
}

/// A wait for the end of a run: a call of another run, or a follower.
#[derive(Debug, Clone)]
struct Watch {
    mailbox: Weak<Mailbox>,
    ticket: Ticket,
}

impl Watches {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.lock().watched.is_empty()
    }

    /// This process has ended the run, or removed it.
    pub(super) fn note(&self, name: &Name) {
        let mut state = self.lock();
        if state.watched.contains_key(name) {
            state.news.insert(name.clone());
        }
    }

    /// Another process may have ended any run.
    pub(super) fn note_all(&self) {
        self.lock().are_all_news = true;
    }

    /// Adds a watch, which the next [`tell`](Self::tell) looks at first. The end of the run may be
    /// in the transaction that is open now, which may still be undone.
    fn add(&self, name: &Name, ticket: Ticket, mailbox: &Arc<Mailbox>) {
        let watch = Watch { mailbox: Arc::downgrade(mailbox), ticket };
        let mut state = self.lock();
        state.watched.entry(name.clone()).or_default().push(watch);
        state.news.insert(name.clone());
    }

    /// Tells the ends of the runs at which it is time to look.
    ///
    /// # Errors
    ///
    /// An error that may pass. The next call looks again at the runs that are left.
    pub(super) fn tell(&self, connection: &Connection) -> gen::Result {
        let mut news = self.take_news();
        while let Some(name) = news.first() {
            match end_of(connection, name) {
                Some(Err(error)) if !is_lasting(&error) => {
                    self.lock().news.append(&mut news);
                    return Err(error);
                }
                Some(end) => self.tell_end(name, &end),
                None => self.drop_gone(name),
            }
            news.pop_first();
        }
        Ok(())
    }

    fn take_news(&self) -> BTreeSet<Name> {
        let mut state = self.lock();
        let named = std::mem::take(&mut state.news);
        match std::mem::take(&mut state.are_all_news) {
            true => state.watched.keys().cloned().collect(),
            false => named,
        }
    }

    fn tell_end(&self, name: &Name, end: &Ended) {
        let watches = self.lock().watched.remove(name).unwrap_or_default();
        for watch in watches {
            if let Some(mailbox) = watch.mailbox.upgrade() {
                mailbox.tell_end(watch.ticket, end.clone());
            }
        }
    }

    fn drop_gone(&self, name: &Name) {
        let mut state = self.lock();
        if let Some(watches) = state.watched.get_mut(name) {
            watches.retain(|watch| watch.mailbox.strong_count() > 0);
            if watches.is_empty() {
                state.watched.remove(name);
            }
        }
    }
}

/// Whether an error is that of the entry itself, so that the end can never be read.
fn is_lasting(error: &gen::Error) -> bool {
    use StoreError::{Damaged, LaterVersion, TooLarge};
    matches!(error.downcast_ref(), Some(Damaged { .. } | LaterVersion | TooLarge { .. }))
}

/// Tells `mailbox` of the end of the run: after this transaction, or when it comes.
pub(super) fn watch(live: &LiveRuns, name: &Name, ticket: Ticket, mailbox: &Arc<Mailbox>) {
    live.watches.add(name, ticket, mailbox);
    live.note_news();
}

/// The end of a run. One that someone has removed has failed, as its caller sees it: its result may
/// be lost, and to do it again might do it twice.
fn end_of(connection: &Connection, name: &Name) -> Option<Ended> {
    try_end_of(connection, name).transpose()
}

fn try_end_of(connection: &Connection, name: &Name) -> gen::Result<Option<(u64, Outcome)>> {
    let Some(row) = rows::find(connection, name)? else {
        let failed = StepFailed::new(format!("the {} was removed", name.text()));
        return Ok(Some((0, Outcome::Failed(failed))));
    };
    let Some(ended) = row.ended else { return Ok(None) };
    Ok(Some((u64::try_from(ended).unwrap_or_default(), rows::outcome(connection, &row)?)))
}

/// Cancels the run of a call, because its caller is cancelled. A run hears of this once: others may
/// wait for it, too, and in a circle its own cancellation comes back to it. A second one would
/// break its clean-up.
pub(super) fn cancel_called(
    connection: &Connection,
    live: &LiveRuns,
    row: &Row,
    reason: &str,
) -> gen::Result {
    if row.cancel.is_some() || rows::was_cancelled(connection, row.id)? {
        return Ok(());
    }
    cancel(connection, live, row, reason)
}

/// Asks for the cancellation of a run. One that has not begun, because it is delayed, has ended
/// with it.
///
/// A reason that is too large for an entry is refused: the run could never record it, and so could
/// never go on.
pub(super) fn cancel(connection: &Connection, live: &LiveRuns, row: &Row, reason: &str) -> gen::Result {
    if row.ended.is_some() {
        return Ok(());
    }
    let size = serde_json::to_vec(&Record::Cancelled(reason.to_owned()))?.len();
    if size > MAX_JSON {
        return Err(StoreError::too_large(format!("the reason of a cancellation has {size} bytes")));
    }
    if row.begins.is_some() {
        let failed = StepFailed::new(format!("cancelled: {reason}")).with_code(StepFailed::CANCELLED);
        let end = serde_json::to_string(&Record::Ended(Outcome::Failed(failed).limited()))?;
        rows::end_before_begin(connection, row.id, &end)?;
        live.note_end(&row.name);
    } else {
        rows::ask_to_cancel(connection, row.id, reason)?;
        live.note_news();
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::task::{Context, Waker};
    use std::time::Duration;

    use super::super::job::Safety;
    use super::super::shared::Shared;
    use super::super::{resume_all, Bodies, SqliteOptions};
    use super::*;

    fn path(name: &str) -> std::path::PathBuf {
        std::env::temp_dir().join(format!("gen-durable-{name}-{}.db", std::process::id()))
    }

    fn cx() -> Context<'static> {
        Context::from_waker(Waker::noop())
    }

    #[test]
    fn a_run_that_is_delayed_for_long_has_one_watch() {
        #[gen::coroutine]
        fn letter() -> gen::Result {
            Ok(())
        }
        let path = path("one-watch");
        let store = SqliteOptions::new().survive_power_cut(false).open(&path).unwrap();
        let name = Name::new("letter", "7").unwrap();
        let now = crate::clock::millis_now();
        let (delayed, begins) = (name.clone(), now + 86_400_000);
        let insert = move |connection: &Connection| rows::insert(connection, &delayed, "null", Some(begins));
        store.0.submit(Safety::Safe, insert).wait().unwrap();
        let watches = || store.0.live.watches.lock().watched.get(&name).map(Vec::len);
        gen::IoLoop::with_clock(gen::VirtualClock::new())
            .run_sync(async {
                let runs = resume_all(&store, Bodies::new().body("letter", |()| letter()))?;
                // The follower looks at the clock after a minute.
                gen::sleep(Duration::from_secs(3600)).await?;
                assert_eq!(watches(), Some(1));
                runs.get("letter", "7")?.result::<()>().await
            })
            .unwrap();
        assert_eq!(watches(), None);
        drop(store);
        std::fs::remove_file(path).unwrap();
    }

    #[test]
    fn a_caller_hears_of_the_end_after_an_error_that_has_passed() {
        let path = path("transient");
        let store = Shared::open(&path, &SqliteOptions::new()).unwrap();
        let (watches, name) = (Watches::default(), Name::new("charge", "7").unwrap());
        let mailbox = Arc::<Mailbox>::default();
        watches.add(&name, Ticket(0), &mailbox);
        let fails = Connection::open_in_memory().unwrap();
        watches.tell(&fails).unwrap_err();
        assert!(mailbox.take_ends(&cx()).is_empty());
        // Its run is not there, so it was removed.
        watches.tell(&Connection::open(&path).unwrap()).unwrap();
        assert!(matches!(&mailbox.take_ends(&cx())[..], [(Ticket(0), Ok(_))]));
        drop(store);
        std::fs::remove_file(path).unwrap();
    }

    #[test]
    fn a_caller_hears_of_no_end_that_a_rollback_takes_back() {
        let path = path("uncommitted");
        let store = Shared::open(&path, &SqliteOptions::new()).unwrap();
        let name = Name::new("charge", "7").unwrap();
        store.insert(&name, "null").wait().unwrap();
        let mailbox = Arc::<Mailbox>::default();
        let (live, watcher) = (Arc::clone(&store.live), Arc::clone(&mailbox));
        let ended = r#"{"ended":{"value":"7"}}"#;
        let in_transaction = store.submit(Safety::Safe, move |connection| {
            let run = rows::find(connection, &name)?.map(|row| row.id).unwrap_or_default();
            rows::end_before_begin(connection, run, ended)?;
            live.note_end(&name);
            watch(&live, &name, Ticket(0), &watcher);
            Ok(watcher.take_ends(&cx()).len())
        });
        assert_eq!(in_transaction.wait().unwrap(), 0, "the transaction is not finished yet");
        assert_eq!(mailbox.take_ends(&cx()).len(), 1);
        drop(store);
        std::fs::remove_file(path).unwrap();
    }
}
