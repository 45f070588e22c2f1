//! The failures beside the raised one, each with the child that failed.

use std::fmt;

use super::drops::{drop_nested, Nested};
use super::{print, Error};

/// Another failure of the same parallel yield, and the child that failed: see [`Error::others`].
///
/// It prints its path and the error in one line: `[2]: connection refused`, or `[0][2]: connection
/// refused` if child 0 is a list, or a coroutine that yields one, and child 2 of that list failed.
/// `{:?}` adds the trace and the error's own others, with their whole paths.
///
/// ```
/// use gen::yield_;
/// use std::future::ready;
///
/// #[gen::coroutine]
/// fn nested() -> gen::Result<[[(); 2]; 2]> {
///     let failing = |text: &'static str| ready(Err(text));
///     yield_!([[failing("a"), failing("b")], [failing("c"), failing("d")]])
/// }
/// let error = gen::run_sync(nested()).unwrap_err();
/// assert_eq!(error.to_string(), "a");
/// let others: Vec<String> = error.others().iter().map(ToString::to_string).collect();
/// assert_eq!(others, ["[0][1]: b", "[1]: c"]); // "d" is one of the others of "c"
/// assert_eq!(error.others()[0].key, gen::ChildKey::Index(0));
/// assert_eq!(error.others()[0].within, [gen::ChildKey::Index(1)]);
/// ```
#[derive(Clone)]
pub struct ChildError {
    /// The child of the parallel yield that failed.
    pub key: ChildKey,
    /// The path of the failure within that child, outermost first. Empty if the failure did not
    /// come from a parallel yield within the child.
    pub within: Vec<ChildKey>,
    /// The failure.
    pub error: Error,
}

impl ChildError {
    pub(crate) fn of(key: ChildKey, error: Error) -> Self {
        ChildError { key, within: Vec::new(), error }
    }

    /// The keys on the way to the failure, outermost first: [`key`](Self::key), then
    /// [`within`](Self::within).
    pub fn path(&self) -> impl Iterator<Item = &ChildKey> {
        std::iter::once(&self.key).chain(&self.within)
    }

    /// The path as it prints: `[0][2]`.
    pub(crate) fn path_text(&self) -> String {
        print::Path(&Vec::from_iter(self.path())).to_string()
    }

    /// Records that the group of this failure was the child `outer` of a group, or ran within it.
    fn nest(&mut self, outer: ChildKey) {
        let key = std::mem::replace(&mut self.key, outer);
        self.within.insert(0, key);
    }
}

impl fmt::Display for ChildError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {:#}", self.path_text(), self.error)
    }
}

impl fmt::Debug for ChildError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = Vec::from_iter(self.path());
        write!(f, "{}: {}", print::Path(&path), print::Alone(&self.error))?;
        print::write_others(f, path, self.error.others())
    }
}

/// The position or key of a child in a parallel yield.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ChildKey {
    /// The position in a list or a tuple, or the number of a scope's child, from 0.
    Index(usize),
    /// The key in a map, in its debug form.
    Key(String),
    /// The body of a [scope](fn@crate::scope).
    Body,
    /// The child of a [supervisor](fn@crate::supervise()), in a dump.
    #[non_exhaustive]
    Supervised {
        /// Its name.
        name: String,
        /// How often it was started again.
        restarts: u32,
    },
}

impl fmt::Display for ChildKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ChildKey::Index(index) => write!(f, "{index}"),
            ChildKey::Key(key) => f.write_str(key),
            ChildKey::Body => f.write_str("body"),
            ChildKey::Supervised { name, restarts: 0 } => f.write_str(name),
            ChildKey::Supervised { name, restarts: 1 } => write!(f, "{name}, restarted once"),
            ChildKey::Supervised { name, restarts } => write!(f, "{name}, restarted {restarts} times"),
        }
    }
}

/// The others of an error. Neither drop nor clone recurses into the others of others.
#[derive(Default)]
pub(super) struct Others(Vec<ChildError>);

impl Others {
    pub(super) fn as_slice(&self) -> &[ChildError] {
        &self.0
    }

    /// Records that the error ended a group as the failure of the child `key`, and that `more`
    /// failed in the same group.
    pub(super) fn join(&mut self, key: &ChildKey, more: Vec<ChildError>) {
        self.0.iter_mut().for_each(|other| other.nest(key.clone()));
        self.0.extend(more);
    }
}

impl Clone for Others {
    fn clone(&self) -> Self {
        // For each level: the others that are not yet copied, and the copies so far. The next level
        // holds the others of the last copy.
        let mut levels = vec![(self.0.iter(), Vec::with_capacity(self.0.len()))];
        loop {
            let (left, copies) = levels.last_mut().expect("the outermost level is never taken");
            if let Some(ChildError { key, within, error }) = left.next() {
                let (key, within) = (key.clone(), within.clone());
                copies.push(ChildError { key, within, error: error.without_others() });
                let others = &error.repr.others.0;
                if !others.is_empty() {
                    levels.push((others.iter(), Vec::with_capacity(others.len())));
                }
                continue;
            }
            let copied = Others(std::mem::take(copies));
            if levels.len() == 1 {
                return copied;
            }
            levels.pop();
            if let Some(other) = levels.last_mut().and_then(|(_, copies)| copies.last_mut()) {
                other.error.repr.others = copied;
            }
        }
    }
}

impl Drop for Others {
    fn drop(&mut self) {
        if !self.0.is_empty() {
            drop_nested(Nested::Others(std::mem::take(&mut self.0)));
        }
    }
}
