//! Locals: values that code finds around it, without a parameter for them.
//!
//! | file | what it holds |
//! |---|---|
//! | `declare.rs` | [`local!`](crate::local!), which declares a local |
//! | `local.rs` | [`Local`]: its identity, and how its value is found |
//! | `kept.rs` | how a value is kept while it is bound: by itself, or shared with other tasks |
//! | `with_local.rs` | [`WithLocal`]: a yieldable within a value |
//!
//! How a binding is found, and what a task inherits, is the subject of `bindings/`.

mod declare;
mod kept;
mod local;
mod with_local;

pub use self::kept::{Inherited, SameTask};
pub use self::local::Local;
pub use self::with_local::{WithLocal, WithinLocal};
