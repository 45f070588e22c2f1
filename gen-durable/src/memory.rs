//! [`MemoryJournal`]: a journal for tests.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

use serde::de::DeserializeOwned;
use serde::Serialize;

use crate::clock::{self, WallClock};
use crate::error::StepFailed;
use crate::journal::{Command, Outcome, Ticket, What};
use crate::record::Record;
use crate::recorded::{forward_journal, End, Recorded, SentSignal, Store};
use crate::step::decoded;

/// The entries of a journal in memory. Clones share them.
///
/// A test cuts them, as a kill would, and runs the coroutine again:
///
/// ```
/// use gen::yield_;
/// use gen_durable::{step, MemoryJournal, Records};
///
/// #[gen::coroutine]
/// fn body() -> gen::Result<u32> {
///     let one = yield_!(step("one", || async { Ok(1) }))?;
///     let two = yield_!(step("two", || async { Ok(2) }))?;
///     Ok(one + two)
/// }
/// let run = |records: &Records| {
///     gen::run_sync(gen_durable::run(body(), MemoryJournal::new(records)))
/// };
///
/// let whole = Records::new();
/// assert_eq!(run(&whole).unwrap(), 3);
/// for len in 0..whole.len() {
///     let cut = whole.cut(len);
///     assert_eq!(run(&cut).unwrap(), 3);
///     assert_eq!(cut, whole);
/// }
/// ```
#[derive(Clone, Default)]
pub struct Records(Arc<Mutex<Contents>>);

#[derive(Default)]
struct Contents {
    records: Vec<Record>,
    signals: Vec<SentSignal>,
    /// By body and key: the ends of the runs that the test plays, and their times.
    ends: BTreeMap<(String, String), (u64, Outcome)>,
    /// The task of the run that waits for signals or ends.
    waiting: Option<Waker>,
    /// The clock by which signals are sent, if it is not that of the system.
    clock: Option<WallClock>,
}

impl Records {
    /// No entries.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// No entries. Signals are sent by that clock.
    pub(crate) fn by_clock(clock: WallClock) -> Self {
        Records(Arc::new(Mutex::new(Contents { clock: Some(clock), ..Contents::default() })))
    }

