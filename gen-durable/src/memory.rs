//! [`MemoryJournal`]: a journal for tests.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};

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
pub struct Records(Arc<Mutex<Vec<Record>>>);

impl Records {
    /// No entries.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The number of entries.
    #[must_use]
    pub fn len(&self) -> usize {
        self.lock().len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// A copy of the first `len` entries.
    #[must_use]
    pub fn cut(&self, len: usize) -> Self {
        Records(Arc::new(Mutex::new(self.lock().iter().take(len).cloned().collect())))
    }

    /// The labels of the steps whose outcome is recorded, in the order of their ends.
    #[must_use]
    pub fn steps(&self) -> Vec<String> {
        let records = self.lock();
        let commands: Vec<&Command> = records.iter().filter_map(Record::command).collect();
        let done = records.iter().filter_map(Record::done);
        done.filter_map(|ticket| commands.get(ticket.0 as usize)?.label()).map(str::to_owned).collect()
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Record>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl PartialEq for Records {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0) || *self.lock() == other.cut(usize::MAX).lock()[..]
    }
}

impl fmt::Debug for Records {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.lock().iter()).finish()
    }
}

/// A journal whose entries are [`Records`] in memory, for tests.
///
/// It does the same as a [`FileJournal`](crate::FileJournal). A journal is for one run, and the
/// next run gets a new one of the same records.
#[derive(Debug)]
pub struct MemoryJournal(Recorded<Records>);

impl MemoryJournal {
    /// Makes a journal that replays these entries, and then adds to them.
    #[must_use]
    pub fn new(records: &Records) -> Self {
        let replay = records.lock().clone();
        MemoryJournal(Recorded::new(records.clone(), replay))
    }
}

impl Store for Records {
    fn append(&mut self, record: &Record) -> gen::Result {
        self.lock().push(record.clone());
        Ok(())
    }

    fn sync(&mut self) -> gen::Result {
        Ok(())
    }
}

crate::recorded::forward_journal!(MemoryJournal);
