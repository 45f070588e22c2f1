//! [`finally`]: a clean-up that runs, however a coroutine ends.

use std::future::{ready, Future};

use super::bracket;
use super::clean_up::CleanUp;
use crate::yieldable::FutureOfResult;
use crate::{Error, Result, Throw};

/// Runs a coroutine, and then a clean-up, however the coroutine ends.
///
/// It is a [`bracket`](crate::bracket()) without a resource. `clean_up` is a coroutine, or a
/// closure that makes one. It runs once, after a success, an error, a cancellation or a panic of
/// `body`, and is protected from cancellation. The result of the whole is that of `body`.
///
/// ```
/// use gen::yield_;
/// use std::sync::{Arc, Mutex};
///
/// #[gen::coroutine]
/// fn remove(names: Arc<Mutex<Vec<&'static str>>>) -> gen::Result {
///     yield_!(gen::moment())?;
///     names.lock().unwrap().clear();
///     Ok(())
/// }
///
/// #[gen::coroutine]
/// fn upload(names: &Mutex<Vec<&'static str>>) -> gen::Result<usize> {
///     yield_!(gen::moment())?;
///     gen::bail!("{} names are too many", names.lock().unwrap().len());
/// }
///
/// #[gen::coroutine]
/// fn body() -> gen::Result<String> {
///     let names = Arc::new(Mutex::new(vec!["a", "b"]));
///     let removed = names.clone();
///     let error = yield_!(gen::finally(upload(&names), || remove(removed)));
///     let error = error.unwrap_err();
///     assert!(names.lock().unwrap().is_empty());
///     Ok(error.to_string())
/// }
/// assert_eq!(gen::run_sync(body()).unwrap(), "2 names are too many");
/// ```
///
/// If the whole is dropped after its first poll, the clean-up runs in a task, which
/// [`spawn`](crate::spawn) starts in the drop. Before that, neither the body nor the clean-up runs.
/// So the clean-up must be `Send` and `'static`. [`finally_local`] takes one that is not `Send`,
/// and [`finally_in_place`] one that borrows, which does not run if the whole is dropped.
///
/// # Errors
///
/// Those of [`bracket`](crate::bracket()), with the clean-up as the release.
///
/// # Panics
///
/// If the body panics, the clean-up runs, and then the panic goes on.
///
/// # Cancellation
///
/// A cancellation goes to the body. If the body cannot take it, it is dropped. Then the clean-up
/// runs. While the clean-up runs, a cancellation waits.
#[doc(alias("defer", "ensure", "ensuring", "cleanup"))]
pub fn finally<B, F, C, T, E, EC, M, MC, MF>(body: B, clean_up: F) -> impl Future<Output = Result<T>>
where
    B: FutureOfResult<T, E>,
    F: CleanUp<MF, Coroutine = C> + Send + 'static,
    C: FutureOfResult<(), EC>,
    C::IntoFuture: Send + 'static,
    E: Throw<M>,
    EC: Throw<MC>,
    MC: 'static,
    MF: 'static,
{
    let body = async move |(): &mut ()| body.into_future().await;
    bracket(ready(Ok::<_, Error>(())), body).release(move |(), _| clean_up.into_coroutine())
}

/// Runs a coroutine, and then a clean-up that need not be `Send`, like [`finally`].
///
/// If the whole is dropped, [`spawn_local`](crate::spawn_local) starts the clean-up.
///
/// ```
/// use std::{cell::Cell, rc::Rc};
///
/// let open = Rc::new(Cell::new(1));
/// let closed = open.clone();
/// let body = async { Ok::<_, gen::Error>(7) };
/// let whole = gen::finally_local(body, || async move {
///     closed.set(0);
///     Ok::<_, gen::Error>(())
/// });
/// assert_eq!(gen::run_sync(whole).unwrap(), 7);
/// assert_eq!(open.get(), 0);
/// ```
///
/// # Errors
///
/// Those of [`bracket`](crate::bracket()), with the clean-up as the release.
///
/// # Cancellation
///
/// As with [`finally`].
pub fn finally_local<B, F, C, T, E, EC, M, MC, MF>(body: B, clean_up: F) -> impl Future<Output = Result<T>>
where
    B: FutureOfResult<T, E>,
    F: CleanUp<MF, Coroutine = C> + 'static,
    C: FutureOfResult<(), EC>,
    C::IntoFuture: 'static,
    E: Throw<M>,
    EC: Throw<MC>,
    MC: 'static,
    MF: 'static,
{
    let body = async move |(): &mut ()| body.into_future().await;
    bracket(ready(Ok::<_, Error>(())), body).release_local(move |(), _| clean_up.into_coroutine())
}

/// Runs a coroutine, and then a clean-up that may borrow, like [`finally`].
///
/// The clean-up runs only as a part of the whole. If the whole is dropped before it has ended, so
/// is the clean-up, and a record in the log says so (target `gen`, level `ERROR`).
///
/// ```
/// use std::cell::Cell;
///
/// let open = Cell::new(1);
/// let body = async { Ok::<_, gen::Error>(open.get()) };
/// let whole = gen::finally_in_place(body, || async {
///     open.set(0);
///     Ok::<_, gen::Error>(())
/// });
/// assert_eq!(gen::run_sync(whole).unwrap(), 1);
/// assert_eq!(open.get(), 0);
/// ```
///
/// # Errors
///
/// Those of [`bracket`](crate::bracket()), with the clean-up as the release.
///
/// # Cancellation
///
/// As with [`finally`].
pub fn finally_in_place<B, F, C, T, E, EC, M, MC, MF>(body: B, clean_up: F) -> impl Future<Output = Result<T>>
where
    B: FutureOfResult<T, E>,
    F: CleanUp<MF, Coroutine = C>,
    C: FutureOfResult<(), EC>,
    E: Throw<M>,
    EC: Throw<MC>,
{
    let body = async move |(): &mut ()| body.into_future().await;
    bracket(ready(Ok::<_, Error>(())), body).release_in_place(move |(), _| clean_up.into_coroutine())
}
