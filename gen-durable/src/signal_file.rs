//! [`SignalFile`]: the file beside a journal, into which other processes write signals.
//!
//! | who | does |
//! |---|---|
//! | a sender | locks the file, cuts a torn end off, adds a frame, and makes it safe |
//! | the run | reads the frames behind those that it has read, without the lock |
//! | the run of a new journal | removes the file, which belongs to a journal that is gone |
//!
//! A frame that is being written looks like a torn end to the run, which then reads it later. The
//! file only grows, apart from torn ends.

use std::fs::{self, File};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{self, Path, PathBuf};
use std::sync::Arc;
use std::task::Context;

use fs4::FileExt;
use gen::Context as _;

use crate::error::FileError;
use crate::file::{read_whole, FileJournal};
use crate::files::{beside, open_private, sync_folder};
use crate::frames;
use crate::recorded::SentSignal;
use crate::watch::{self, Watched};

const HEADER: &[u8] = b"gen-durable signals 2\n";

fn path_of(journal: &Path) -> PathBuf {
    beside(journal, ".signals")
}

/// Writes a signal for the run of a journal.
pub(crate) fn send(journal: &Path, signal: &SentSignal) -> gen::Result {
    check_journal(journal)?;
    let frame = frames::frame(signal)?;
    let path = path_of(journal);
    let mut file = open_private(&path)?;
    // The drop of the file unlocks it.
    FileExt::lock(&file)?;
    let bytes = read_whole(&mut file)?;
    let (_, whole) = frames::parse::<SentSignal>(HEADER, &bytes)?;
    if (whole + HEADER.len() + frame.len()) as u64 > FileJournal::MAX_FILE {
        return Err(FileError::TooLarge.into());
    }
    file.set_len(whole as u64)?;
    file.seek(SeekFrom::Start(whole as u64))?;
    let header: &[u8] = if whole == 0 { HEADER } else { &[] };
    file.write_all(&[header, &frame].concat())?;
    file.sync_data()?;
    sync_folder(&path)?;
    watch::look();
    Ok(())
}

/// An error if no run has begun a journal there.
fn check_journal(path: &Path) -> gen::Result {
    let mut start = Vec::new();
    File::open(path)?.take(frames::HEADER.len() as u64).read_to_end(&mut start)?;
    if start == frames::HEADER {
        Ok(())
    } else {
        Err(frames::stranger(frames::HEADER, &start).into())
    }
}

/// The signals of a run, as the run reads them.
#[derive(Debug)]
pub(crate) struct SignalFile {
    path: PathBuf,
    /// The bytes of the signals that were read, with the header.
    read: usize,
    /// `None` before the run first waits for a signal.
    watched: Option<Arc<Watched>>,
}

impl SignalFile {
    /// The process may change its folder later, so a relative path counts from here.
    pub(crate) fn of(journal: &Path) -> io::Result<Self> {
        Ok(SignalFile { path: path::absolute(path_of(journal))?, read: 0, watched: None })
    }

    /// Removes the signals of a journal that is gone, also those of another version.
    ///
    /// # Errors
    ///
    /// [`FileError::NotAJournal`] if the file has other contents. It is left alone.
    pub(crate) fn remove(&self) -> gen::Result {
        let file = match File::open(&self.path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            opened => opened?,
        };
        let mut start = Vec::new();
        file.take(HEADER.len() as u64).read_to_end(&mut start)?;
        // A kill may leave a part of the header.
        if HEADER.starts_with(&start) || frames::stranger(HEADER, &start) == FileError::OtherVersion {
            return Ok(fs::remove_file(&self.path)?);
        }
        let why = format!("{} is no file of signals", self.path.display());
        Err(gen::Error::from(FileError::NotAJournal)).context(why)
    }

    /// The signals that have come since the last call.
    pub(crate) fn poll(&mut self, cx: &Context<'_>) -> gen::Result<Vec<SentSignal>> {
        let watched = match &self.watched {
            Some(watched) => watched,
            None => self.watched.insert(watch::watch(self.path.clone())?),
        };
        if watched.has_changed(cx.waker()) {
            self.read_more()
        } else {
            Ok(Vec::new())
        }
    }

    fn read_more(&mut self) -> gen::Result<Vec<SentSignal>> {
        let mut file = match File::open(&self.path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            opened => opened?,
        };
        file.seek(SeekFrom::Start(self.read as u64))?;
        let bytes = read_whole(&mut file)?;
        let (signals, size) = match self.read {
            0 => frames::parse(HEADER, &bytes)?,
            _ => frames::parse_from(0, &bytes)?,
        };
        self.read += size;
        Ok(signals)
    }
}
