//! Boxed futures of one type, for lists of different futures.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use super::future::Opened;
use super::FutureOfResult;
use crate::inject::answering::say_boxed;
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
                let polled = self.future.as_mut().poll(cx);
                if polled.is_pending() {
                    say_boxed(&self.future, &*self.future, cx.waker());
                }
                polled
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
    /// A boxed future that need not be `Send`: made by [`boxed`].
    BoxYieldable,
    /// Boxes a future, so that a list can contain different futures.
    ///
    /// It takes a future of a `Result` whose error can be thrown. [`gen::ok`](crate::ok) makes one
    /// of a future that cannot fail.
    ///
    /// ```
    /// use gen::yield_;
    /// use std::future::ready;
    ///
    /// #[gen::coroutine]
    /// fn mixed() -> gen::Result<Vec<u32>> {
    ///     let one = ready("1".parse::<u32>());
    ///     let two = gen::ok(async { 2 });
    ///     yield_!(vec![gen::boxed(one), gen::boxed(two)])
    /// }
    /// assert_eq!(gen::run_sync(mixed()).unwrap(), [1, 2]);
    /// ```
    boxed:
}

box_yieldable! {
    /// A boxed future that is `Send`: made by [`boxed_send`].
    SendBoxYieldable,
    /// Boxes a future that is `Send`, so that a coroutine that yields it can be `Send` too.
    ///
    /// Everything else is as with [`boxed`].
    boxed_send: Send +
}
