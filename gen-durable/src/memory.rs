//! [`MemoryJournal`]: a journal for tests.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

use serde::Serialize;

use crate::inbox::Signal;
use crate::journal::{Awaited, Command, Event, Journal, Outcome, Ticket};
use crate::record::Record;
use crate::recorded::{Recorded, Store};

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
    signals: Vec<Signal>,
    /// The task of the run that waits for signals.
    waiting: Option<Waker>,
}

impl Records {
    /// No entries.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
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

    /// A copy of the first `len` entries, and of all signals: their senders do not send them again.
    #[must_use]
    pub fn cut(&self, len: usize) -> Self {
        let contents = self.lock();
        let records = contents.records.iter().take(len).cloned().collect();
        let signals = contents.signals.clone();
        Records(Arc::new(Mutex::new(Contents { records, signals, waiting: None })))
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
        let signal = Signal::new(name, value)?;
        let waiting = {
            let mut contents = self.lock();
            contents.signals.push(signal);
            contents.waiting.take()
        };
        if let Some(waker) = waiting {
            waker.wake();
        }
        Ok(())
    }

    /// The labels of the steps whose outcome is recorded, in the order of their ends.
    #[must_use]
    pub fn steps(&self) -> Vec<String> {
        let records = &self.lock().records;
        let commands: Vec<&Command> = records.iter().filter_map(Record::command).collect();
        let done = records.iter().filter_map(Record::done);
        done.filter_map(|ticket| commands.get(ticket.0 as usize)?.label()).map(str::to_owned).collect()
    }

    /// The names of the signals that were sent, in their order, also of those that the coroutine has
    /// got.
    #[must_use]
    pub fn signals(&self) -> Vec<String> {
        self.lock().signals.iter().map(|signal| signal.name().to_owned()).collect()
    }

    /// A copy of a journal that is kept elsewhere.
    #[cfg(feature = "sqlite")]
    pub(crate) fn copied(records: Vec<Record>, signals: Vec<Signal>) -> Self {
        Records(Arc::new(Mutex::new(Contents { records, signals, waiting: None })))
    }

    fn lock(&self) -> MutexGuard<'_, Contents> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl PartialEq for Records {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0) || self.lock().records == other.cut(usize::MAX).lock().records
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
struct MemoryStore {
    records: Records,
    /// The number of signals that the run has got.
    signals: usize,
}

impl MemoryJournal {
    /// Makes a journal that replays these entries, and then adds to them.
    #[must_use]
    pub fn new(records: &Records) -> Self {
        let replay = records.lock().records.clone();
        MemoryJournal(Recorded::new(MemoryStore { records: records.clone(), signals: 0 }, replay))
    }
}

impl Store for MemoryStore {
    fn append(&mut self, record: &Record) -> gen::Result {
        self.records.lock().records.push(record.clone());
        Ok(())
    }

    fn sync(&mut self) -> gen::Result {
        Ok(())
    }

    fn poll_signals(&mut self, cx: &Context<'_>) -> gen::Result<Vec<Signal>> {
        let waker = cx.waker().clone();
        let mut contents = self.records.lock();
        let before = contents.waiting.replace(waker);
        let signals = contents.signals[self.signals..].to_vec();
        drop(contents);
        // A waker may run anything when it is dropped.
        drop(before);
        self.signals += signals.len();
        Ok(signals)
    }
}

crate::recorded::forward_journal!(MemoryJournal);
