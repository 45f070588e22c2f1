//! `Schedule`: the waits before the restarts of a child, which can begin again from the first one.
//!
//! The iterator is code of the user. A panic in it is reported, and ends the schedule.

use std::fmt;
use std::time::Duration;

use crate::report::contain;

type Waits = Box<dyn Iterator<Item = Duration> + Send>;

pub(super) struct Schedule {
    /// `None` if it could not be cloned: then the schedule has ended.
    source: Option<Box<dyn Source + Send>>,
    /// `None` before the first restart.
    waits: Option<Waits>,
}

/// Makes the waits.
trait Source {
    fn waits(&self) -> Waits;

    fn clone_source(&self) -> Box<dyn Source + Send>;
}

impl<S> Source for S
where
    S: IntoIterator<Item = Duration> + Clone + Send + 'static,
    S::IntoIter: Send,
{
    fn waits(&self) -> Waits {
        Box::new(self.clone().into_iter())
    }

    fn clone_source(&self) -> Box<dyn Source + Send> {
        Box::new(self.clone())
    }
}

/// The name of a schedule in the log.
const WHAT: &str = "the schedule of a supervisor";

impl Schedule {
    pub(super) fn new<S>(source: S) -> Self
    where
        S: IntoIterator<Item = Duration> + Clone + Send + 'static,
        S::IntoIter: Send,
    {
        Schedule { source: Some(Box::new(source)), waits: None }
    }

    /// The same schedule, from its first wait.
    pub(super) fn fresh(&self) -> Self {
        let mut source = None;
        contain(WHAT, || source = self.source.as_ref().map(|source| source.clone_source()));
        Schedule { source, waits: None }
    }

    /// The next wait; `None` if there is to be no further restart.
    pub(super) fn next(&mut self) -> Option<Duration> {
        let Schedule { source, waits } = self;
        let source = source.as_ref()?;
        let mut wait = None;
        contain(WHAT, || wait = waits.get_or_insert_with(|| source.waits()).next());
        wait
    }

    /// The next wait is the first one again.
    pub(super) fn begin_again(&mut self) {
        contain(WHAT, || self.waits = None);
    }
}

impl fmt::Debug for Schedule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Schedule").field("has_begun", &self.waits.is_some()).finish_non_exhaustive()
    }
}
