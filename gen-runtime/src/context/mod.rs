//! Error contexts: an error of a callback is thrown into the coroutine that has scheduled it.
//!
//! A callback has no caller that could handle its error. So every function that schedules a
//! callback ([`add_callback`], [`call_later`], [`call_at`], [`add_future`],
//! [`Remote::add_callback`], [`JoinHandle::on_done`]) remembers the *context* in which it was
//! called: the task that was running. If the callback fails or panics, the error is
//! [thrown](crate::Coroutine::resume) into that task, at the yield where the task is suspended,
//! whatever it waits for there. A coroutine that catches the error goes on.
//!
//! ```
//! use gen::yield_;
//! use std::time::Duration;
//!
//! #[gen::coroutine]
//! fn body() -> gen::Result<String> {
//!     let io_loop = gen::IoLoop::current().unwrap();
//!     io_loop.add_callback(|| Err::<(), _>("the cable was pulled"));
//!     match yield_!(gen::sleep(Duration::from_secs(10))) {
//!         Err(error) => Ok(error.to_string()), // at once, not after ten seconds
//!         Ok(()) => Ok("nothing happened".to_owned()),
//!     }
//! }
//! let io_loop = gen::IoLoop::with_clock(gen::VirtualClock::new());
//! assert_eq!(io_loop.run_sync(body()).unwrap(), "the cable was pulled");
//! ```
//!
//! The trait [`gen::Context`](trait@crate::Context) is about another subject: it adds a message to
//! the error of a `Result`.
//!
//! A context is the part of Tornado's `StackContext` that carries errors.
//!
//! # The rules
//!
//! - Every [spawned](crate::spawn) task is a context from its first step to its end, on every
//!   executor. So is the future of a blocking call such as [`run_sync`](crate::run_sync), and that
//!   of [`#[gen::main(tokio)]`](macro@crate::main). A future that another library has started, as
//!   `tokio::spawn` does, is none: the errors of its callbacks are logged.
//! - A callback that is scheduled by another callback belongs to the same context as that one.
//! - The callback also sees what a task would inherit there: the [locals](crate::Local) that were
//!   declared so, and the deadlines of which [`time_left`](crate::time_left) tells.
//! - Contexts nest: the outer context of a task is the one in which the task was spawned. An error
//!   that a task does not take goes to the next outer context, and finally to the loop's [error
//!   handler](crate::IoLoopHandle::set_error_handler), or to the log if there is no handler (target
//!   `gen`, level `ERROR`).
//! - The closure of [`gen::from_callback`](crate::from_callback) runs in a context of its own:
//!   until its future has ended, the future takes the errors of the callbacks that the closure has
//!   scheduled.
//! - A task that has ended takes no error. Neither does a task whose body is executing, because it
//!   is not suspended at a yield.
//! - Errors are thrown one at a time: the second one arrives at the yield after the first. A result
//!   that is ready in the same turn wins over an error, which then arrives at the next yield.
//!   Errors that are left when the body ends go outward.
//! - So errors never reach a body whose yields are always ready. A [`moment`](crate::moment) in its
//!   loop lets them in.
//! - A callback that fails also drops the callables that it owns. A coroutine that waits for one of
//!   them gets the error, if the error is thrown into it, and not a
//!   [`CallbackDroppedError`](crate::CallbackDroppedError). That is why the callables that a
//!   callback drops are reported as dropped only when the callback has ended. Their keys are not
//!   [leaks](crate::LeakedCallbackError) when the coroutine ends, and may be registered again.
//! - Only yields take errors. At a plain `.await` the errors wait for the next `yield_!`.
//! - A task is one context, whatever runs in it. Of the branches of a `select!` or `join!` of
//!   another library, the one that is polled first takes the error. Spawn a branch if it must have
//!   a context of its own.
//! - An error that is thrown by a [handle](crate::JoinHandle::throw) waits in the same queue, but
//!   it does not go outward, and a task that is executing takes it at its next yield.
//! - A context does not keep its task alive, and is freed when no more errors can reach it: see
//!   [`depth`].
//! - The error of a [spawned](crate::spawn) task is not that of a callback: it belongs to the
//!   [`JoinHandle`](crate::JoinHandle), and is logged if it is never looked at.
//!   `gen::spawn(..).on_done(|result| result)` gives it to the context. An
//!   [`engine`](macro@crate::engine) has no handle, so its error goes to the context of its call.
//!
//! A callback that other code will call, perhaps on another thread, is bound to the current context
//! with [`wrap`], or with a [`Context`].
//!
//! [`add_callback`]: crate::IoLoopHandle::add_callback
//! [`call_later`]: crate::IoLoopHandle::call_later
//! [`call_at`]: crate::IoLoopHandle::call_at
//! [`add_future`]: crate::IoLoopHandle::add_future
//! [`Remote::add_callback`]: crate::Remote::add_callback
//! [`JoinHandle::on_done`]: crate::JoinHandle::on_done

use std::fmt;
use std::sync::Arc;

use crate::error::{CallbackOutput, Throw};
use crate::executor::{
    call, current, deliver_error, depth_of, host, send_to_handler, ErrorContext, Shared, UnhandledError,
};

