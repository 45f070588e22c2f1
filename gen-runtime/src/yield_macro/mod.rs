//! `yield_!`: the macro, and the question that it asks of what it is given.
//!
//! | file | what it holds |
//! |---|---|
//! | `mod.rs` | the macro |
//! | `probe.rs` | the question, which method lookup answers: in which mode does it fit? |
//! | `mistakes.rs` | what cannot be yielded, and the messages about it |
//! | `maybe.rs` | the question that `maybe_future!` asks |

pub(crate) mod maybe;
pub(crate) mod mistakes;
pub(crate) mod probe;

/// Hands something yieldable to the runtime, suspends the coroutine, and resumes it with a [`Result`](crate::Result): the value, or an error.
///
/// It stands in the body of a `#[gen::coroutine]` function wherever an expression may, also in the arguments of other macros. What can be yielded:
/// any future, and lists, maps and tuples of yieldables, which are resolved in parallel; see [`Yieldable`](crate::Yieldable).
///
/// A future whose output is a `Result` is opened: its error arrives at the yield as a [`gen::Error`](crate::Error). Any other output is handed over as
/// `Ok(output)`. The elements of a tuple that is written out are converted one by one, so they may be of both sorts. Anywhere else, in a list, in a variable or in
/// [`with_timeout`](crate::with_timeout), either all elements of a tuple can fail or none: a mixture would hand over a `Result` whose error nobody looks at, and does not
/// compile. [`gen::ok`](crate::ok) makes what cannot fail a future that can; [`gen::raw`](crate::raw) says that each `Result` is wanted as it is.
///
/// A future that is ready costs nothing: the body goes on at once. If it is pending, the coroutine sleeps until it is woken.
///
/// # Errors
///
/// What the yielded thing failed with, or what was [thrown](crate::Coroutine::resume) into the coroutine meanwhile. The error's
/// [trace](crate::Error::trace) gets the position of the yield.
///
/// # Cancellation
///
/// When the coroutine is dropped at a yield, what was yielded is dropped with it.
///
/// # Examples
///
/// ```
/// use gen::yield_;
/// use std::future::ready;
///
/// #[gen::coroutine]
/// fn sum() -> gen::Result<u32> {
///     let one: u32 = yield_!(ready(1))?;
///     let parsed: u32 = yield_!(ready("2".parse::<u32>()))?;
///     let many: Vec<u32> = yield_!(vec![ready(3), ready(4)])?;
///     Ok(one + parsed + many.iter().sum::<u32>())
/// }
/// assert_eq!(gen::run_sync(sum()).unwrap(), 10);
/// ```
#[macro_export]
macro_rules! yield_ {
    (@frame $frame:ident $function:ident $place:literal $edge:tt $at:tt $site:tt, @tuple $([$($element:tt)*])+) => {
        $edge.arrived(
            $crate::__private::tuple(
                ($(
                    match ($($element)*) { element => {
                        use $crate::__private::{Anything as _, IntoPending as _};
                        $crate::__private::ask(element, $crate::__private::NoSite).pending_yielded(&$frame)
                    } },
                )+),
                $crate::__private::At::<_, $place>($function),
            )
            .await,
        )
        .$at $site
    };
    (@frame $frame:ident $function:ident $place:literal $edge:tt $at:tt $site:tt, $($yieldable:tt)*) => {
        $edge.arrived(
            match ($($yieldable)*) { yieldable => {
                use $crate::__private::{Anything as _, IntoPending as _};
                $crate::__private::ask(yieldable, $crate::__private::At::<_, $place>($function)).pending_yielded(&$frame)
            } }
            .await,
        )
        .$at $site
    };
    ($($anything:tt)*) => {
        $crate::__private::outside({
            $crate::__private::compile_error!(
                "`yield_!` outside a coroutine: there is nothing here that can be suspended\n\n\
                 help: mark the enclosing `fn` with `#[gen::coroutine]`\n\
                 help: in an `async` block or an `async fn` that is to stay one, write `.await`: `future.await`\n\
                 help: in a closure, make a list and yield all of it: `yield_!(items.map(|item| f(item)).collect::<Vec<_>>())`\n\
                 help: within a coroutine, it was not found: a macro that is defined elsewhere hides it, and so does another name than `yield_`; \
                 have the macro make what is yielded, `yield_!(make!(..))`\n\
                 help: below another attribute that moves or copies the body, write `#[gen::coroutine]` first, above it"
            );
        })
    };
}

/// Stands where a `yield_!` cannot, beside its error: nothing is known of its type, so that there is no second error.
pub const fn outside<T>((): ()) -> T {
    unreachable!()
}
