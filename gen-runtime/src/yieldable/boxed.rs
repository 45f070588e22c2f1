//! Yieldables behind one pointer, for lists of different ones.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use super::future::Opened;
use super::FutureOfResult;
use crate::{Result, Throw};

macro_rules! box_yieldable {
    ($(#[$type_doc:meta])* $name:ident, $(#[$fn_doc:meta])* $make:ident: $($bound:tt)*) => {
        $(#[$type_doc])*
        #[must_use = "nothing runs until it is yielded"]
        pub struct $name<'a, T> {
            future: Pin<Box<dyn Future<Output = Result<T>> + $($bound)* 'a>>,
        }

        $(#[$fn_doc])*
        pub fn $make<'a, F, T, E, M>(future: F) -> $name<'a, T>
        where
            F: FutureOfResult<T, E>,
            F::IntoFuture: $($bound)* 'a,
            E: Throw<M>,
            M: 'a,
        {
            $name { future: Box::pin(Opened::<_, M>::new(future.into_future())) }
        }

        impl<T> Future for $name<'_, T> {
            type Output = Result<T>;

            fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<T>> {
                self.future.as_mut().poll(cx)
            }
        }

        impl<T> fmt::Debug for $name<'_, T> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(stringify!($name))
            }
        }
    };
}

box_yieldable! {
    /// A boxed yieldable that need not be `Send`: made by [`boxed`].
    BoxYieldable,
    /// Boxes something yieldable, so that a list may hold different ones.
    ///
    /// It takes futures of a `Result` whose error can be thrown; make one of any other future with [`gen::ok`](crate::ok).
    ///
    /// ```
    /// use gen::yield_;
    /// use std::future::ready;
    ///
    /// #[gen::coroutine]
    /// fn mixed() -> gen::Result<Vec<u32>> {
    ///     yield_!(vec![gen::boxed(ready("1".parse::<u32>())), gen::boxed(gen::ok(async { 2 }))])
    /// }
    /// assert_eq!(gen::run_sync(mixed()).unwrap(), [1, 2]);
    /// ```
    boxed:
}

box_yieldable! {
    /// A boxed yieldable that is `Send`: made by [`boxed_send`].
    SendBoxYieldable,
    /// Boxes something yieldable that is `Send`, so that the coroutine that holds it is `Send` too; else as [`boxed`].
    boxed_send: Send +
}
