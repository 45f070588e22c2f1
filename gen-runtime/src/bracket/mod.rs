//! [`bracket`]: a resource that is acquired, used and released; [`finally`]: a clean-up that always
//! runs.
//!
//! # How it works
//!
//! | file | what it holds |
//! |---|---|
//! | `mod.rs` | [`bracket`], [`Bracket`], and how it is released |
//! | `finally.rs`, `clean_up.rs` | [`finally`], and what it takes |
//! | `run.rs` | the three phases, one after the other |
//! | `acquire.rs`, `using.rs`, `releasing.rs` | the future of each phase |
//! | `phase.rs` | a poll of a phase that a dump can name |
//! | `held.rs` | the resource, or its release that has begun: what is left when the bracket is dropped |
//! | `abandon.rs` | what becomes of it then |
//! | `exit.rs` | [`Exit`]: how the use has ended |
//! | `outcome.rs` | the result of the whole |
//!
//! | event | while it acquires | while it uses | while it releases |
//! |---|---|---|---|
//! | the phase ends well | the use begins | the release begins | the result of the use |
//! | it fails | the error of the whole | the release begins; later the error of the whole | the error of the whole, or beside that of the use |
//! | it panics | the panic goes on | the release begins; later the panic goes on | the panic goes on |
//! | a cancellation arrives | goes to the acquisition; if that gives a resource all the same, the release begins | goes to the use; a use that cannot take it is dropped, and the release begins | is deferred to the yield after the bracket |
//! | an error is thrown | goes to the acquisition | goes to the use, as a cancellation does | goes to the release; if no yield of it takes the error, it is raised when the release has ended |
//! | the bracket is dropped | the acquisition is dropped | the use is dropped, then the release begins elsewhere | the release goes on elsewhere |
//!
//! The use borrows the resource, which stays in the [`Held`](held::Held) of the bracket. So
//! whatever becomes of the use, the resource is still there to be released, and no unsafe code is
//! needed: the bracket is an `async` block, whose locals may borrow from each other. When the block
//! is dropped, they are dropped in reverse order: first the use, then the `Held`, whose drop
//! abandons the release.
//!
//! "Elsewhere" is a function pointer, which the method chooses that ends the builder. So only
//! `release` demands `Send`, and only `release` and `release_local` demand `'static`.

mod abandon;
mod acquire;
mod clean_up;
mod exit;
mod finally;
mod held;
mod outcome;
mod phase;
mod releasing;
mod run;
mod using;

use std::future::Future;

pub use self::clean_up::CleanUp;
pub use self::exit::Exit;
pub use self::finally::{finally, finally_in_place, finally_local};
use self::run::run;
use crate::opaque::opaque_debug;
use crate::yieldable::join::not_awaited;
use crate::yieldable::{FutureOfResult, Opened};
use crate::{Result, Throw};

