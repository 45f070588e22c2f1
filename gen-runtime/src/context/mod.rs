//! Error contexts: a callback that fails is thrown into the coroutine that scheduled it.
//!
//! A callback has no caller who could be told of its failure. So whatever schedules one ([`add_callback`], [`call_later`], [`call_at`], [`add_future`],
//! [`Remote::add_callback`], [`JoinHandle::on_done`]) remembers the *context* it was scheduled in, which is the task that was running. If the callback fails, or
//! panics, the error is [thrown](crate::Coroutine::resume) into that task, at the yield it is suspended at, whatever it waits for there. CaughtError, the coroutine goes on.
//!
//! ```
//! use gen::yield_;
//! use std::time::Duration;
//!
//! #[gen::coroutine]
//! fn body() -> gen::Result<String> {
//!     let io_loop = gen::IoLoop::current().expect("it runs on one");
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
//! # The rules
//!
//! - Every task is a context, and so is the future of a blocking call such as [`run_sync`](crate::run_sync), from its first step to its end. What a callback schedules
//!   belongs to the callback's own context.
//! - Contexts nest: a task's outer context is the one it was spawned in. An error that a task does not take goes to the next outer one, and at last to the loop's
//!   [error handler](crate::IoLoopHandle::set_error_handler); where there is none, to the log (target `gen`, level `ERROR`).
//! - What the function of a [`gen::from_callback`](crate::from_callback) schedules belongs to that task's future: until it is over, the future takes the error.
//! - A task that has ended takes no error, nor does one whose body is executing at the moment: it is not suspended at a yield.
//! - Errors are thrown one at a time: the second arrives at the yield after the first one's. A result that is there in the same turn wins over an error, which then
//!   arrives at the next yield. What is left when the body ends goes outward.
//! - So a body whose yields are always ready sees none of them; a [`moment`](crate::moment) in its loop lets them in.
//! - A callback that fails takes the callables with it that it owns: whoever waits for one of those gets the error, if it is thrown at him, and not a
//!   [`CallbackDroppedError`](crate::CallbackDroppedError). So what a callback drops is not told before it has ended. The keys of those callables are no
//!   [leaks](crate::LeakedCallbackError) when their coroutine ends, and may be registered anew.
//! - Only yields take errors. In front of a plain `.await` they wait for the next `yield_!`.
//! - A task is one context, whatever runs in it: of the branches of a foreign `select!` or `join!`, the one that is polled first takes the error. Spawn a branch that is to have
//!   errors of its own.
//! - What is thrown by a [handle](crate::JoinHandle::throw) waits in the same queue, but is for that task only, and is taken by one that is executing at its next yield.
//! - A context does not keep its task alive, and nothing of it is kept when nobody can come back to it: see [`depth`].
//! - The failure of a task that was [spawned](crate::spawn) is no callback's: it belongs to its [`JoinHandle`](crate::JoinHandle), and is logged if nobody looks at it. Give it to
//!   the context with `gen::spawn(..).on_done(|result| result)`. Nobody holds a handle of an [`engine`](macro@crate::engine): its failure goes to the context of its call.
//!
//! Callbacks that somebody else will call, perhaps on another thread, are bound to the present context with [`wrap`], or with a [`Context`].
//!
//! [`add_callback`]: crate::IoLoopHandle::add_callback
//! [`call_later`]: crate::IoLoopHandle::call_later
//! [`call_at`]: crate::IoLoopHandle::call_at
//! [`add_future`]: crate::IoLoopHandle::add_future
//! [`Remote::add_callback`]: crate::Remote::add_callback
//! [`JoinHandle::on_done`]: crate::JoinHandle::on_done

use std::fmt;
use std::sync::Arc;

use crate::error::{CallbackOutput, Error, Throw};
use crate::executor::{call, current, current_context, depth_of, ErrorContext, Shared, UnhandledError};

/// The place where an error goes that has no caller: the task that was running at the [`capture`].
///
/// It can be cloned, sent to other threads, and kept: it keeps no task alive. Of a task that has ended, the errors go to the next outer context.
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
/// assert_eq!(gen::run_sync(waits_for_a_thread()).unwrap_err().to_string(), "the thread has failed");
/// ```
#[derive(Clone)]
pub struct Context {
    node: Option<Arc<ErrorContext>>,
    /// The loop that ran at the capture: where there is no node, its handler is asked.
    home: Option<Arc<Shared>>,
}

/// The context of the code that is running: the task, or the one that a running callback was scheduled in.
pub fn capture() -> Context {
    Context { node: current_context::capture(), home: current::get().map(|core| Arc::clone(core.shared())) }
}

impl Context {
    /// Throws an error into the context, as if a callback that was scheduled in it had failed.
    ///
    /// On the loop's own thread it is delivered at once, on any other through the loop; the body never runs inside of this call. If the loop is gone the error is logged.
    pub fn throw<E: Throw<M>, M>(&self, error: E) {
        self.throw_of("a callback", error.throw());
    }

    /// Throws an error of something else than a callback, which the log is to name.
    pub(crate) fn throw_of(&self, what: &'static str, error: Error) {
        self.deliver(UnhandledError::new(what, error));
    }

    /// Calls `callback` in this context: a failure, or a panic, is thrown into it, and what the callback schedules belongs to it.
    ///
    /// Gives the callback's value, or `None` if it failed.
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
        match call("a callback", self.node.clone(), || callback().map_err(Throw::throw)) {
            Ok(value) => Some(value),
            Err(failure) => {
                self.deliver(failure);
                None
            }
        }
    }

    fn deliver(&self, failure: UnhandledError) {
        match (&self.node, &self.home) {
            (None, Some(home)) if !current::is(home) => failure.send(home, None),
            (node, _) => failure.deliver(node.clone()),
        }
    }
}

impl fmt::Debug for Context {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Context").field("depth", &depth_of(self.node.as_ref())).finish_non_exhaustive()
    }
}

/// Binds a callback that others will call to the present context.
///
/// A failure, or a panic, of the callback is thrown into the coroutine that called `wrap`, and not handed to the caller: see the [module](self). The callback takes one
/// argument (a tuple for several, `()` for none) and returns `()` or a `Result<(), E>`; for one that takes references, or returns a value, use [`Context::run`]. It is `Send` if `callback` is.
///
/// ```
/// use gen::yield_;
///
/// /// Somebody's library, with a thread of its own.
/// fn watch(mut on_event: impl FnMut(u32) + Send + 'static) {
///     std::thread::spawn(move || (0..5).for_each(|event| on_event(event)));
/// }
///
/// #[gen::coroutine]
/// fn body() -> gen::Result {
///     watch(gen::context::wrap(|event| match event {
///         3 => Err("the third event is a bad one"),
///         _ => Ok(()),
///     }));
///     yield_!(std::future::pending::<()>())
/// }
/// assert_eq!(gen::run_sync(body()).unwrap_err().to_string(), "the third event is a bad one");
/// ```
///
/// A closure that fails by `?` only does not say what its error is: write the type that it returns.
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

/// How many contexts are around the code that is running: 0 outside of all tasks, 1 in the coroutine given to [`run_sync`](crate::run_sync), 2 in a task that it spawns.
///
/// A task that has ended is only counted while what it scheduled is still to come. So a chain of tasks that each start the next one and end does not grow, however long it is.
///
/// ```
/// assert_eq!(gen::context::depth(), 0);
/// gen::block_on(async { assert_eq!(gen::context::depth(), 1) });
/// ```
pub fn depth() -> usize {
    depth_of(current_context::capture().as_ref())
}
