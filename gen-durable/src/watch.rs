//! Notices that files have changed: at once if this process has written them, and otherwise by
//! looking at them twice a second.
//!
//! | event | happens |
//! |---|---|
//! | [`watch`], of the first file | the thread begins |
//! | the thread wakes up, or this process has written: [`look`] | each file that is not as its owner has last seen it wakes its owner |
//! | the owner of a file is gone | the file is forgotten |
//! | the thread wakes up, and no file is left | the thread ends |
//!
//! One thread serves all files of the process. A timer of the executor would do, too, but it would
//! keep a test on a virtual clock running for ever.

use std::fs;
use std::io;
use std::panic::catch_unwind;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::task::Waker;
use std::thread;
use std::time::{Duration, SystemTime};

const INTERVAL: Duration = Duration::from_millis(500);

static WATCHER: Mutex<Watcher> = Mutex::new(Watcher { files: Vec::new(), has_thread: false });

struct Watcher {
    files: Vec<Weak<Watched>>,
    has_thread: bool,
}

/// A file that is watched.
#[derive(Debug)]
pub(crate) struct Watched {
    path: PathBuf,
    seen: Mutex<Seen>,
}

/// The size of a file and the time of its last change. `None` if it is not there.
type Stamp = Option<(u64, Option<SystemTime>)>;

#[derive(Debug)]
struct Seen {
    /// `None` if the owner has not looked yet.
    stamp: Option<Stamp>,
    /// The task of the owner, until it is woken.
    waker: Option<Waker>,
}

/// Begins to watch a file, which may not be there yet.
pub(crate) fn watch(path: PathBuf) -> io::Result<Arc<Watched>> {
    let file = Arc::new(Watched { path, seen: Mutex::new(Seen { stamp: None, waker: None }) });
    let mut watcher = watcher();
    if !watcher.has_thread {
        thread::Builder::new().name("gen-durable signals".into()).spawn(run)?;
        watcher.has_thread = true;
    }
    watcher.files.push(Arc::downgrade(&file));
    Ok(file)
}

/// Wakes the owners of the files that have changed.
pub(crate) fn look() {
    let files: Vec<_> = watcher().files.iter().filter_map(Weak::upgrade).collect();
    for waker in files.iter().filter_map(|file| file.changed()) {
        waker.wake();
    }
}

fn run() {
    loop {
        thread::sleep(INTERVAL);
        {
            let mut watcher = watcher();
            watcher.files.retain(|file| file.strong_count() > 0);
            if watcher.files.is_empty() {
                watcher.has_thread = false;
                return;
            }
        }
        // A waker that panics must not end the thread, which serves other owners.
        drop(catch_unwind(look));
    }
}

fn watcher() -> MutexGuard<'static, Watcher> {
    WATCHER.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Watched {
    /// Whether the file has changed since the last call, and at the first one. `waker` is woken at
    /// the next change.
    ///
    /// The caller reads the file after that, so a change meanwhile is at worst noticed twice.
    pub(crate) fn has_changed(&self, waker: &Waker) -> bool {
        let (stamp, waker) = (Some(self.stamp()), Some(waker.clone()));
        let before = std::mem::replace(&mut *self.lock(), Seen { stamp, waker });
        before.stamp != stamp
    }

    /// The waker of the owner, if the file is not as it has last seen it.
    fn changed(&self) -> Option<Waker> {
        let stamp = Some(self.stamp());
        let mut seen = self.lock();
        if seen.stamp != stamp {
            seen.waker.take()
        } else {
            None
        }
    }

    fn stamp(&self) -> Stamp {
        let file = fs::metadata(&self.path).ok()?;
        Some((file.len(), file.modified().ok()))
    }

    fn lock(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
