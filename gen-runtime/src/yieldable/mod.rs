//! What can be yielded, and how each kind becomes one future that the machine waits for.
//!
//! # How it works
//!
//! `yield_!(x)` needs to know what `x` is: a future, a list of futures, something of the user's; and whether an output that is a `Result` is to be
//! *opened* (its error arrives at the yield) or handed over as it is. Neither can be written as one blanket impl, so [`Yieldable`] has
//! parameters that keep the impls apart, all inferred:
//!
//! | parameter | what it says | who picks it |
//! |---|---|---|
//! | `M` | the kind: future, list of `M`, map of `M`, tuple of `M`s, custom | the only impl that fits the type |
//! | `Mode` | [`Flat`](modes::Flat): a `Result` is opened; [`Raw`](modes::Raw): outputs are as they are | the [probe](crate::yield_macro::probe), at the yield: flat if it fits |
//! | `K` | what the [frame](crate::coroutine::Frame) must hold | the frame of the body |
//!
//! | file | what is yieldable |
//! |---|---|
//! | `future.rs` | every `IntoFuture` |
//! | `list.rs` | `Vec`, `Box<[T]>`, arrays, `VecDeque` |
//! | `map.rs` | `HashMap`, `BTreeMap` |
//! | `tuple.rs` | tuples of up to twelve |
//! | `option.rs` | `Option` |
//! | `wrappers.rs` | `gen::raw`, `gen::ok` |
//! | `boxed.rs` | `gen::boxed`, `gen::boxed_send` |
//! | `shield.rs` | `gen::shield` |
//! | `fallible.rs` | what functions take instead of everything that is yieldable: a future of a `Result` |
//! | `join.rs` | `join`, for what can only be yielded |
//! | `unopened.rs` | which `Result`s would lie unopened in the value of a yield |
//! | `has_error.rs`, `yielded.rs` | what the messages about mistakes are demanded of |
//! | `../yield_macro` | what `yield_!` asks, and what it says of what cannot be yielded |
//! | `../multi`, `../time` | `gen::multi`, `gen::with_timeout` |
//! | `../limit`, `../first_of` | `gen::limit`, `gen::first_of` |
//! | `../point` | yield points: `gen::Callback`, `gen::Wait`, those of the user's |

mod boxed;
mod fallible;
mod future;
mod has_error;
pub(crate) mod join;
mod list;
mod map;
pub mod modes;
mod option;
mod shield;
mod tuple;
pub(crate) mod unopened;
pub(crate) mod wrappers;
mod yielded;

use std::future::Future;

pub use self::boxed::{boxed, boxed_send, BoxYieldable, SendBoxYieldable};
pub(crate) use self::fallible::FutureOfResult;
pub(crate) use self::future::{Called, Opened};
pub use self::future::{Fallible, Plain};
pub(crate) use self::has_error::HasError;
pub use self::list::Listed;
pub use self::map::Mapped;
use self::modes::Flat;
pub use self::option::Optional;
pub use self::shield::{shield, Shield, Shielded};
pub use self::tuple::tuple;
pub use self::wrappers::{ok, raw, RawMarked};
pub(crate) use self::yielded::Yielded;
use crate::coroutine::{Frame, FrameKind};
use crate::Result;

/// Marks a [`Yieldable`] that a user implemented.
#[derive(Debug)]
pub enum Custom {}

/// What `yield_!` accepts: a future, a list, map or tuple of yieldables, or a type of your own.
///
/// # A type of your own
///
/// Implement the standard [`IntoFuture`](std::future::IntoFuture), and your type can be yielded (Tornado's `convert_yielded.register`, checked at compile time):
///
/// ```
/// use gen::yield_;
/// use std::future::{ready, IntoFuture, Ready};
///
/// struct Query(&'static str);
/// impl IntoFuture for Query {
///     type Output = gen::Result<usize>;
///     type IntoFuture = Ready<gen::Result<usize>>;
///     fn into_future(self) -> Self::IntoFuture {
///         ready(Ok(self.0.len()))
///     }
/// }
///
/// #[gen::coroutine]
/// fn count() -> gen::Result<usize> {
///     let counts: Vec<usize> = yield_!(vec![Query("abc"), Query("de")])?;
///     Ok(counts.iter().sum())
/// }
/// assert_eq!(gen::run_sync(count()).unwrap(), 5);
/// ```
///
/// # A combinator of your own
///
/// A function that takes anything yieldable is generic over the kind `M`, and asks for [`Flat`](modes::Flat):
///
/// ```
/// use gen::{modes::Flat, yield_, Yieldable};
/// # use std::future::{ready, Ready};
///
/// #[gen::coroutine]
/// fn retry<Y, M>(times: usize, mut attempt: impl FnMut() -> Y) -> gen::Result<Y::Output>
/// where
///     Y: Yieldable<M, Flat>,
/// {
///     for _ in 1..times {
///         if let Ok(value) = yield_!(attempt()) {
///             return Ok(value);
///         }
///     }
///     yield_!(attempt())
/// }
///
/// let mut left = 3;
/// let flaky = || -> Ready<Result<&str, std::fmt::Error>> {
///     left -= 1;
///     ready(if left == 0 { Ok("there") } else { Err(std::fmt::Error) })
/// };
/// assert_eq!(gen::run_sync(retry(5, flaky)).unwrap(), "there");
/// ```
///
/// # A container of your own
///
/// Implement this trait, generic over `M`, `Mode` and `K` of its elements, and hand the frame on. The kind of the container must be a type of
/// your own that names the kind of the elements; a type without elements uses [`Custom`].
///
/// ```
/// use gen::{kinds::Listed, yield_, Frame, FrameKind, Yieldable};
/// use std::marker::PhantomData;
///
/// struct Grid<T>(Vec<Vec<T>>);
/// struct GridOf<M>(PhantomData<M>);
///
/// impl<T: Yieldable<M, Mode, K>, M, Mode, K: FrameKind> Yieldable<GridOf<M>, Mode, K> for Grid<T> {
///     type Output = Vec<Vec<T::Output>>;
///     type Pending = <Vec<Vec<T>> as Yieldable<Listed<Listed<M>>, Mode, K>>::Pending;
///     fn into_pending(self, frame: &Frame<K>) -> Self::Pending {
///         self.0.into_pending(frame)
///     }
/// }
///
/// #[gen::coroutine]
/// fn grid() -> gen::Result<Vec<Vec<u8>>> {
///     yield_!(Grid(vec![vec![async { 1 }]]))
/// }
/// assert_eq!(gen::run_sync(grid()).unwrap(), [[1]]);
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be yielded from a coroutine",
    label = "not yieldable",
    note = "a yieldable is a future, or a list, map or tuple of yieldables",
    note = "a type of your own becomes one by implementing `IntoFuture`"
)]
pub trait Yieldable<M = Custom, Mode = Flat, K: FrameKind = i32> {
    /// What the yield gives, if all goes well.
    type Output;

    /// The future that the coroutine waits for.
    type Pending: Future<Output = Result<Self::Output>>;

    /// Makes that future. Nothing is started yet: it must not run before it is polled.
    fn into_pending(self, frame: &Frame<K>) -> Self::Pending;
}
