//! `maybe_future!` and `convert_yielded!`: what they give depends on the type of their argument, which a function cannot ask about.

/// A future of anything: a future stays what it is, any other value becomes a future that is ready with it.
///
/// For code that calls what may or may not be asynchronous. What counts is whether the value is a future (or `IntoFuture`); a list of futures is none,
/// and is handed over untouched. As with `yield_!`, an output that is a `Result` is opened by the yield.
///
/// Whether the value is a future is asked where the macro stands: of a type parameter only what its bounds say is known.
///
/// ```
/// use gen::yield_;
/// use std::future::ready;
///
/// #[gen::coroutine]
/// fn sum() -> gen::Result<u32> {
///     let value: u32 = yield_!(gen::maybe_future!(40))?;
///     let future: u32 = yield_!(gen::maybe_future!(ready(2)))?;
///     Ok(value + future)
/// }
/// assert_eq!(gen::run_sync(sum()).unwrap(), 42);
/// ```
#[macro_export]
macro_rules! maybe_future {
    ($value:expr $(,)?) => {
        match $value {
            value => {
                use $crate::__private::{FutureKind as _, ValueKind as _};
                (&&$crate::__private::Maybe::of(&value)).maybe_kind().resolve(value)
            }
        }
    };
}

/// A boxed future of anything that can be yielded, resolved just as `yield_!` would: a [`BoxYieldable`](crate::BoxYieldable).
///
/// It works outside of coroutines, and what it gives has one type for each output, so it can be stored, returned, and put into one list with others.
/// A tuple is converted as a whole: either all of its elements can fail, or none. Make those that cannot with [`gen::ok`](crate::ok).
///
/// ```
/// use std::future::ready;
///
/// let converted: Vec<gen::BoxYieldable<'_, Vec<u8>>> = vec![
///     gen::convert_yielded!(vec![ready("1".parse::<u8>())]),
///     gen::convert_yielded!(async { vec![2, 3] }),
/// ];
/// assert_eq!(gen::run_sync(gen::multi(converted).join()).unwrap(), [vec![1], vec![2, 3]]);
/// ```
#[macro_export]
macro_rules! convert_yielded {
    ($yieldable:expr $(,)?) => {
        match $yieldable {
            yieldable => {
                use $crate::__private::{Anything as _, IntoPending as _};
                let frame = $crate::__private::Frame::<$crate::__private::i32>::new(0);
                $crate::boxed(
                    $crate::__private::ask(yieldable, $crate::__private::NoSite).pending_yielded(&frame),
                )
            }
        }
    };
}
