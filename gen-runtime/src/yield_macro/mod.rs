//! `yield_!`: the macro, and the checks of its argument.
//!
//! | file | what it holds |
//! |---|---|
//! | `mod.rs` | the macro |
//! | `probe.rs` | finds the mode in which the argument can be yielded |
//! | `mistakes.rs` | the values that cannot be yielded, and the messages about them |
//! | `maybe.rs` | the check that `maybe_future!` makes |

pub(crate) mod maybe;
pub(crate) mod mistakes;
pub(crate) mod probe;

/// Suspends the coroutine until a yieldable is resolved, and gives a [`Result`](crate::Result).
///
/// The macro may stand wherever an expression may stand in the body of a `#[gen::coroutine]`
/// function, also in the arguments of other macros. It takes any future, and lists, maps and tuples
/// of yieldables, which run in parallel: see [`Yieldable`](crate::Yieldable).
///
/// If the output of a future is a `Result`, the yield opens it: its error arrives at the yield as a
/// [`gen::Error`](crate::Error). Any other output is given as `Ok(output)`.
///
/// In a tuple that is written out in the macro, futures that can fail and futures that cannot may
/// be mixed, because each element is converted by itself. Elsewhere, as in a list, in a variable or
/// in [`with_timeout`](crate::with_timeout), all elements of a tuple can fail or none can. A
/// mixture does not compile, because it would leave a `Result` unopened, whose error would be lost.
/// [`gen::ok`](crate::ok) makes a future that cannot fail into one that can. With
/// [`gen::raw`](crate::raw) the yield gives each `Result` unopened.
///
/// A future that is ready costs nothing: the body goes on at once. At a pending future the
/// coroutine sleeps until it is woken.
///
/// # Errors
///
/// The error of the yieldable, or an error that is [thrown](crate::Coroutine::resume) into the
/// coroutine meanwhile. The position of the yield is added to the [trace](crate::Error::trace) of
/// the error.
///
/// # Cancellation
///
/// A [cancellation](crate::JoinHandle::cancel) of the task arrives as the error
/// [`Cancelled`](crate::Cancelled). If the coroutine is dropped at a yield, the yieldable is
/// dropped with it.
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
    (@frame $frame:ident $function:ident $place:tt $edge:tt $at:tt $site:tt, @tuple $([$($element:tt)*])+) => {
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
    (@frame $frame:ident $function:ident $place:tt $edge:tt $at:tt $site:tt, $($yieldable:tt)*) => {
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
                 help: in an `async` block or an `async fn` that is not a coroutine, write `.await`: `future.await`\n\
                 help: in a closure, return the future, and yield a list of them: `yield_!(items.map(|item| f(item)).collect::<Vec<_>>())`\n\
                 help: in a coroutine, the attribute finds the macro only under the name `yield_`, and not in a macro that is defined elsewhere; \
                 let that macro make the value to yield: `yield_!(make!(..))`\n\
                 help: if another attribute moves or copies the body, write `#[gen::coroutine]` above it"
            );
        })
    };
}

/// Gives the `yield_!` outside a coroutine any type that the context expects, so that rustc reports
/// no second error.
pub const fn outside<T>((): ()) -> T {
    unreachable!()
}
