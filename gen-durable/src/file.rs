//! [`FileJournal`]: a journal in a file of its own.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::Path;
use std::task::{Context, Poll};

use fs4::{FileExt, TryLockError};
use gen::Context as _;

use crate::error::FileError;
use crate::frames::{self, HEADER};
use crate::journal::{Awaited, Command, Event, Journal, Outcome, Ticket};
use crate::record::Record;
use crate::recorded::{Recorded, Store};

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
/// on. If the process is killed or the machine loses power in the middle of an entry, the entry is
/// lost, and the next run begins before it. So a step whose outcome was not written runs again.
///
/// # Limits
///
/// - Only its owner may read the file (on Unix). The journal contains the values of all steps.
/// - The file is locked while the journal is open, against other processes and against a second
///   `FileJournal` of this one. The lock is advisory, and some network file systems have none.
/// - An entry has at most 16 MiB. A larger outcome is replaced by a
///   [`StepFailed`](crate::StepFailed) that says so.
/// - A file has at most [`MAX_FILE`](Self::MAX_FILE) bytes, and is read into memory.
/// - It writes in the thread of the driver, and waits for the disk.
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
}

#[derive(Debug)]
struct FileStore {
    file: File,
    size: u64,
}

impl FileStore {
    fn open(path: &Path) -> gen::Result<FileJournal> {
        let mut file = open_private(path)?;
        FileExt::try_lock(&file).map_err(|error| match error {
            TryLockError::WouldBlock => gen::Error::from(FileError::Locked),
            TryLockError::Error(error) => error.into(),
        })?;
        let mut bytes = Vec::new();
        Read::by_ref(&mut file).take(FileJournal::MAX_FILE + 1).read_to_end(&mut bytes)?;
        if bytes.len() as u64 > FileJournal::MAX_FILE {
            return Err(FileError::TooLarge.into());
        }
        let (records, whole) = frames::parse(&bytes)?;
        let store = FileStore::after(file, whole, bytes.len(), path)?;
        Ok(FileJournal(Recorded::new(store, records)))
    }

    /// Cuts a torn end off, and begins a new file.
    fn after(mut file: File, whole: usize, size: usize, path: &Path) -> io::Result<Self> {
        if whole < size {
            file.set_len(whole as u64)?;
        }
        file.seek(SeekFrom::Start(whole as u64))?;
        let mut store = FileStore { file, size: whole as u64 };
        if whole == 0 {
            store.write(HEADER)?;
            sync_folder(path)?;
        }
        Ok(store)
    }

    /// Writes at the end. An error ends the run. If a full disk has taken a part of the bytes, then
    /// the next run finds it as a torn end.
    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.file.write_all(bytes)?;
        self.size += bytes.len() as u64;
        Ok(())
    }
}

impl Store for FileStore {
    fn append(&mut self, record: &Record) -> gen::Result {
        let frame = frames::frame(record)?;
        if self.size + frame.len() as u64 > FileJournal::MAX_FILE {
            return Err(FileError::TooLarge.into());
        }
        self.write(&frame).context("cannot write to the journal")
    }

    fn sync(&mut self) -> gen::Result {
        self.file.sync_data().context("cannot write to the journal")
    }
}

/// Opens a file that only its owner may read.
fn open_private(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// Makes the name of a new file safe.
fn sync_folder(path: &Path) -> io::Result<()> {
    if cfg!(unix) {
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
        File::open(folder.unwrap_or(Path::new(".")))?.sync_all()?;
    }
    Ok(())
}

crate::recorded::forward_journal!(FileJournal);
