//! Hooks for a library that drives coroutines itself, such as a durable engine.
//!
//! Such a library polls a coroutine with a waker of its own, and decides itself when it polls. The
//! crate `gen-durable` is one: it wakes a coroutine only for the next event of a journal, so that a
//! replay takes the same steps. A program that only runs coroutines needs nothing of this module.
//!
//! | to | use |
//! |---|---|
//! | receive a cancellation that is meant for the driver's own task, and pass it on later | [`take_cancel`], [`CancelRequest::poll`] |
//! | cancel the coroutine without such a request | [`CancelRequest::new`] |
//! | learn where the coroutine is suspended, and for which events it waits | [`poll_asked`] |
//! | name the wait of a future of your own, for dumps and for `poll_asked` | [`say`] |
//! | name the wait of a future that polls another one in a box | [`say_boxed`] |
//! | show in a dump what waits inside of the driver | [`say_body`] |
//! | refuse what differs from run to run | [`in_fixed_order`] |
//! | name a type in a message, as a dump does | [`short_type`] |
//! | end a timeout of your own | [`timeout_error`] |
//! | read the clock of the loop, which a test can move | [`now`] |
//!
//! ```
//! use gen::dump::{ChainEnd, WaitsFor};
//! use gen::{drive, yield_};
//! use std::pin::pin;
//! use std::task::{Context, Poll, Waker};
//!
//! #[gen::coroutine]
//! fn patient() -> gen::Result<&'static str> {
//!     match yield_!(std::future::pending::<()>()) {
//!         Err(error) if error.is_cancelled() => Ok("cleaned up"),
//!         other => other.map(|()| "done"),
//!     }
//! }
//!
//! let mut body = pin!(patient());
//! let mut cx = Context::from_waker(Waker::noop());
//! let (polled, waiting) = drive::poll_asked(body.as_mut(), &mut cx);
//! assert!(polled.is_pending());
//! assert_eq!(waiting.sites()[0].function(), "patient");
//! assert!(matches!(waiting.end, ChainEnd::For(WaitsFor::Foreign { .. })));
//!
//! let mut request = drive::CancelRequest::new(gen::CancelSource::Explicit, "enough");
//! let polled = request.poll(body, &mut cx).map(Result::unwrap);
//! assert_eq!(polled, Poll::Ready("cleaned up"));
//! ```

use std::any::type_name;
use std::borrow::Cow;
use std::future::Future;
use std::panic::Location;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

use crate::dump::{Children, Waiting, WaitsFor};
use crate::error::{CancelSource, ChildKey, Error, TimeoutError};
pub use crate::inject::fixed_order::{Refused, RefusedKind};
use crate::inject::question::{ask, Ask, Child, Shown};
use crate::inject::{answering, fixed_order, in_flight, poll_cancelled, Cancellation};
use crate::report::type_name::short;
use crate::{time, Result};

/// A request to cancel a coroutine, on its way to the yields at which the coroutine waits.
#[derive(Debug)]
pub struct CancelRequest(Cancellation);

impl CancelRequest {
    /// Makes a request.
    #[track_caller]
    pub fn new(source: CancelSource, reason: impl Into<Cow<'static, str>>) -> Self {
        CancelRequest(Cancellation::new(source, reason, Location::caller()))
    }

    /// The kind of event that made the request.
    #[must_use]
    pub fn source(&self) -> CancelSource {
        self.0.source()
    }

    /// The reason, for people.
    #[must_use]
    pub fn reason(&self) -> &str {
        self.0.reason()
    }

    /// Whether the last [`poll`](Self::poll) has left the request for the next one, because a
    /// [shield](fn@crate::shield) holds it back.
    #[must_use]
    pub fn is_deferred(&self) -> bool {
        self.0.is_deferred()
    }

