//! Boxed coroutines, for trait objects and for lists of different coroutines.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use super::Coroutine;
use crate::error::Site;
use crate::inject::answering::say_boxed;
use crate::Error;

macro_rules! box_coroutine {
    ($(#[$doc:meta])* $name:ident: $($bound:tt)*) => {
        $(#[$doc])*
        #[must_use = "a coroutine is cold: nothing runs until it is yielded, awaited or started with `gen::spawn`"]
        pub struct $name<'a, R> {
            coroutine: Pin<Box<dyn Coroutine<Output = R> + $($bound)* 'a>>,
        }

        impl<'a, R> $name<'a, R> {
            /// Boxes a coroutine.
            pub fn new(coroutine: impl Coroutine<Output = R> + $($bound)* 'a) -> Self {
                $name { coroutine: Box::pin(coroutine) }
            }
        }

        impl<R> Future for $name<'_, R> {
            type Output = R;

            fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<R> {
                let polled = self.coroutine.as_mut().poll(cx);
                if polled.is_pending() {
                    say_boxed(&self.coroutine, &*self.coroutine, cx.waker());
                }
                polled
            }
        }

        impl<R> Coroutine for $name<'_, R> {
            fn resume(mut self: Pin<&mut Self>, cx: &mut Context<'_>, thrown: &mut Option<Error>) -> Poll<R> {
                let polled = self.coroutine.as_mut().resume(cx, thrown);
                if polled.is_pending() {
                    say_boxed(&self.coroutine, &*self.coroutine, cx.waker());
                }
                polled
            }

            fn name(&self) -> &'static str {
                self.coroutine.name()
            }

            fn site(&self) -> Site {
                self.coroutine.site()
            }
        }

        impl<R> fmt::Debug for $name<'_, R> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({} at {})", stringify!($name), self.name(), self.site())
            }
        }
    };
}

box_coroutine! {
    /// A boxed coroutine that is `Send`. A function with `#[gen::coroutine(dyn)]` returns one.
    ///
    /// ```
    /// use gen::yield_;
    ///
    /// trait Fetch {
    ///     fn size(&self, url: &str) -> gen::BoxCoroutine<'_, gen::Result<usize>>;
    /// }
    /// struct Fake(usize);
    ///
    /// #[gen::coroutine]
    /// fn total(sources: Vec<Box<dyn Fetch>>) -> gen::Result<usize> {
    ///     let sizes: Vec<_> = sources.iter().map(|source| source.size("/")).collect();
    ///     Ok(yield_!(sizes)?.into_iter().sum())
    /// }
    ///
    /// impl Fetch for Fake {
    ///     fn size(&self, _url: &str) -> gen::BoxCoroutine<'_, gen::Result<usize>> {
    ///         #[gen::coroutine]
    ///         fn size(n: usize) -> gen::Result<usize> {
    ///             Ok(n)
    ///         }
    ///         gen::BoxCoroutine::new(size(self.0))
    ///     }
    /// }
    /// let sources: Vec<Box<dyn Fetch>> = vec![Box::new(Fake(1)), Box::new(Fake(2))];
    /// assert_eq!(gen::run_sync(total(sources)).unwrap(), 3);
    /// ```
    BoxCoroutine: Send +
}

box_coroutine! {
    /// A boxed coroutine that need not be `Send`. A function with `#[gen::coroutine(dyn(local))]`
    /// returns one.
    LocalBoxCoroutine:
}
