//! [`FileJournal`]: a journal in a file of its own.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::Path;
use std::task::{Context, Poll};

use fs4::{FileExt, TryLockError};
use gen::Context as _;
use serde::Serialize;

use crate::error::{FileError, StepFailed};
use crate::files::{open_private, sync_folder};
use crate::frames::{self, Batch, HEADER};
use crate::journal::Command;
use crate::record::Record;
use crate::recorded::{forward_journal, Recorded, SentSignal, Store};
use crate::signal_file::{self, SignalFile};

/// A journal in a file of its own, for one run of one coroutine.
///
/// The process may be killed at any moment. The next run continues with the same file:
///
/// ```
/// use gen::yield_;
/// use gen_durable::{step, FileJournal};
///
/// #[gen::coroutine]
/// fn order() -> gen::Result<String> {
///     let paid = yield_!(step("pay", || async { Ok("paid".to_owned()) }))?;
///     let sent = yield_!(step("send", || async { Ok("sent".to_owned()) }))?;
///     Ok(format!("{paid}, {sent}"))
/// }
///
/// # fn main() -> gen::Result {
/// # let file = std::env::temp_dir().join(format!("gen-durable-doc-{}", std::process::id()));
/// # let path = &file;
/// let first = gen::run_sync(gen_durable::run(order(), FileJournal::open(path)?))?;
/// // The steps do not run again.
/// let second = gen::run_sync(gen_durable::run(order(), FileJournal::open(path)?))?;
/// assert_eq!((first.as_str(), second.as_str()), ("paid, sent", "paid, sent"));
/// # std::fs::remove_file(path)?;
/// # Ok(())
/// # }
/// ```
///
/// # What is safe when
///
/// The outcome of a step, a deadline and a cancellation are on the disk before the coroutine goes
/// on. The entries in between are written with them. If the process is killed or the machine loses
/// power meanwhile, these last entries are lost, whichever parts of them have reached the disk, and
/// the next run begins before them. So a step whose outcome was not written runs again.
///
/// # Signals
///
/// [`send_signal`](Self::send_signal) writes a [signal](fn@crate::signal) into a second file beside
/// the journal, whose name ends with `.signals`. It may be called in any process.
///
/// # Limits
///
/// - Only its owner may read the files (on Unix). The journal contains the values of all steps.
/// - The file is locked while the journal is open, against other processes and against a second
///   `FileJournal` of this one. The lock is advisory, and some network file systems have none.
/// - An entry has at most 16 MiB. A larger outcome is replaced by a
///   [`StepFailed`](crate::StepFailed) that says so.
/// - A file has at most [`MAX_FILE`](Self::MAX_FILE) bytes, and is read into memory.
/// - It writes in the thread of the driver, and waits for the disk.
/// - There are no other runs, so a [`call`](fn@crate::call) or a [`start`](fn@crate::start) ends
///   the run with an error, and writes nothing. A [`SqliteStore`](crate::SqliteStore) has them.
/// - Only the coroutine itself sees its [states](fn@crate::set_state).
#[derive(Debug)]
pub struct FileJournal(Recorded<FileStore>);

impl FileJournal {
    /// The size of the largest file, in bytes.
    pub const MAX_FILE: u64 = 1 << 30;

    /// Opens the journal of a run, and makes it if it is not there.
    ///
    /// # Errors
    ///
    /// [`FileError`], and the errors of the file system. The file is not changed.
    pub fn open(path: impl AsRef<Path>) -> gen::Result<Self> {
        let path = path.as_ref();
        let opened = FileStore::open(path);
        opened.with_context(|| format!("cannot open the journal {}", path.display()))
    }

    /// Sends a [signal](fn@crate::signal) to the coroutine whose journal is at `path`, in this
    /// process or in another one.
    ///
    /// The signal is on the disk when this returns, and is kept until the coroutine waits for it,
    /// in this run or in a later one. A coroutine that waits in this process is woken at once, and
    /// one in another process within half a second.
    ///
    /// ```
    /// use gen::yield_;
    /// use gen_durable::{signal, FileJournal};
    ///
    /// #[gen::coroutine]
    /// fn approval() -> gen::Result<String> {
    ///     yield_!(signal("approved by"))
    /// }
    ///
    /// # fn main() -> gen::Result {
    /// # let name = format!("gen-durable-signal-{}", std::process::id());
    /// # let path = &std::env::temp_dir().join(name);
    /// let journal = FileJournal::open(path)?;
    /// // Usually in another program.
    /// FileJournal::send_signal(path, "approved by", "Ada")?;
    /// assert_eq!(gen::run_sync(gen_durable::run(approval(), journal))?, "Ada");
    /// # std::fs::remove_file(path)?;
    /// # std::fs::remove_file(path.with_extension("signals"))?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// A new journal begins without signals: those that were sent to a journal that is gone are
    /// removed. If the file of that name holds something else, the journal cannot be opened. A
    /// coroutine that has ended takes no signals, and they stay in the file.
    ///
    /// # Errors
    ///
    /// There is no journal at `path`; [`FileError`], and the errors of the file system; the value
    /// cannot be written as JSON, or is too large for an entry. Then nothing was sent.
    pub fn send_signal<T>(path: impl AsRef<Path>, name: &str, value: &T) -> gen::Result
    where
        T: Serialize + ?Sized,
    {
        let path = path.as_ref();
        let sent = SentSignal::new(name, value).and_then(|signal| signal_file::send(path, &signal));
        sent.with_context(|| format!("cannot send the signal `{name}` to the journal {}", path.display()))
    }
}

