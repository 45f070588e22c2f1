//! Keys of any type in one table.

use std::any::type_name;
use std::fmt::Debug;
use std::hash::Hash;

use crate::error::AsAny;

/// A key of a callback: anything that can be compared, hashed and printed.
///
/// It is implemented for every type that fits. Keys of different types are different, even if they
/// look the same: `1_u8` is not `1_u32`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be a key",
    label = "not a key",
    note = "a key is hashed, compared and printed: `#[derive(Debug, PartialEq, Eq, Hash)]`",
    note = "it is `Send`, `Sync` and `'static` too, because it is kept until its value is taken, and errors name it"
)]
pub trait Key: Hash + Eq + Debug + Send + Sync + 'static {}

// Not recommended, so that rustc explains `Key` once instead of each trait that is missing.
#[diagnostic::do_not_recommend]
impl<Q: Hash + Eq + Debug + Send + Sync + 'static> Key for Q {}

/// A key whose type is erased.
pub(super) trait AnyKey: AsAny {
    /// Its debug form. `Debug` is code of the user, and may panic.
    fn text(&self) -> String;
    fn type_name(&self) -> &'static str;
}

impl<Q: Key> AnyKey for Q {
    fn text(&self) -> String {
        format!("{self:?}")
    }

    fn type_name(&self) -> &'static str {
        type_name::<Q>()
    }
}