    /// The number of entries.
    #[must_use]
    pub fn len(&self) -> usize {
        self.lock().records.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// A copy of the first `len` entries, and of all signals and answers: their senders do not send
    /// them again.
    #[must_use]
    pub fn cut(&self, len: usize) -> Self {
        let contents = self.lock();
        let records = contents.records.iter().take(len).cloned().collect();
        let (signals, ends) = (contents.signals.clone(), contents.ends.clone());
        let clock = contents.clock.clone();
        Records(Arc::new(Mutex::new(Contents { records, signals, ends, waiting: None, clock })))
    }

    /// Sends a [signal](fn@crate::signal) to the coroutine with these records.
    ///
    /// It is kept until the coroutine waits for it, in this run or in a later one. Signals are not
    /// among the entries that [`len`](Self::len) counts.
    ///
    /// # Errors
    ///
    /// The value cannot be written as JSON, or is too large for an entry of a journal.
    pub fn send_signal<T: Serialize + ?Sized>(&self, name: &str, value: &T) -> gen::Result {
        let signal = SentSignal::sent_at(self.now(), name, value)?;
        self.change(|contents| contents.signals.push(signal));
        Ok(())
    }

    /// Plays the other run of a [`call`](fn@crate::call) with this body and key: it ends with this
    /// value.
    ///
    /// The answer may come before the call. The first one of a body and a key stays.
    ///
    /// ```
    /// use gen::yield_;
    /// use gen_durable::{call, MemoryJournal, Records, StepFailed};
    ///
    /// #[gen::coroutine]
    /// fn order(id: u32) -> gen::Result<String> {
    ///     let paid = yield_!(call::<u32>("charge", format!("order {id}"), &30));
    ///     Ok(paid.map_or("unpaid".into(), |euros| format!("{euros} euros are paid")))
    /// }
    /// let run = |records: &Records| {
    ///     gen::run_sync(gen_durable::run(order(7), MemoryJournal::new(records)))
    /// };
    /// let records = Records::new();
    /// records.answer_call("charge", "order 7", &30)?;
    /// assert_eq!(run(&records)?, "30 euros are paid");
    ///
    /// let records = Records::new();
    /// records.fail_call("charge", "order 7", StepFailed::new("the card is empty"));
    /// assert_eq!(run(&records)?, "unpaid");
    /// # Ok::<(), gen::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// The value cannot be written as JSON.
    pub fn answer_call<T: Serialize + ?Sized>(&self, body: &str, key: &str, value: &T) -> gen::Result {
        self.end_call(body, key, Outcome::Value(serde_json::to_string(value)?));
        Ok(())
    }

    /// As [`answer_call`](Self::answer_call): the other run ends with this error.
    pub fn fail_call(&self, body: &str, key: &str, error: StepFailed) {
        self.end_call(body, key, Outcome::Failed(error));
    }

    fn end_call(&self, body: &str, key: &str, outcome: Outcome) {
        let at = self.now();
        let name = (body.to_owned(), key.to_owned());
        self.change(|contents| {
            contents.ends.entry(name).or_insert((at, outcome));
        });
    }

    /// The time at which a test sends something.
    fn now(&self) -> u64 {
        let virtual_clock = self.lock().clock.as_ref().map(WallClock::now_here);
        virtual_clock.unwrap_or_else(clock::millis_now)
    }

    /// Changes the contents, and wakes the run that waits for that.
    fn change(&self, change: impl FnOnce(&mut Contents)) {
        let waiting = {
            let mut contents = self.lock();
            change(&mut contents);
            contents.waiting.take()
        };
        if let Some(waker) = waiting {
            waker.wake();
        }
    }

    /// The calls and starts of other runs that are recorded, in the order in which they were
    /// issued.
    #[must_use]
    pub fn calls(&self) -> Vec<What> {
        let is_call = |what: &What| matches!(what, What::Call { .. } | What::Start { .. });
        let contents = self.lock();
        let commands = contents.records.iter().filter_map(Record::command);
        commands.map(|command| command.what.clone()).filter(is_call).collect()
    }

    /// The calls whose runs were cancelled, because this run was cancelled while it waited for
    /// them.
    #[must_use]
    pub fn cancelled_calls(&self) -> Vec<What> {
        let contents = self.lock();
        let commands: Vec<&Command> = contents.records.iter().filter_map(Record::command).collect();
        let tickets = contents.records.iter().flat_map(Record::calls_cancelled);
        tickets.filter_map(|ticket| Some(commands.get(ticket.0 as usize)?.what.clone())).collect()
    }

    /// The [state](fn@crate::set_state) of this name that the run shows.
    ///
    /// # Errors
    ///
    /// [`StepFailed`] if it has another type.
    pub fn state<T: DeserializeOwned>(&self, name: &str) -> gen::Result<Option<T>> {
        let value = {
            let contents = self.lock();
            let mut commands = contents.records.iter().rev().filter_map(Record::command);
            commands.find_map(|command| match &command.what {
                What::SetState { name: set, value } if set == name => Some(value.clone()),
                _ => None,
            })
        };
        let outcome = value.map_or_else(Outcome::nothing, Outcome::Value);
        Ok(decoded(outcome, || format!("the state `{name}` has another type"))?)
    }

    /// The labels of the steps whose outcome is recorded, in the order of their ends.
    #[must_use]
    pub fn steps(&self) -> Vec<String> {
        let records = &self.lock().records;
        let commands: Vec<&Command> = records.iter().filter_map(Record::command).collect();
        let done = records.iter().filter_map(Record::done);
        done.filter_map(|ticket| commands.get(ticket.0 as usize)?.label()).map(str::to_owned).collect()
    }

    /// The names of the signals that were sent, in their order, with those that the coroutine has
    /// got.
    #[must_use]
    pub fn signals(&self) -> Vec<String> {
        self.lock().signals.iter().map(|signal| signal.name().to_owned()).collect()
    }

    /// A copy of a journal that is kept elsewhere.
    #[cfg(feature = "sqlite")]
    pub(crate) fn copied(records: Vec<Record>, signals: Vec<SentSignal>) -> Self {
        Records(Arc::new(Mutex::new(Contents { records, signals, ..Contents::default() })))
    }

    fn lock(&self) -> MutexGuard<'_, Contents> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl PartialEq for Records {
    fn eq(&self, other: &Self) -> bool {
        // Never both locks at once: another thread may compare the same two the other way round.
        Arc::ptr_eq(&self.0, &other.0) || {
            let records = self.lock().records.clone();
            records == other.lock().records
        }
    }
}

impl fmt::Debug for Records {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.lock().records.iter()).finish()
    }
}