#[derive(Debug)]
struct FileStore {
    file: File,
    /// The bytes that were written.
    size: u64,
    /// The records that were not written yet.
    batch: Batch,
    signals: SignalFile,
}

impl FileStore {
    fn open(path: &Path) -> gen::Result<FileJournal> {
        let mut file = open_private(path)?;
        FileExt::try_lock(&file).map_err(|error| match error {
            TryLockError::WouldBlock => gen::Error::from(FileError::Locked),
            TryLockError::Error(error) => error.into(),
        })?;
        let bytes = read_whole(&mut file)?;
        let (records, whole) = frames::parse(HEADER, &bytes)?;
        let store = FileStore::after(file, whole, bytes.len(), path)?;
        Ok(FileJournal(Recorded::new(store, records)))
    }

    /// Cuts a torn end off, and begins a new file.
    fn after(mut file: File, whole: usize, size: usize, path: &Path) -> gen::Result<Self> {
        if whole < size {
            file.set_len(whole as u64)?;
        }
        file.seek(SeekFrom::Start(whole as u64))?;
        let signals = SignalFile::of(path)?;
        let mut store = FileStore { file, size: whole as u64, batch: Batch::new(), signals };
        if whole == 0 {
            store.signals.remove()?;
            // A run whose header is lost begins again, and would remove signals that are safe.
            store.write(HEADER)?;
            sync_folder(path)?;
        } else {
            // A process that was killed may have written its last entries, and not synced them.
            store.file.sync_data()?;
        }
        Ok(store)
    }

    /// Writes at the end, and waits until it is on the disk. An error ends the run. If a full disk
    /// has taken a part of the bytes, then the next run finds it as a torn end.
    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.file.write_all(bytes)?;
        self.size += bytes.len() as u64;
        self.file.sync_data()
    }

    fn write_batch(&mut self) -> gen::Result {
        if self.batch.is_empty() {
            return Ok(());
        }
        let frame = self.batch.take();
        self.write(&frame).context("cannot write to the journal")
    }
}

impl Drop for FileStore {
    /// Unlocks the file. To close it is not enough: a process that another thread is just starting
    /// has a copy of it until it runs its program, and the copy keeps the lock.
    fn drop(&mut self) {
        // If it fails, the file is closed all the same.
        let _ = FileExt::unlock(&self.file);
    }
}

impl Store for FileStore {
    fn append(&mut self, record: &Record) -> gen::Result {
        let json = frames::json(record)?;
        if self.batch.is_full_for(json.len()) {
            self.write_batch()?;
        }
        if self.size + self.batch.size_with(json.len()) as u64 > FileJournal::MAX_FILE {
            return Err(FileError::TooLarge.into());
        }
        self.batch.add(&json);
        Ok(())
    }

    fn poll_sync(&mut self, _cx: &Context<'_>) -> Poll<gen::Result> {
        Poll::Ready(self.write_batch())
    }

    fn poll_signals(&mut self, cx: &Context<'_>) -> gen::Result<Vec<SentSignal>> {
        self.signals.poll(cx).context("cannot read the signals of the journal")
    }

    fn refusal(&self, command: &Command) -> gen::Result<Option<StepFailed>> {
        gen::bail!(
            "a journal in a file is of one run, so it cannot do {command}: keep the runs in a `SqliteStore`"
        )
    }
}

/// Reads a file that is not larger than a journal may be.
pub(crate) fn read_whole(file: &mut File) -> gen::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    Read::by_ref(file).take(FileJournal::MAX_FILE + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > FileJournal::MAX_FILE {
        return Err(FileError::TooLarge.into());
    }
    Ok(bytes)
}

forward_journal!(FileJournal);
