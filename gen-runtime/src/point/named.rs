//! The keys that an error names, printed when the error is read.
//!
//! `Debug` of a key is code of the user, which may be slow and may panic. So it is not called when
//! the error is made, perhaps in the middle of a panic, and its own panics are caught.

use std::any::Any;
use std::fmt;
use std::panic::{catch_unwind, AssertUnwindSafe, Location, RefUnwindSafe, UnwindSafe};
use std::sync::OnceLock;

use super::key::{AnyKey, Key};
use super::registration::SharedRegistration;
use crate::report::contain;

/// The text of an error names at most so many keys.
pub(super) const NAMED_AT_MOST: usize = 8;

/// A key as an error names it.
#[derive(Clone)]
pub(super) struct NamedKey {
    /// `None` if the key was printed at once.
    registration: Option<SharedRegistration>,
    text: OnceLock<Box<str>>,
}

// An error only sees the parts of a registration that do not change.
impl UnwindSafe for NamedKey {}
impl RefUnwindSafe for NamedKey {}

impl NamedKey {
    /// The key of a registration; printed on demand.
    pub(super) fn registered(registration: SharedRegistration) -> Self {
        NamedKey { registration: Some(registration), text: OnceLock::new() }
    }

    /// A key that is only borrowed, and so cannot be kept: printed now.
    pub(super) fn borrowed(key: &impl Key) -> Self {
        NamedKey { registration: None, text: OnceLock::from(text(key)) }
    }

    /// The key in its debug form.
    pub(super) fn text(&self) -> &str {
        let Some(registration) = &self.registration else { return self.text.get().map_or("", |text| text) };
        if self.text.get().is_none() {
            // Not within `get_or_init`, because `Debug` may ask for this very text.
            let _ = self.text.set(text(registration.key()));
        }
        self.text.get().map_or("", |text| text)
    }
}

impl fmt::Debug for NamedKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.text(), f)
    }
}

/// The debug form of a key; if `Debug` panics, a text that says so.
pub(super) fn text(key: &dyn AnyKey) -> Box<str> {
    catch_unwind(AssertUnwindSafe(|| key.text().into())).unwrap_or_else(|payload| {
        forget_panic(payload);
        format!("(a `{}` whose `Debug` panics)", key.type_name()).into()
    })
}

/// Drops the payload of a panic.
#[cold]
fn forget_panic(payload: Box<dyn Any + Send>) {
    contain("the drop of a panic's payload", || drop(payload));
}

/// Gives an error the accessors of a registered key.
macro_rules! names_a_registered_key {
    ($name:ident) => {
        impl $name {
            /// The key, in its debug form.
            #[must_use]
            pub fn key(&self) -> &str {
                self.key.text()
            }

            /// Where the key was registered.
            #[must_use]
            pub fn registered_at(&self) -> &'static std::panic::Location<'static> {
                self.registered_at
            }
        }
    };
}

pub(super) use names_a_registered_key;

/// A key that was never waited for.
#[derive(Debug, Clone)]
pub struct LeakedKey {
    key: NamedKey,
    registered_at: &'static Location<'static>,
}

impl LeakedKey {
    pub(super) fn new(registration: SharedRegistration) -> Self {
        LeakedKey { registered_at: registration.at(), key: NamedKey::registered(registration) }
    }
}

names_a_registered_key!(LeakedKey);

impl fmt::Display for LeakedKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} (registered at {})", self.key(), self.registered_at)
    }
}

/// The first keys of a list, separated by commas, and the number of the others.
pub(super) struct KeyList<'a>(pub(super) &'a [LeakedKey]);

impl KeyList<'_> {
    fn split(&self) -> (&[LeakedKey], usize) {
        let named = &self.0[..self.0.len().min(NAMED_AT_MOST)];
        (named, self.0.len() - named.len())
    }
}

impl fmt::Display for KeyList<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (named, unnamed) = self.split();
        for (position, key) in named.iter().enumerate() {
            let separator = if position == 0 { "" } else { ", " };
            write!(f, "{separator}{key}")?;
        }
        match unnamed {
            0 => Ok(()),
            _ => write!(f, " and {unnamed} more"),
        }
    }
}

impl fmt::Debug for KeyList<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (named, unnamed) = self.split();
        let mut list = f.debug_list();
        list.entries(named);
        match unnamed {
            0 => list.finish(),
            _ => list.finish_non_exhaustive(),
        }
    }
}