    /// Polls the body once with the request, which reaches each yield that stays pending, also
    /// those of the children of groups.
    ///
    /// If the request [is deferred](Self::is_deferred) afterwards, the next poll must be one with
    /// the request, too. A body that has no yield of a coroutine cannot take it: its result is the
    /// error [`Cancelled`](crate::Cancelled), and the caller must drop it.
    pub fn poll<F, T>(&mut self, body: Pin<&mut F>, cx: &mut Context<'_>) -> Poll<Result<T>>
    where
        F: Future<Output = Result<T>> + ?Sized,
    {
        poll_cancelled(body, cx, &mut self.0)
    }
}

/// Takes the cancellation with which the future that calls this is being polled, if there is one
/// from a source for which `wanted` holds.
///
/// For the code that has asked, the future then is one that cleans up.
pub fn take_cancel(cx: &Context<'_>, wanted: impl FnOnce(CancelSource) -> bool) -> Option<CancelRequest> {
    let source = in_flight::any_in_flight().then(|| in_flight::cancel_source(cx.waker())).flatten()?;
    wanted(source).then(|| in_flight::take_cancel(cx.waker()).map(CancelRequest)).flatten()
}

/// Polls a body once, and asks where it waits. The answer has no yields if the body has ended.
///
/// This is a poll like any other: if it lets the body go on, the answer is that of the place where
/// the body is suspended afterwards. It takes longer than a usual poll, since all children of a
/// group are asked.
pub fn poll_asked<F>(body: Pin<&mut F>, cx: &mut Context<'_>) -> (Poll<F::Output>, Waiting)
where
    F: Future + ?Sized,
{
    let (polled, answer) = ask(Ask::Tree(Shown::ALL), type_name::<F>(), cx.waker(), |cx, thrown| {
        in_flight::with_injected(thrown, cx.waker(), || body.poll(cx))
    });
    (polled, answer.waiting)
}

/// Says what a future of your own waits for. Call it in each poll that leaves the future pending.
///
/// `waits_for` gives the object of "waits for", and is called only for a dump, or for
/// [`poll_asked`]. The future keeps one clone of the waker.
pub fn say<L>(future: &L, cx: &Context<'_>, waits_for: impl FnOnce() -> String) {
    answering::say(future, cx.waker(), 1, |_| WaitsFor::Described { what: waits_for() });
}

/// Says that a future of your own also waits for the content of a box, which it has polled. Call it
/// in each poll that leaves the content pending, after that poll.
///
/// `pointer` is the box, as a part of your future. A future that says more than that, by [`say`],
/// needs it: the wait of the content would otherwise not be taken for a part of it.
pub fn say_boxed<B, C: ?Sized>(pointer: &B, content: &C, cx: &Context<'_>) {
    answering::say_boxed(pointer, content, cx.waker());
}

/// Whether the future that calls this is polled by a dump, which [`say_body`] answers.
#[must_use]
pub fn is_asked(cx: &Context<'_>) -> bool {
    in_flight::any_in_flight() && answering::question(cx.waker()).is_some()
}

/// Answers a dump for a driver: it waits for a body, such as "a durable run", which waits for that.
/// The driver keeps one clone of the waker.
pub fn say_body<D>(driver: &D, waker: &Waker, what: &'static str, name: &'static str, waiting: Waiting) {
    let mut children = Children::new(what, Some(1));
    children.unfinished.push(Child::new(ChildKey::Index(0), name, waiting));
    answering::say_children(driver, waker, 1, children);
}

/// Runs `poll`, in which the coroutine may do only what has the same order in each process.
///
/// Also returns the first thing that was refused. If there is one, drop the coroutine, in another
/// call of this function: so its brackets start no tasks.
///
/// | in the poll | becomes |
/// |---|---|
/// | a yield of a `HashMap`, whose order differs from map to map, also in [`limit`](crate::limit()), [`first_of`](crate::first_of()) and [`first_ok`](crate::first_ok()) | refused: the yield stays pending |
/// | a [`sleep`](crate::sleep()) or a [timeout](crate::with_timeout()), where there is no timer | refused: it stays pending. Where there is one, [`poll_asked`] finds it |
/// | [`spawn`](crate::spawn) and all else that starts a task | refused: the handle gives the error [`NoHost`](crate::NoHost) |
/// | [`from_callback`](crate::from_callback), and the callbacks of a loop | refused: the function is dropped |
/// | [`Callback`](crate::Callback) | refused, but it goes on |
/// | [`blocking`](crate::blocking()) | refused: the closure is dropped |
/// | a load of a [`batch`](crate::batch()) or a [`single_flight`](crate::single_flight()) | refused: it stays pending |
/// | the drop of a [`bracket`](crate::bracket()) that has not ended | refused: the release is dropped, without a report |
/// | a group with many woken children | polls all of them, whatever budget the executor gives the task |
///
/// ```
/// use gen::{drive, yield_};
/// use std::collections::HashMap;
/// use std::future::Future;
/// use std::pin::pin;
/// use std::task::{Context, Waker};
///
/// #[gen::coroutine]
/// fn unordered() -> gen::Result<usize> {
///     Ok(yield_!(HashMap::from([(1, async { 1 })]))?.len())
/// }
/// let mut body = pin!(unordered());
/// let mut cx = Context::from_waker(Waker::noop());
/// let (polled, refused) = drive::in_fixed_order(|| body.as_mut().poll(&mut cx));
/// assert_eq!(refused.unwrap().kind(), drive::RefusedKind::UnorderedMap);
/// assert!(polled.is_pending());
/// ```
pub fn in_fixed_order<R>(poll: impl FnOnce() -> R) -> (R, Option<Refused>) {
    fixed_order::in_fixed_order(poll)
}

/// The name of a type as a dump prints it: without the paths of its parts, and without the wrappers
/// that a coroutine puts around a future.
///
/// ```
/// let name = std::any::type_name::<Result<Vec<String>, gen::Error>>();
/// assert_eq!(gen::drive::short_type(name), "Result<Vec<String>, Error>");
/// ```
///
/// The name is for people, and differs between versions of the compiler.
#[must_use]
pub fn short_type(name: &str) -> String {
    short(name)
}

/// The error of a timeout of your own, which is that of [`with_timeout`](crate::with_timeout).
#[must_use]
pub fn timeout_error(after: Duration) -> Error {
    TimeoutError::new(after).into()
}

/// The time on the clock that [`sleep`](crate::sleep()) uses here: that of the loop, which may be
/// virtual, or that of tokio, which may be paused. Elsewhere the real one.
#[must_use]
pub fn now() -> Instant {
    time::now()
}
