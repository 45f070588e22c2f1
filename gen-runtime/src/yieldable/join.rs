//! `join`, which makes a future of a yieldable, for an `async fn` or other code without `yield_!`.
//!
//! The types with this method cannot implement `IntoFuture`, so they cannot be awaited directly.
//! The kind of the inner yieldable, the `M` of [`Yieldable`](super::Yieldable), would be a
//! parameter that nothing constrains (E0207), and a list of such types would be yieldable in two
//! ways.
//!
//! These types do implement `Future`, but under a condition that no type satisfies. So the error
//! for an `.await` says what to write instead.

use std::marker::PhantomData;

/// The type that has to satisfy the conditions. If it were `Y` itself, rustc would report what it
/// reports for any type that is not a future.
pub struct YieldedOnly<Y>(PhantomData<Y>);

/// The condition that an `.await` demands, or a function that takes a future.
#[diagnostic::on_unimplemented(
    message = "`{Y}` cannot be awaited, only yielded",
    label = "not a future",
    note = "in a coroutine, write `yield_!(..)`; elsewhere, make a future of it with `join`: `.join().await`"
)]
pub trait AwaitsUnjoined<Y> {
    /// The output of the `.await`.
    type Output;
}

/// The condition that a bracket without a release demands.
#[diagnostic::on_unimplemented(
    message = "a bracket cannot be awaited without its release",
    label = "no release",
    note = "write `gen::bracket(..).release(..).await`; `release_local` takes what is not `Send`, and `release_in_place` what borrows"
)]
pub trait AwaitsUnreleased<Y> {
    /// The output of the `.await`.
    type Output;
}

/// The condition that an `.await` of a yield point demands.
#[diagnostic::on_unimplemented(
    message = "`{Y}` cannot be awaited, only yielded: its key belongs to the coroutine that yields it",
    label = "not a future",
    note = "in a coroutine, write `yield_!(..)`; elsewhere, `gen::from_callback(|done| ..)` makes a future of a callback"
)]
pub trait AwaitsYieldPoints<Y> {
    /// The output of the `.await`.
    type Output;
}

/// Implements `Future` under a condition that no type satisfies, and whose message rustc reports.
/// (With `IntoFuture`, rustc would see two impls, this one and that for all futures. Neither fits,
/// and it would report only that.)
macro_rules! not_awaited {
    ([$($parameter:ident),*] $type:ty, $condition:ident) => {
        #[doc(hidden)]
        impl<$($parameter),*> std::future::Future for $type
        where
            $crate::yieldable::join::YieldedOnly<$type>: $crate::yieldable::join::$condition<$type>,
        {
            type Output =
                <$crate::yieldable::join::YieldedOnly<$type> as $crate::yieldable::join::$condition<$type>>::Output;

            fn poll(
                self: std::pin::Pin<&mut Self>,
                _: &mut std::task::Context<'_>,
            ) -> std::task::Poll<Self::Output> {
                unreachable!("nothing satisfies the condition")
            }
        }
    };
}

/// Gives a type the method `join`. The docs of the method precede the type.
macro_rules! joinable {
    ($(#[$doc:meta])+ [$($parameter:ident),*] $type:ty) => {
        impl<$($parameter),*> $type {
            $(#[$doc])+
            pub fn join<M>(self) -> <Self as $crate::Yieldable<M>>::Pending
            where
                Self: $crate::Yieldable<M>,
            {
                $crate::Yieldable::into_pending(self, &$crate::Frame::new(0))
            }
        }

        $crate::yieldable::join::not_awaited!([$($parameter),*] $type, AwaitsUnjoined);
    };
}

pub(crate) use {joinable, not_awaited};
