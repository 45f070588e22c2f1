//! Bindings: the values of locals and the deadlines that code finds around it, at any depth.
//!
//! # How it works
//!
//! A future that binds something, such as that of [`Local::with`](crate::Local::with) or a timeout,
//! does so for the time of each poll of its child: it puts a node on the stack, and makes the
//! thread point to that node. The node points to the one that was there before. So the nodes are a
//! chain, from the innermost binding outward, and nothing is allocated. Code that looks for a
//! binding walks along the chain.
//!
//! A task is polled by its executor, so no chain leads from it to the code that has spawned it. The
//! bindings that a task inherits are copied when it is spawned, and are kept in its error context,
//! which is made for them then. Code that does not find a binding in the chain looks there.
//!
//! | event | what happens | function |
//! |---|---|---|
//! | a child is polled in a binding | the binding is the innermost one meanwhile | [`within`] |
//! | something is looked for | the chain is walked, then the context of the task is asked | [`find`], `executor::current::inherited` |
//! | a task is spawned, or a callback scheduled | the bindings around are copied, unless there are none | [`Inherited`], `executor::host::to_inherit` |
//! | other code runs further up the same stack: a first step, a shell, a loop, a callback | the chain is put away meanwhile | [`apart`], [`Apart`] |
//!
//! | file | what it holds |
//! |---|---|
//! | `binding.rs` | [`Bind`]: a value or a deadline that is bound |
//! | `bound.rs` | [`Bound`]: a future within a binding |
//! | `chain.rs` | the chain of bindings on the stack |
//! | `inherited.rs` | [`Inherited`]: the bindings around a spawn that the task keeps |
//!
//! Nothing here knows a loop, a task or a clock. A deadline is an `Instant`, or counts from now.

mod binding;
mod bound;
mod chain;
mod inherited;

pub(crate) use self::binding::{Bind, Ends, LocalId, SharedValue};
pub(crate) use self::bound::Bound;
pub(crate) use self::chain::{apart, find, is_any, within, Apart};
pub(crate) use self::inherited::{collect, within_inherited, Inherited};
