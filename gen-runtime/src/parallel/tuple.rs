//! The futures of tuples: children of different types.

use std::future::Future;
use std::pin::Pin;
use std::task::{ready, Context, Poll};

use pin_project_lite::pin_project;

use super::engine::{Engine, Polled};
use super::outcome::{raise, report_dropped};
use super::policy::{Parallel, Policy};
use super::settled::Settle;
use super::slots::{ChildSlot, PollMode};
use crate::error::{ChildError, ChildKey, Error};
use crate::Result;

/// A tuple of futures, which [`join`](TupleOfPending::join) combines into one future.
pub trait TupleOfPending {
    /// The future that waits for all children.
    type Join;

    /// Combines the futures.
    fn join(self) -> Self::Join;
}

fn by_position((child, error): (usize, Option<Error>)) -> Option<ChildError> {
    Some(ChildError::of(ChildKey::Index(child), error?))
}

/// Calls `$macro` for each number of elements that a tuple may have. It is given the name of the
/// future that waits for so many, and for each element the names of its type, of its value and of
/// its marker, a variable, and its index.
macro_rules! for_each_arity {
    ($macro:ident) => {
        for_each_arity! {
            $macro []
            Join1 (A TA MA a 0)
            Join2 (B TB MB b 1)
            Join3 (C TC MC c 2)
            Join4 (D TD MD d 3)
            Join5 (E TE ME e 4)
            Join6 (F TF MF f 5)
            Join7 (G TG MG g 6)
            Join8 (H TH MH h 7)
            Join9 (I TI MI i 8)
            Join10 (J TJ MJ j 9)
            Join11 (K TK MK k 10)
            Join12 (L TL ML l 11)
        }
    };
    ($macro:ident [$($element:tt)*]) => {};
    ($macro:ident [$($element:tt)*] $join:ident $next:tt $($rest:tt)*) => {
        $macro!($join: $($element)* $next);
        for_each_arity!($macro [$($element)* $next] $($rest)*);
    };
}

pub(crate) use for_each_arity;

macro_rules! tuple_join {
    ($join:ident: $(($child:ident $value:ident $marker:ident $slot:ident $index:tt))+) => {
        pin_project! {
            /// The future that waits for the children of a tuple.
            pub struct $join<$($child, $value),+> {
                $(#[pin] $slot: ChildSlot<$child, $value>,)+
                engine: Engine,
            }

            impl<$($child, $value),+> PinnedDrop for $join<$($child, $value),+> {
                fn drop(this: Pin<&mut Self>) {
                    if this.engine.has_failure() {
                        this.report_dropped();
                    }
                }
            }
        }

        impl<$($child, $value),+> $join<$($child, $value),+> {
            /// Does nothing after the results were returned, since the slots are empty then.
            #[cold]
            fn report_dropped(self: Pin<&mut Self>) {
                let this = self.project();
                let failures = [$(this.$slot.take_failure()),+].into_iter().enumerate();
                let is_quiet = this.engine.policy().is_quiet;
                report_dropped("a parallel yield", failures.filter_map(by_position), is_quiet);
            }
        }

        impl<$($child, $value),+> TupleOfPending for ($($child,)+)
        where
            $($child: Future<Output = Result<$value>>,)+
        {
            type Join = $join<$($child, $value),+>;

            fn join(self) -> Self::Join {
                let count = [$($index),+].len();
                $join { $($slot: ChildSlot::new(self.$index),)+ engine: Engine::new(count) }
            }
        }

        impl<$($child, $value),+> $join<$($child, $value),+>
        where
            $($child: Future<Output = Result<$value>>,)+
        {
            /// Ready when all children have ended, or one has ended the whole.
            #[inline]
            fn drive(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
                let mut this = self.project();
                let poll = |child, cx: &mut Context<'_>, mode: PollMode<'_>| match child {
                    $($index => this.$slot.as_mut().poll(cx, mode),)+
                    _ => Poll::Pending,
                };
                this.engine.drive(cx, &mut Polled { poll, group: "a tuple" })
            }

            /// Drops the children that have not ended. Called after a failure.
            #[cold]
            fn drop_running(self: Pin<&mut Self>) {
                let mut this = self.project();
                $(this.$slot.as_mut().drop_contained();)+
            }

            /// Takes the results of the children that have ended.
            fn take(self: Pin<&mut Self>) -> ($(Option<Result<$value>>,)+) {
                let this = self.project();
                ($(this.$slot.take(),)+)
            }
        }

        impl<$($child, $value),+> Future for $join<$($child, $value),+>
        where
            $($child: Future<Output = Result<$value>>,)+
        {
            type Output = Result<($($value,)+)>;

            fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
                ready!(self.as_mut().drive(cx));
                if self.engine.has_failure() {
                    self.as_mut().drop_running();
                }
                match self.as_mut().take() {
                    ($(Some(Ok($slot)),)+) => Poll::Ready(Ok(($($slot,)+))),
                    ($($slot,)+) => {
                        let results = [$($slot.and_then(Result::err)),+].into_iter().enumerate();
                        let failures = results.filter_map(by_position);
                        // Like any future, a tuple must not be polled after it was ready.
                        assert!(self.engine.has_failure(), "a parallel yield was polled after it was ready");
                        Poll::Ready(Err(raise(failures, self.engine.policy().is_quiet)))
                    }
                }
            }
        }

        impl<$($child, $value),+> Parallel for $join<$($child, $value),+> {
            fn set_policy(&mut self, policy: Policy) {
                self.engine.set_policy(policy);
            }
        }

        impl<$($child, $value),+> Settle for $join<$($child, $value),+>
        where
            $($child: Future<Output = Result<$value>>,)+
        {
            type Output = ($(Result<$value>,)+);

            fn poll_settled(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<Self::Output>> {
                ready!(self.as_mut().drive(cx));
                let ($($slot,)+) = self.take();
                // Like any future, a tuple must not be polled after it was ready.
                Poll::Ready(Ok(($($slot.expect("a parallel yield was polled after it was ready"),)+)))
            }
        }
    };
}

for_each_arity!(tuple_join);
