//! `join`: what can only be yielded, as a future for an `async fn` or any other code without `yield_!`.
//!
//! `IntoFuture`, by which such a type could be awaited as it is, cannot be had: the kind of what is in it, the `M`
//! of [`Yieldable`](super::Yieldable), would be a parameter of the impl that nothing constrains (E0207), and in a
//! list the type would be yieldable in two ways. So all of these types have the one method `join`. They implement
//! `Future` under a condition that nothing satisfies: then an `.await` of one is told what to write instead.

use std::marker::PhantomData;

/// Of this the conditions are demanded: if it were the type itself, rustc would say what it says of any type that is
/// no future.
pub struct YieldedOnly<Y>(PhantomData<Y>);

/// What is said of an `.await`, or of a function that takes a future.
#[diagnostic::on_unimplemented(
    message = "`{Y}` is yielded, not awaited",
    label = "no future yet",
    note = "in a coroutine yield it, `yield_!(..)`; elsewhere `join` makes a future of it: `.join().await`"
)]
pub trait AwaitsUnjoined<Y> {
    /// What the `.await` would give.
    type Output;
}

/// What is said of an `.await` of a yield point.
#[diagnostic::on_unimplemented(
    message = "`{Y}` is yielded, not awaited: its key belongs to the coroutine that yields it",
    label = "no future",
    note = "yield it in a `#[gen::coroutine]`: `yield_!(..)`; where there is none, `gen::from_callback(|done| ..)` makes a future of a callback"
)]
pub trait AwaitsYieldPoints<Y> {
    /// What the `.await` would give.
    type Output;
}

/// Implements `Future` under a condition that is a message. (Of `IntoFuture` rustc would see two impls, this and that
/// of all futures, neither of which fits, and would say only that none does.)
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

/// Gives a type the method `join`, with the docs that stand before it.
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
