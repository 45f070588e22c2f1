//! Children of different types: the pending futures of tuples.

use std::future::Future;
use std::pin::Pin;
use std::task::{ready, Context, Poll};

use pin_project_lite::pin_project;

use super::engine::Engine;
use super::outcome::raise;
use super::slots::Slot;
use crate::error::{Other, Place};
use crate::Result;

/// A tuple of pending futures, of which [`join`](TupleOfPending::join) makes one.
pub trait TupleOfPending {
    /// The future that waits for all.
    type Join;

    /// Makes that future.
    fn join(self) -> Self::Join;
}

macro_rules! tuple_join {
    ($join:ident: $($child:ident $value:ident $slot:ident $index:tt),+) => {
        pin_project! {
            /// The future that waits for the children of a tuple.
            pub struct $join<$($child, $value),+> {
                $(#[pin] $slot: Slot<$child, $value>,)+
                engine: Engine,
            }
        }

        impl<$($child, $value),+> TupleOfPending for ($($child,)+)
        where
            $($child: Future<Output = Result<$value>>,)+
        {
            type Join = $join<$($child, $value),+>;

            fn join(self) -> Self::Join {
                let count = [$($index),+].len();
                $join { $($slot: Slot::new(self.$index),)+ engine: Engine::new(count) }
            }
        }

        impl<$($child, $value),+> Future for $join<$($child, $value),+>
        where
            $($child: Future<Output = Result<$value>>,)+
        {
            type Output = Result<($($value,)+)>;

            fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
                let mut this = self.project();
                ready!(this.engine.drive(cx, |child, cx| match child {
                    $($index => this.$slot.as_mut().poll(cx),)+
                    _ => Poll::Pending,
                }));
                // As of any future: to poll it again after it was ready is a mistake of the caller.
                let results = ($(this.$slot.take().expect("a parallel yield was polled after it was ready"),)+);
                match results {
                    ($(Ok($slot),)+) => Poll::Ready(Ok(($($slot,)+))),
                    ($($slot,)+) => {
                        let errors = [$($slot.err()),+].into_iter().enumerate();
                        let failures = errors.filter_map(|(child, error)| {
                            Some(Other { place: Place::Index(child), error: error? })
                        });
                        Poll::Ready(Err(raise(failures)))
                    }
                }
            }
        }
    };
}

tuple_join!(Join1: A TA a 0);
tuple_join!(Join2: A TA a 0, B TB b 1);
tuple_join!(Join3: A TA a 0, B TB b 1, C TC c 2);
tuple_join!(Join4: A TA a 0, B TB b 1, C TC c 2, D TD d 3);
tuple_join!(Join5: A TA a 0, B TB b 1, C TC c 2, D TD d 3, E TE e 4);
tuple_join!(Join6: A TA a 0, B TB b 1, C TC c 2, D TD d 3, E TE e 4, F TF f 5);
tuple_join!(Join7: A TA a 0, B TB b 1, C TC c 2, D TD d 3, E TE e 4, F TF f 5, G TG g 6);
tuple_join!(Join8: A TA a 0, B TB b 1, C TC c 2, D TD d 3, E TE e 4, F TF f 5, G TG g 6, H TH h 7);
tuple_join!(Join9: A TA a 0, B TB b 1, C TC c 2, D TD d 3, E TE e 4, F TF f 5, G TG g 6, H TH h 7, I TI i 8);
tuple_join!(Join10: A TA a 0, B TB b 1, C TC c 2, D TD d 3, E TE e 4, F TF f 5, G TG g 6, H TH h 7, I TI i 8, J TJ j 9);
tuple_join!(Join11: A TA a 0, B TB b 1, C TC c 2, D TD d 3, E TE e 4, F TF f 5, G TG g 6, H TH h 7, I TI i 8, J TJ j 9, K TK k 10);
tuple_join!(Join12: A TA a 0, B TB b 1, C TC c 2, D TD d 3, E TE e 4, F TF f 5, G TG g 6, H TH h 7, I TI i 8, J TJ j 9, K TK k 10, L TL l 11);
