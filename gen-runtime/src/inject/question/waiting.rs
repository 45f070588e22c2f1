//! [`Waiting`]: the wait of a body, as a chain of yields and its end.

use std::time::Duration;

use super::waits_for::WaitsFor;
use crate::error::{ChildKey, Site};

/// The wait of a task, or of a child: a chain of yields, and the event that the innermost one waits
/// for.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Waiting {
    /// The yields at which the body is suspended, from the outermost one to the innermost one, and
    /// the timeouts between them.
    pub chain: Vec<Link>,
    /// The end of the chain.
    pub end: ChainEnd,
}

/// A part of a chain.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Link {
    /// A yield is suspended.
    #[non_exhaustive]
    Yield {
        /// The position of the yield.
        site: Site,
        /// The type of the future that it waits for.
        future: &'static str,
    },
    /// A [timeout](crate::with_timeout) is waited for.
    #[non_exhaustive]
    Timeout {
        /// The time that is left; `None` if it never ends.
        left: Option<Duration>,
    },
}

/// The end of a chain of yields.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum ChainEnd {
    /// An event.
    For(WaitsFor),
    /// Children that run in parallel.
    Children(Children),
    /// Several futures at once, of which each has a chain of its own. A combinator of another
    /// library polls them with the waker of the task, such as `join!` and `select!`.
    Several(Vec<Waiting>),
}

/// The children of a list, a map, a tuple, a scope or another group.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Children {
    /// The group, such as "a list".
    pub of: &'static str,
    /// The number of all children; `None` if it is not known.
    pub total: Option<usize>,
    /// The children that have not ended.
    pub unfinished: Vec<Child>,
}

/// A child that has not ended.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Child {
    /// Its position, or its key.
    pub key: ChildKey,
    /// The type of its future.
    pub future: &'static str,
    /// Its wait.
    pub waiting: Waiting,
}

impl Waiting {
    /// The sites of the yields of the chain, innermost first. Those of children, and of several
    /// futures at once, are not among them.
    #[must_use]
    pub fn sites(&self) -> Vec<Site> {
        let yields = self.chain.iter().rev();
        yields.filter_map(Link::site).collect()
    }

    /// The wait for an event, without a yield.
    pub(crate) fn only_for(waits_for: WaitsFor) -> Self {
        Waiting { chain: Vec::new(), end: ChainEnd::For(waits_for) }
    }

    /// Calls `look` with each event that is waited for, also by children.
    pub(crate) fn for_each_event<'a>(&'a self, look: &mut dyn FnMut(&'a WaitsFor)) {
        match &self.end {
            ChainEnd::For(waits_for) => look(waits_for),
            ChainEnd::Several(several) => several.iter().for_each(|one| one.for_each_event(look)),
            ChainEnd::Children(children) => {
                children.unfinished.iter().for_each(|child| child.waiting.for_each_event(look));
            }
        }
    }

    /// As [`for_each_event`](Self::for_each_event).
    pub(crate) fn for_each_event_mut(&mut self, change: &mut dyn FnMut(&mut WaitsFor)) {
        match &mut self.end {
            ChainEnd::For(waits_for) => change(waits_for),
            ChainEnd::Several(several) => several.iter_mut().for_each(|one| one.for_each_event_mut(change)),
            ChainEnd::Children(children) => {
                children.unfinished.iter_mut().for_each(|child| child.waiting.for_each_event_mut(change));
            }
        }
    }
}

impl Link {
    fn site(&self) -> Option<Site> {
        match self {
            Link::Yield { site, .. } => Some(*site),
            Link::Timeout { .. } => None,
        }
    }
}

impl Children {
    pub(crate) fn new(of: &'static str, total: Option<usize>) -> Self {
        Children { of, total, unfinished: Vec::new() }
    }
}

impl Child {
    pub(crate) fn new(key: ChildKey, future: &'static str, waiting: Waiting) -> Self {
        Child { key, future, waiting }
    }
}