/// Acquires a resource, lends it to a coroutine, and releases it, however the coroutine ends.
///
/// `acquire` is a coroutine, or another future of a `Result`, that gives the resource. `use_it`
/// gets a `&mut` to it. The method [`release`](Bracket::release) takes the function that gives the
/// resource back. It runs once, after a success, an error, a cancellation or a panic of the use,
/// and it may yield. The result of the whole is that of the use.
///
/// ```
/// use gen::yield_;
/// use std::sync::{Arc, Mutex};
///
/// struct Connection(Arc<Mutex<Vec<String>>>);
///
/// #[gen::coroutine]
/// fn connect(log: Arc<Mutex<Vec<String>>>) -> gen::Result<Connection> {
///     yield_!(gen::moment())?;
///     Ok(Connection(log))
/// }
///
/// #[gen::coroutine]
/// fn insert(connection: &mut Connection, row: &str) -> gen::Result<usize> {
///     yield_!(gen::moment())?;
///     gen::ensure!(!row.is_empty(), "the row is empty");
///     connection.0.lock().unwrap().push(format!("insert {row}"));
///     Ok(1)
/// }
///
/// #[gen::coroutine]
/// fn end(connection: Connection, exit: gen::Exit) -> gen::Result {
///     yield_!(gen::moment())?;
///     let end = if exit.is_success() { "commit" } else { "roll back" };
///     connection.0.lock().unwrap().push(end.to_owned());
///     Ok(())
/// }
///
/// #[gen::coroutine]
/// fn save(log: Arc<Mutex<Vec<String>>>, row: &str) -> gen::Result<usize> {
///     yield_!(gen::bracket(connect(log), async |connection| {
///         yield_!(insert(connection, row))
///     })
///     .release(end))
/// }
///
/// let log = Arc::new(Mutex::new(Vec::new()));
/// assert_eq!(gen::run_sync(save(log.clone(), "a")).unwrap(), 1);
/// assert!(gen::run_sync(save(log.clone(), "")).is_err());
/// assert_eq!(*log.lock().unwrap(), ["insert a", "commit", "roll back"]);
/// ```
///
/// # The use
///
/// The use *borrows* the resource: it cannot keep it, and no clone or lock is needed. A function
/// that takes nothing else is given by its name: `gen::bracket(connect(), check)`. With further
/// arguments it is an `async` closure, as above, which may borrow from the coroutine around it. A
/// plain closure, `|connection| insert(connection, row)`, does not compile: rustc cannot say that
/// its future borrows from its argument.
///
/// # Which release
///
/// | method | the resource and the release are | where the bracket is dropped, the release |
/// |---|---|---|
/// | [`release`](Bracket::release) | `Send + 'static` | runs in a task |
/// | [`release_local`](Bracket::release_local) | `'static` | runs in a task of this thread |
/// | [`release_in_place`](Bracket::release_in_place) | anything, such as borrowed | is lost, with a record in the log |
///
/// A bracket is dropped by a timeout or a race without `.cancel(..)`, or with its task.
///
/// # Nested
///
/// A bracket in the use of another one is released before it, so in reverse order. If the outer one
/// is dropped, the releases *begin* in this order, each in a task of its own, and do not wait for
/// each other.
///
/// # Errors
///
/// | use | release | the whole fails with |
/// |---|---|---|
/// | ends well | fails | the error of the release |
/// | fails | ends well | the error of the use |
/// | fails | fails | the error of the use; that of the release is one of its [`others`](crate::Error::others), and is logged |
///
/// A failure of `acquire` is the error of the whole, and nothing is released.
///
/// # Panics
///
/// If the use panics, the release runs, and then the panic goes on. If the release fails too, its
/// error is logged. If the release panics, that panic goes on, and the error of the use is logged.
///
/// # Cancellation
///
/// - *While it acquires*, the cancellation goes to `acquire`, as to any coroutine, and ends it as a
///   rule. An acquisition may take long, so it is not shielded: yield a
///   [`shield`](fn@crate::shield) in it where it must not be cut off. If `acquire` took the
///   cancellation, and gives the resource all the same, the use does not begin: the resource is
///   released, and the whole fails with the cancellation.
/// - *While it uses*, the cancellation goes to the use, which may clean up. A plain future, which
///   cannot take it, is dropped. Then the release runs.
/// - *While it releases*, the cancellation waits until the release has ended, as with a `shield`.
#[doc(alias("acquireRelease", "with", "acquire_use_release", "AsyncDrop", "defer"))]
pub fn bracket<A, U, R, T, E, EA>(acquire: A, use_it: U) -> Bracket<A, U>
where
    A: FutureOfResult<R, EA>,
    U: AsyncFnOnce(&mut R) -> Result<T, E>,
{
    Bracket { acquire, use_it }
}

/// A resource and its use, which lack the release: made by [`bracket`].
#[must_use = "a bracket does nothing before its `release` is yielded"]
pub struct Bracket<A, U> {
    acquire: A,
    use_it: U,
}

opaque_debug!([A, U] Bracket<A, U>);

not_awaited!([A, U] Bracket<A, U>, AwaitsUnreleased);

