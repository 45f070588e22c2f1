//! Questions: what does a suspended body wait for?
//!
//! The code that polls a body may inject a [`Question`] into the poll. No yield takes it. The
//! futures that stay pending in that poll answer, from the inside out:
//!
//! | pending future | says | how |
//! |---|---|---|
//! | a yield | its site, the type of the future that it waits for, and where that future lies | [`in_flight::take_or_note`] |
//! | a leaf of this library, such as a sleep or a handle | what it [waits for](WaitsFor), and how many clones of the waker it keeps | [`answering::say`] |
//! | a group (list, map, tuple, limit, scope, ..) | the answer of each child that has not ended, and the key of that child | [`answering::question`], then [`Asking`] |
//! | a timeout | the time that is left, around what its child says | [`answering::say_within`] |
//! | a box of this library | that its content lies somewhere else | [`answering::say_boxed`] |
//! | any other future | nothing. It is known by its type, from the yield that waits for it, and by the wakers that it keeps | [`CountingWaker`](counting_waker::CountingWaker) |
//!
//! This is a poll like any other. If it lets the body go on, the answer is that of the place where
//! the body is suspended afterwards.
//!
//! # How an answer becomes a tree
//!
//! Foreign combinators such as `join!` and `select!` poll with the waker of the task, so all that
//! waits within them answers the same question. A statement belongs to the yield or the timeout
//! around its future. So each statement comes with the [`Memory`] of its future, and `nesting.rs`
//! compares the addresses when the poll is over.
//!
//! # Who asks
//!
//! | who | when | the waker |
//! |---|---|---|
//! | [`JoinHandle::trace`](crate::JoinHandle::trace) | in the next poll of the task, which its request causes | the usual one |
//! | a dump of a loop | at once, while no task of the loop runs | one whose clones are counted |
//! | a dump of a `TaskTracker` | in the next poll of each task, as for a trace | the usual one |
//! | a group, for its children | when it is asked itself | that of the child, with its clones counted |
//! | a timeout, for its child | in the poll at the deadline, after which the child is dropped | the usual one |
//!
//! # Files
//!
//! Each file imports only from files that are further down in this table.
//!
//! | file | what it holds |
//! |---|---|
//! | `asking.rs` | [`Asking`]: a poll with a question and a waker whose clones are counted |
//! | `saying.rs` | [`Saying`](saying::Saying): a future that names its wait |
//! | `collect.rs` | [`Question`]: collects the statements of one poll |
//! | `counting_waker.rs` | [`CountingWaker`](counting_waker::CountingWaker): a waker whose clones are counted |
//! | `nesting.rs` | makes a tree of the statements |
//! | `statement.rs` | [`Statement`]: the wait of one future, and the place of that future |
//! | `waiting.rs` | [`Waiting`]: the tree, whose nodes are chains |
//! | `waits_for.rs` | [`WaitsFor`]: the end of a chain |
//! | `memory.rs` | [`Memory`]: the place of a future |
//!
//! [`in_flight::take_or_note`]: super::in_flight::take_or_note
//! [`answering::say`]: super::answering::say
//! [`answering::say_within`]: super::answering::say_within
//! [`answering::say_boxed`]: super::answering::say_boxed
//! [`answering::question`]: super::answering::question

mod asking;
mod collect;
mod counting_waker;
mod memory;
mod nesting;
mod saying;
mod statement;
mod waiting;
mod waits_for;

pub(crate) use self::asking::{ask, ask_at_deadline, Answer, Asked, Asking};
pub(crate) use self::collect::{Ask, Question, Shown, WentOn};
pub(crate) use self::memory::Memory;
pub(crate) use self::saying::saying;
pub(crate) use self::statement::{Said, Statement};
pub use self::waiting::{ChainEnd, Child, Children, Link, Waiting};
#[cfg(feature = "html")]
pub(crate) use self::waits_for::{before_holder, more_holders};
pub(crate) use self::waits_for::{rounded, write_of, AboutTask, KnownTask, TaskTag};
pub use self::waits_for::{LockHolder, QueueWait, TaskRef, WaitsFor};
