//! [`TaskState`]: the state of a task on a foreign executor, in one word.
//!
//! The *owner* is the one shell that runs the body.
//!
//! | flag | set | cleared | looked at |
//! |---|---|---|---|
//! | `HAS_NEWS` | `announce`, by a delivery that has queued something, or by a poll that leaves an injection for the next one | `take_news`, by the poll that takes it, under the lock of the mail | by each poll |
//! | `USES_MAIL` | `use_mail`, before something is put into the mail; `new`, if there is an outer error context | never | by the end, which opens the mail only then |
//! | `HAS_ENDED` | `end` and `close`, by the owner, when the body is gone | never | by the handle, by deliveries, and by the owner, which ends only once |
//! | `IS_CLOSED` | `close`, together with `HAS_ENDED`, if there is no result | never | by the handle |
//! | `IS_WAITING` | `wait`, by the handle, after it has stored a waker | `stop_waiting` and `detach`, by the handle, before it drops the waker | by the end, and by the handle |
//! | `IS_DETACHED` | `detach`, by the drop of the handle | never | by the end |
//!
//! # Races
//!
//! Each of them is decided by the order of two read-modify-writes of this word:
//!
//! | race | if the end is the first | if it is the second |
//! |---|---|---|
//! | a delivery against the end | `use_mail` reports the end, and the delivery is refused | the end finds `USES_MAIL`, and waits for the lock of the mail |
//! | the handle waits, against the end | `wait` reports the end, and the handle takes its waker back | the end owns the waker |
//! | the handle stops to wait, against the end | the end owns the waker | the handle does |
//! | the drop of the handle against the end | the handle owns the result | the end does |

use crate::shims::{AtomicU32, Ordering};

const HAS_NEWS: u32 = 1;
const USES_MAIL: u32 = 1 << 1;
const HAS_ENDED: u32 = 1 << 2;
const IS_CLOSED: u32 = 1 << 3;
const IS_WAITING: u32 = 1 << 4;
const IS_DETACHED: u32 = 1 << 5;

pub(crate) struct TaskState(AtomicU32);

/// The flags as they were at one moment.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Seen(u32);

impl Seen {
    pub(crate) fn has_news(self) -> bool {
        self.0 & HAS_NEWS != 0
    }

    pub(crate) fn uses_mail(self) -> bool {
        self.0 & USES_MAIL != 0
    }

    pub(crate) fn has_ended(self) -> bool {
        self.0 & HAS_ENDED != 0
    }

    pub(crate) fn is_closed(self) -> bool {
        self.0 & IS_CLOSED != 0
    }

    pub(crate) fn is_waiting(self) -> bool {
        self.0 & IS_WAITING != 0
    }

    pub(crate) fn is_detached(self) -> bool {
        self.0 & IS_DETACHED != 0
    }
}

/// The functions that change the flags return those before the change. They acquire what the other
/// side has released, and release what this side has written.
impl TaskState {
    pub(super) fn new(uses_mail: bool) -> Self {
        TaskState(AtomicU32::new(if uses_mail { USES_MAIL } else { 0 }))
    }

    #[inline]
    pub(crate) fn load(&self) -> Seen {
        Seen(self.0.load(Ordering::Acquire))
    }

    pub(super) fn use_mail(&self) -> Seen {
        self.set(USES_MAIL)
    }

    pub(super) fn announce(&self) {
        self.set(HAS_NEWS);
    }

    pub(super) fn take_news(&self) {
        self.0.fetch_and(!HAS_NEWS, Ordering::AcqRel);
    }

    /// The body is gone, and its result was stored.
    pub(crate) fn end(&self) -> Seen {
        self.set(HAS_ENDED)
    }

    /// The body is gone, and there is no result.
    pub(crate) fn close(&self) -> Seen {
        self.set(HAS_ENDED | IS_CLOSED)
    }

    pub(crate) fn wait(&self) -> Seen {
        self.set(IS_WAITING)
    }

    pub(crate) fn stop_waiting(&self) -> Seen {
        Seen(self.0.fetch_and(!IS_WAITING, Ordering::AcqRel))
    }

    /// The handle is gone. If the task has not ended, the handle does not wait any more.
    pub(crate) fn detach(&self) -> Seen {
        let detach = |before| Some((before | IS_DETACHED) & !IS_WAITING);
        match self.0.fetch_update(Ordering::AcqRel, Ordering::Acquire, detach) {
            Ok(before) | Err(before) => Seen(before),
        }
    }

    fn set(&self, flags: u32) -> Seen {
        Seen(self.0.fetch_or(flags, Ordering::AcqRel))
    }
}