/// A captured error context: the task that was running when [`capture`] was called.
///
/// It is not the trait [`gen::Context`](trait@crate::Context), which adds a message to an error.
///
/// It can be cloned, sent to other threads, and kept: it does not keep the task alive. When the
/// task has ended, its errors go to the next outer context.
///
/// ```
/// use gen::yield_;
///
/// #[gen::coroutine]
/// fn waits_for_a_thread() -> gen::Result {
///     let context = gen::context::capture();
///     std::thread::spawn(move || context.throw("the thread has failed"));
///     yield_!(std::future::pending::<()>())
/// }
/// let error = gen::run_sync(waits_for_a_thread()).unwrap_err();
/// assert_eq!(error.to_string(), "the thread has failed");
/// ```
#[derive(Clone)]
pub struct Context {
    context: Option<Arc<ErrorContext>>,
    /// The loop that ran at the capture. Outside of all contexts its error handler gets the errors.
    home: Option<Arc<Shared>>,
}

/// Returns the current context: the running task, or the context of the running callback.
pub fn capture() -> Context {
    let home = current::get().map(|core| Arc::clone(core.shared()));
    Context { context: host::capture(), home }
}

impl Context {
    /// Throws an error into the context, as if a callback of the context had failed.
    ///
    /// On the loop's own thread the error is delivered at once, and on other threads through the
    /// loop. The body never runs inside of this call. If the loop was dropped, the error is logged.
    pub fn throw<E: Throw<M>, M>(&self, error: E) {
        self.deliver(UnhandledError::new("a callback", error.throw()));
    }

    /// Calls `callback` in this context, and returns its value, or `None` if it failed.
    ///
    /// If the callback fails or panics, the error is thrown into the context. Callbacks that it
    /// schedules belong to the context.
    ///
    /// ```
    /// use gen::yield_;
    ///
    /// #[gen::coroutine]
    /// fn body() -> gen::Result {
    ///     let context = gen::context::capture();
    ///     let parse = move |text: &str| context.run(|| text.parse::<u16>());
    ///     std::thread::spawn(move || {
    ///         assert_eq!(parse("80"), Some(80));
    ///         assert_eq!(parse("eighty"), None);
    ///     });
    ///     yield_!(std::future::pending::<()>())
    /// }
    /// assert!(gen::run_sync(body()).unwrap_err().is::<std::num::ParseIntError>());
    /// ```
    pub fn run<T, E, M>(&self, callback: impl FnOnce() -> Result<T, E>) -> Option<T>
    where
        E: Throw<M>,
    {
        match call("a callback", self.context.clone(), || callback().map_err(Throw::throw)) {
            Ok(value) => Some(value),
            Err(error) => {
                self.deliver(error);
                None
            }
        }
    }

    fn deliver(&self, error: UnhandledError) {
        let context = self.context.as_ref().and_then(ErrorContext::that_takes);
        match (context, &self.home) {
            (None, Some(home)) if !current::is(home) => send_to_handler(error, home),
            (context, _) => deliver_error(error, context),
        }
    }
}

impl fmt::Debug for Context {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Context").field("depth", &depth_of(self.context.as_ref())).finish_non_exhaustive()
    }
}

/// Binds a callback that other code will call to the current context.
///
/// If the callback fails or panics, the error is thrown into the coroutine that has called `wrap`,
/// and does not reach the caller: see the [module](self). The callback takes one argument (a tuple
/// for several, `()` for none) and returns `()` or a `Result<(), E>`. For a callback that takes
/// references or returns a value, use [`Context::run`]. The bound callback is `Send` if `callback`
/// is.
///
/// ```
/// use gen::yield_;
///
/// /// A library with a thread of its own.
/// fn watch(mut on_event: impl FnMut(u32) + Send + 'static) {
///     std::thread::spawn(move || (0..5).for_each(|event| on_event(event)));
/// }
///
/// #[gen::coroutine]
/// fn body() -> gen::Result {
///     watch(gen::context::wrap(|event| match event {
///         3 => Err("a bad event"),
///         _ => Ok(()),
///     }));
///     yield_!(std::future::pending::<()>())
/// }
/// assert_eq!(gen::run_sync(body()).unwrap_err().to_string(), "a bad event");
/// ```
///
/// The error type of a closure that fails only by `?` cannot be inferred, so the return type is
/// written:
///
/// ```
/// # gen::block_on(async {
/// let mut add = gen::context::wrap(|(one, other): (&str, &str)| -> gen::Result {
///     let sum = one.parse::<i32>()? + other.parse::<i32>()?;
///     assert_eq!(sum, 42);
///     Ok(())
/// });
/// add(("40", "2"));
/// # });
/// ```
pub fn wrap<F, A, R, M>(mut callback: F) -> impl FnMut(A)
where
    F: FnMut(A) -> R,
    R: CallbackOutput<M>,
{
    let context = capture();
    move |argument| {
        context.run(|| callback(argument).into_result());
    }
}

/// Returns the number of contexts around the running code.
///
/// It is 0 outside of all tasks, 1 in the coroutine that is given to [`run_sync`](crate::run_sync),
/// and 2 in a task that this coroutine spawns. A task that has ended counts only while a callback
/// of its context is pending. So the depth does not grow in a chain of tasks, each of which starts
/// the next one and ends.
///
/// ```
/// assert_eq!(gen::context::depth(), 0);
/// gen::block_on(async { assert_eq!(gen::context::depth(), 1) });
/// ```
pub fn depth() -> usize {
    depth_of(current::capture().as_ref())
}
