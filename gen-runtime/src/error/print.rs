//! How an [`Error`] prints.
//!
//! | form | what it prints |
//! |---|---|
//! | `{}` | the message |
//! | `{:#}` | the message and its causes, in one line |
//! | `{:?}` | the message, where the child of a timeout was waiting, the causes, the trace and the others, each on a line |
//! | `{:#?}` | the same, with the trace of each of the others |
//!
//! Nothing here recurses, so neither causes nor nested others can overflow the stack.

use std::error::Error as StdError;
use std::fmt;

use super::child_error::{ChildError, ChildKey};
use super::{chain_of, Error, Site, TimeoutError};

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", &**self)?;
        if f.alternate() {
            write_causes(f, ": ", &**self)?;
        }
        Ok(())
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", Alone(self))?;
        write_others(f, Vec::new(), self.others())
    }
}

/// Prints an error as in the log: without its others, since their group has reported them.
pub(crate) struct Alone<'a>(pub(crate) &'a Error);

impl fmt::Display for Alone<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", &**self.0)?;
        write_waited(f, self.0)?;
        write_causes(f, "\ncaused by: ", &**self.0)?;
        write_trace(f, "\nat ", self.0.trace())
    }
}

/// Writes where the child of a timeout was waiting.
fn write_waited(f: &mut fmt::Formatter<'_>, error: &Error) -> fmt::Result {
    let lines = error.downcast_ref::<TimeoutError>().and_then(TimeoutError::lines);
    lines.map_or(Ok(()), |lines| write!(f, "\nits child was waiting:\n{lines}"))
}

/// Writes the causes of an error, each after `before`.
pub(super) fn write_causes(
    f: &mut fmt::Formatter<'_>,
    before: &str,
    error: &(dyn StdError + 'static),
) -> fmt::Result {
    chain_of(error).skip(1).try_for_each(|cause| write!(f, "{before}{cause}"))
}

/// Writes the sites of a trace, each after `before`.
pub(super) fn write_trace(f: &mut fmt::Formatter<'_>, before: &str, trace: &[Site]) -> fmt::Result {
    trace.iter().try_for_each(|site| write!(f, "{before}{site}"))
}

/// Writes the others of the error at `path`, and their own others, one a line.
pub(super) fn write_others<'a>(
    f: &mut fmt::Formatter<'_>,
    mut path: Vec<&'a ChildKey>,
    others: &'a [ChildError],
) -> fmt::Result {
    // For each level: the others that are not yet written, and the length of the path to the level.
    let mut levels = vec![(others.iter(), path.len())];
    while let Some((others, depth)) = levels.last_mut() {
        path.truncate(*depth);
        let Some(other) = others.next() else {
            levels.pop();
            continue;
        };
        path.extend(other.path());
        write!(f, "\nalso failed: {}: {:#}", Path(&path), other.error)?;
        if f.alternate() {
            write_trace(f, "\n    at ", other.error.trace())?;
        }
        if !other.error.others().is_empty() {
            levels.push((other.error.others().iter(), path.len()));
        }
    }
    Ok(())
}

/// The keys on the way to a failure, printed as `[0][2]`. The middle of a long path is left out.
pub(crate) struct Path<'a>(pub(crate) &'a [&'a ChildKey]);

/// The number of keys that are printed at each end of a long path.
const SHOWN: usize = 8;

impl fmt::Display for Path<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let write = |f: &mut fmt::Formatter<'_>, keys: &[&ChildKey]| {
            keys.iter().try_for_each(|key| write!(f, "[{key}]"))
        };
        if self.0.len() <= 2 * SHOWN {
            return write(f, self.0);
        }
        write(f, &self.0[..SHOWN])?;
        write!(f, "[..{} more..]", self.0.len() - 2 * SHOWN)?;
        write(f, &self.0[self.0.len() - SHOWN..])
    }
}
