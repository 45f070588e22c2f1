//! Keys of any type in one table.

use std::any::{type_name, Any};
use std::fmt::Debug;
use std::hash::Hash;

/// What a callback can be registered under: anything that can be compared, hashed and printed.
///
/// It is implemented for every type that fits. Keys of different types are different, also if they look alike: `1_u8` is not `1_u32`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be a key",
    label = "not a key",
    note = "a key is hashed, compared and printed: `#[derive(Debug, PartialEq, Eq, Hash)]`",
    note = "it is `Send`, `Sync` and `'static` too: it is kept until someone waits for it, and errors name it"
)]
pub trait Key: Hash + Eq + Debug + Send + Sync + 'static {}

// Not recommended: what is said of `Key` is said once, instead of what would be said of each trait that is missing.
#[diagnostic::do_not_recommend]
impl<Q: Hash + Eq + Debug + Send + Sync + 'static> Key for Q {}

/// A key whose type is forgotten.
pub(super) trait AnyKey: Any + Send + Sync {
    fn equals(&self, other: &dyn AnyKey) -> bool;
    /// Its debug form. This is code of the user, which may panic.
    fn text(&self) -> String;
    fn type_name(&self) -> &'static str;
}

impl<Q: Key> AnyKey for Q {
    fn equals(&self, other: &dyn AnyKey) -> bool {
        let other: &dyn Any = other;
        other.downcast_ref::<Q>().is_some_and(|other| self == other)
    }

    fn text(&self) -> String {
        format!("{self:?}")
    }

    fn type_name(&self) -> &'static str {
        type_name::<Q>()
    }
}
