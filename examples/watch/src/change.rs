//! Selects the events of notify that the program shows, and formats them.

use std::fmt;
use std::path::{Path, PathBuf};

use notify::event::{Event, EventKind, ModifyKind, RenameMode};

/// A change of one path.
#[derive(Debug, PartialEq)]
pub(crate) struct Change {
    kind: Kind,
    pub(crate) path: PathBuf,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Kind {
    Created,
    Modified,
    Removed,
}

impl Change {
    /// The changes that an event reports. There are none if, for instance, a file was only read.
    ///
    /// # Errors
    ///
    /// If the event says that other events were lost.
    pub(crate) fn all_in(event: Event) -> notify::Result<Vec<Change>> {
        if event.need_rescan() {
            return Err(notify::Error::generic("too much happened at once: events were lost"));
        }
        let Some(kind) = Kind::of(event.kind) else { return Ok(Vec::new()) };
        Ok(event.paths.into_iter().map(|path| Change { kind, path }).collect())
    }

    /// Whether `dir` itself was removed.
    pub(crate) fn removes(&self, dir: &Path) -> bool {
        self.kind == Kind::Removed && self.path == dir
    }

    /// Whether the last part of the path contains `part`.
    pub(crate) fn name_contains(&self, part: &str) -> bool {
        self.path.file_name().is_some_and(|name| name.to_string_lossy().contains(part))
    }
}

impl Kind {
    fn of(kind: EventKind) -> Option<Kind> {
        match kind {
            EventKind::Create(_) | EventKind::Modify(ModifyKind::Name(RenameMode::To)) => Some(Kind::Created),
            EventKind::Remove(_) | EventKind::Modify(ModifyKind::Name(RenameMode::From)) => {
                Some(Kind::Removed)
            }
            // It follows a `From` and a `To`, which are shown.
            EventKind::Modify(ModifyKind::Name(RenameMode::Both)) => None,
            EventKind::Modify(_) => Some(Kind::Modified),
            EventKind::Access(_) | EventKind::Any | EventKind::Other => None,
        }
    }
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match self.kind {
            Kind::Created => "created",
            Kind::Modified => "modified",
            Kind::Removed => "removed",
        };
        write!(f, "{what} {}", self.path.display())
    }
}