/// A journal whose entries are [`Records`] in memory, for tests.
///
/// It does the same as a [`FileJournal`](crate::FileJournal). A journal is for one run, and the
/// next run gets a new one of the same records.
#[derive(Debug)]
pub struct MemoryJournal(Recorded<MemoryStore>);

#[derive(Debug)]
pub(crate) struct MemoryStore {
    records: Records,
    /// The number of signals that the run has got.
    signals: usize,
    /// The calls that wait, and the bodies and keys of their runs.
    watched: BTreeMap<Ticket, (String, String)>,
}

impl MemoryJournal {
    /// Makes a journal that replays these entries, and then adds to them.
    #[must_use]
    pub fn new(records: &Records) -> Self {
        let (store, replay) = MemoryStore::open(records);
        MemoryJournal(Recorded::new(store, replay))
    }
}

impl MemoryStore {
    /// With the entries that are there.
    pub(crate) fn open(records: &Records) -> (Self, Vec<Record>) {
        let replay = records.lock().records.clone();
        (MemoryStore { records: records.clone(), signals: 0, watched: BTreeMap::new() }, replay)
    }

    /// Looks at the contents. The task of `cx` is woken when they change.
    fn look<R>(&self, cx: &Context<'_>, look: impl FnOnce(&Contents) -> R) -> R {
        let waker = cx.waker().clone();
        let mut contents = self.records.lock();
        let before = contents.waiting.replace(waker);
        let seen = look(&contents);
        drop(contents);
        // A waker may run anything when it is dropped.
        drop(before);
        seen
    }
}

impl Store for MemoryStore {
    fn append(&mut self, record: &Record) -> gen::Result {
        self.records.lock().records.push(record.clone());
        Ok(())
    }

    fn poll_sync(&mut self, _cx: &Context<'_>) -> Poll<gen::Result> {
        Poll::Ready(Ok(()))
    }

    fn poll_signals(&mut self, cx: &Context<'_>) -> gen::Result<Vec<SentSignal>> {
        let signals = self.look(cx, |contents| contents.signals[self.signals..].to_vec());
        self.signals += signals.len();
        Ok(signals)
    }

    fn watch(&mut self, call: Ticket, what: &What) -> gen::Result {
        if let What::Call { body, key, .. } = what {
            self.watched.insert(call, (body.clone(), key.clone()));
        }
        Ok(())
    }

    fn poll_ends(&mut self, cx: &Context<'_>) -> gen::Result<Vec<End>> {
        let ends: Vec<End> = self.look(cx, |contents| {
            let ended = self.watched.iter().filter_map(|(call, name)| {
                let (at, outcome) = contents.ends.get(name)?;
                Some((*call, *at, outcome.clone()))
            });
            ended.collect()
        });
        ends.iter().for_each(|(call, ..)| drop(self.watched.remove(call)));
        Ok(ends)
    }
}

forward_journal!(MemoryJournal);
