//! `maybe_future!` and `convert_yielded!`. They are macros because the type of their result depends
//! on the type of their argument in a way that the signature of a function cannot express.

/// Makes a future of any value: a future stays as it is, and another value becomes a ready future.
///
/// Use it for the result of code that may or may not be asynchronous. A value counts as a future if
/// its type implements `IntoFuture`. A list of futures does not: it becomes a ready future of the
/// list. As with `yield_!`, the yield opens an output that is a `Result`.
///
/// The macro checks the type at the place where it is written. Of a type parameter, only the bounds
/// are known there.
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

/// Boxes a yieldable as a future with the result that `yield_!` would give.
///
/// The [`BoxYieldable`](crate::BoxYieldable) has the same type for all yieldables of one output. So
/// it can be stored, returned, and put into a list with others. The macro also works outside
/// coroutines. It converts a tuple as a whole: either all of its elements can fail, or none. Make
/// those that cannot fail into futures that can, with [`gen::ok`](crate::ok).
///
/// ```
/// use std::future::ready;
///
/// let converted: Vec<gen::BoxYieldable<'_, Vec<u8>>> = vec![
///     gen::convert_yielded!(vec![ready("1".parse::<u8>())]),
///     gen::convert_yielded!(async { vec![2, 3] }),
/// ];
/// let lists = gen::run_sync(gen::multi(converted).join()).unwrap();
/// assert_eq!(lists, [vec![1], vec![2, 3]]);
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
