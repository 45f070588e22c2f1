//! Yieldables, and how each kind of them becomes one future that the coroutine waits for.
//!
//! # How it works
//!
//! `yield_!(x)` needs to know whether `x` is a future, a list of futures, or a type of the user. It
//! also needs to know whether to *open* an output that is a `Result`, so that its error arrives at
//! the yield, or to give it unchanged. No blanket impl can express this. So [`Yieldable`] has
//! parameters that distinguish the impls. rustc infers all of them:
//!
//! | parameter | what it says | how it is chosen |
//! |---|---|---|
//! | `M` | the kind: future, list of `M`, map of `M`, tuple of `M`s, custom | only one impl fits the type |
//! | `Mode` | [`Flat`]: a `Result` is opened; [`Raw`](modes::Raw): outputs stay unchanged | the [probe](crate::yield_macro::probe) of the yield prefers flat, if it fits |
//! | `K` | the kind of the [frame](crate::coroutine::Frame) that the yieldable needs | by the frame of the body |
//!
//! | file | what it holds |
//! |---|---|
//! | `future.rs` | every `IntoFuture` |
//! | `list.rs` | `Vec`, `Box<[T]>`, arrays, `VecDeque` |
//! | `map.rs` | `HashMap`, `BTreeMap` |
//! | `tuple.rs` | tuples of up to twelve elements |
//! | `option.rs` | `Option` |
//! | `wrappers.rs` | `gen::raw`, `gen::ok` |
//! | `boxed.rs` | `gen::boxed`, `gen::boxed_send` |
//! | `shield.rs` | `gen::shield` |
//! | `fallible.rs` | the bound of functions that take only futures of a `Result` |
//! | `join.rs` | `join`, which makes a future of a yieldable |
//! | `unopened.rs` | finds `Result`s that a yield would leave unopened |
//! | `has_error.rs`, `yielded.rs` | the types on which rustc reports the messages about mistakes |
//! | `../yield_macro` | `yield_!`, its checks, and its messages about mistakes |
//! | `../multi`, `../time` | `gen::multi`, `gen::with_timeout` |
//! | `../limit`, `../first_of` | `gen::limit`, `gen::first_of` |
//! | `../point` | yield points: `gen::Callback`, `gen::Wait`, and those of users |

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
pub(crate) use self::has_error::{forward_error, HasError};
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

/// A type that `yield_!` accepts: a future, or a list, map or tuple of yieldables, or your own
/// type.
///
/// # A type of your own
///
/// Implement the standard [`IntoFuture`](std::future::IntoFuture), and your type can be yielded.
/// (This corresponds to Tornado's `convert_yielded.register`.)
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
/// A function that takes any yieldable is generic over the kind `M`, and names the mode [`Flat`].
/// This one tries again after a failure:
///
/// ```
/// use gen::{modes::Flat, yield_, Yieldable};
/// use std::time::Duration;
///
/// /// Makes up to `times` attempts. The pause after each failure is twice as long.
/// #[gen::coroutine]
/// fn retry<Y, M, F>(times: u32, mut attempt: F) -> gen::Result<Y::Output>
/// where
///     Y: Yieldable<M, Flat>,
///     F: FnMut() -> Y,
/// {
///     let mut pause = Duration::from_millis(100);
///     for _ in 1..times {
///         match yield_!(attempt()) {
///             // A cancellation is not a failure. If it were, the task would go on.
///             Err(error) if !error.is_cancelled() => yield_!(gen::sleep(pause))?,
///             result => return result,
///         }
///         pause *= 2;
///     }
///     yield_!(attempt())
/// }
///
/// #[gen::coroutine]
/// fn fetch(number: u32) -> Result<u32, &'static str> {
///     if number < 3 { Err("refused") } else { Ok(number) }
/// }
///
/// #[gen::coroutine]
/// fn body() -> gen::Result<u32> {
///     let mut attempts = 0;
///     let fetched = retry(5, || {
///         attempts += 1;
///         fetch(attempts)
///     });
///     assert_eq!(yield_!(fetched)?, 3);
///
///     // The last failure is the error. A list is retried as a whole.
///     let error = yield_!(retry(2, || [fetch(1), fetch(9)])).unwrap_err();
///     assert_eq!(error.to_string(), "refused");
///
///     // A cancellation ends the first attempt, and no other one follows.
///     let waits = || gen::sleep(Duration::from_secs(3600));
///     let task = gen::spawn(retry(u32::MAX, waits));
///     yield_!(gen::moment())?;
///     yield_!(task.cancel("stop"))?;
///     assert!(yield_!(task).unwrap_err().is_cancelled());
///     Ok(attempts)
/// }
/// let io_loop = gen::IoLoop::with_clock(gen::VirtualClock::new());
/// assert_eq!(io_loop.run_sync(body()).unwrap(), 3);
/// ```
///
/// # A container of your own
///
/// Implement this trait, generic over `M`, `Mode` and `K` of the elements, and pass the frame to
/// them. The kind of the container must be a type of your own with the kind of the elements as a
/// parameter. A type without elements uses [`Custom`].
///
/// ```
/// use gen::{kinds::Listed, yield_, Frame, FrameKind, Yieldable};
/// use std::marker::PhantomData;
///
/// struct Grid<T>(Vec<Vec<T>>);
/// struct GridOf<M>(PhantomData<M>);
///
/// impl<T, M, Mode, K> Yieldable<GridOf<M>, Mode, K> for Grid<T>
/// where
///     T: Yieldable<M, Mode, K>,
///     K: FrameKind,
/// {
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
    note = "for a type of your own, implement `IntoFuture`"
)]
pub trait Yieldable<M = Custom, Mode = Flat, K: FrameKind = i32> {
    /// The value of the yield, unless it fails.
    type Output;

    /// The future that the coroutine waits for.
    type Pending: Future<Output = Result<Self::Output>>;

    /// Makes that future. It must not start anything before it is polled.
    fn into_pending(self, frame: &Frame<K>) -> Self::Pending;
}