/// Defines the methods that end the builder. In the brackets are the bounds of the release and of
/// the resource. The function after them gets what is left when the bracket is dropped.
macro_rules! releases {
    ($($(#[$doc:meta])+ $name:ident: [$($send:ident +)? $($lifetime:lifetime)?], $abandon:path;)+) => {
        impl<A, U> Bracket<A, U> {
            $(
                $(#[$doc])+
                pub fn $name<F, C, R, T, E, EA, EC, M, MA, MC>(
                    self,
                    release: F,
                ) -> impl Future<Output = Result<T>>
                where
                    A: FutureOfResult<R, EA>,
                    U: AsyncFnOnce(&mut R) -> Result<T, E>,
                    F: FnOnce(R, Exit) -> C $(+ $send)? $(+ $lifetime)?,
                    C: FutureOfResult<(), EC>,
                    C::IntoFuture: $($send +)? $($lifetime)?,
                    R: $($send +)? $($lifetime)?,
                    E: Throw<M>,
                    EA: Throw<MA>,
                    EC: Throw<MC>,
                    MC: $($lifetime)?,
                {
                    let release =
                        move |resource, exit| Opened::<_, MC>::new(release(resource, exit).into_future());
                    run(self.acquire, self.use_it, release, $abandon)
                }
            )+
        }
    };
}

releases! {
    /// Releases the resource with this function, in a task if the bracket is dropped.
    ///
    /// `release` gets the resource, and how the use has ended. Its coroutine, whose value is `()`,
    /// is protected from cancellation. The whole is a future, which is yielded or awaited.
    ///
    /// If the whole is dropped before the release has ended, the release goes on in a task, which
    /// [`spawn`](crate::spawn) starts in the drop: it gets [`Exit::Dropped`] if it has not begun.
    /// Its failure is logged, and so is the loss of the release where nothing takes a task.
    ///
    /// ```
    /// use gen::{yield_, Exit};
    /// use std::sync::{Arc, Mutex};
    /// use std::time::Duration;
    ///
    /// #[gen::coroutine]
    /// fn unlock(exits: Arc<Mutex<Vec<String>>>, exit: Exit) -> gen::Result {
    ///     yield_!(gen::sleep(Duration::from_secs(1)))?;
    ///     exits.lock().unwrap().push(format!("{exit:?}"));
    ///     Ok(())
    /// }
    ///
    /// #[gen::coroutine]
    /// fn body() -> gen::Result<Vec<String>> {
    ///     let exits = Arc::new(Mutex::new(Vec::new()));
    ///     let lock = async { Ok::<_, gen::Error>(exits.clone()) };
    ///     let locked = gen::bracket(lock, async |_| yield_!(gen::sleep(Duration::MAX)));
    ///     // The timeout drops the bracket.
    ///     let limited = gen::with_timeout(Duration::from_secs(5), locked.release(unlock));
    ///     assert!(yield_!(limited).is_err());
    ///     yield_!(gen::sleep(Duration::from_secs(2)))?;
    ///     let exits = exits.lock().unwrap().clone();
    ///     Ok(exits)
    /// }
    /// let io_loop = gen::IoLoop::with_clock(gen::VirtualClock::new());
    /// assert_eq!(io_loop.run_sync(body()).unwrap(), ["Dropped"]);
    /// ```
    ///
    /// # Errors
    ///
    /// Those of [`bracket`].
    ///
    /// # Cancellation
    ///
    /// See [`bracket`].
    release: [Send + 'static], abandon::to_task;

    /// Releases the resource with this function, in a task of this thread if the bracket is
    /// dropped.
    ///
    /// It is [`release`](Self::release) for a resource or a release that is not `Send`. The task is
    /// started by [`spawn_local`](crate::spawn_local).
    ///
    /// ```
    /// use std::{cell::Cell, rc::Rc};
    ///
    /// let open = Rc::new(Cell::new(0));
    /// let acquired = async {
    ///     open.set(open.get() + 1);
    ///     Ok::<_, gen::Error>(open.clone())
    /// };
    /// let used = gen::bracket(acquired, async |open| Ok::<_, gen::Error>(open.get()))
    ///     .release_local(|open: Rc<Cell<u32>>, _| async move {
    ///         open.set(0);
    ///         Ok::<_, gen::Error>(())
    ///     });
    /// assert_eq!(gen::run_sync(used).unwrap(), 1);
    /// assert_eq!(open.get(), 0);
    /// ```
    ///
    /// # Errors
    ///
    /// Those of [`bracket`].
    ///
    /// # Cancellation
    ///
    /// See [`bracket`].
    release_local: ['static], abandon::to_local_task;

    /// Releases the resource with this function, which may borrow.
    ///
    /// The release runs only as a part of the bracket. If the bracket is dropped before it has
    /// ended, so is the release, and a record in the log says so (target `gen`, level `ERROR`). So
    /// use it where the bracket is cancelled and not dropped, or where the destructor of the
    /// resource does what must be done.
    ///
    /// ```
    /// use gen::yield_;
    /// use std::cell::RefCell;
    ///
    /// #[gen::coroutine]
    /// fn check(free: &mut Vec<u32>) -> gen::Result<usize> {
    ///     yield_!(gen::moment())?;
    ///     Ok(free.len())
    /// }
    ///
    /// #[gen::coroutine]
    /// fn with_all(pool: &RefCell<Vec<u32>>) -> gen::Result<usize> {
    ///     let taken = async { Ok::<_, gen::Error>(pool.take()) };
    ///     yield_!(gen::bracket(taken, check).release_in_place(|taken, _| async {
    ///         pool.replace(taken);
    ///         Ok::<_, gen::Error>(())
    ///     }))
    /// }
    /// let pool = RefCell::new(vec![1, 2]);
    /// assert_eq!(gen::run_sync(with_all(&pool)).unwrap(), 2);
    /// assert_eq!(*pool.borrow(), [1, 2]);
    /// ```
    ///
    /// If the *type* of the resource contains a borrow, such as a guard, and the task must be
    /// `Send`, rustc may find that a closure as the use is "not general enough". Give a function
    /// then.
    ///
    /// # Errors
    ///
    /// Those of [`bracket`].
    ///
    /// # Cancellation
    ///
    /// See [`bracket`].
    release_in_place: [], abandon::lost;
}
