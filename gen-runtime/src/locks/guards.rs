//! The traits that the guards of all locks have in common.

/// Implements the traits of a guard, whose only field is its access to the content, and its future.
macro_rules! guards {
    ($($guard:ty, [$($lifetime:lifetime)?], $spot:ty, $access:ident, $what:literal;)+) => {$(
        impl<$($lifetime,)? T: ?Sized> $crate::locks::acquire::sealed::Grant for $guard {
            type Spot = $spot;
            type Output = Self;

            #[inline]
            fn permits(spot: &Self::Spot) -> &$crate::locks::permits::Permits {
                spot.0.permits()
            }

            #[inline]
            unsafe fn granted(
                spot: Self::Spot,
                granted: Result<HolderKey, $crate::locks::permits::Closed>,
            ) -> Self {
                let key = granted.unwrap_or_else(|_| unreachable!("a lock is never closed"));
                // SAFETY: by the promise of the caller. A writer has asked for all permits, and
                // a reader for one.
                Self(unsafe { $access::new(spot, key) })
            }

            fn waits_for(spot: &Self::Spot) -> $crate::inject::question::WaitsFor {
                $crate::locks::answer::held(spot.0.permits(), $what, Some(std::any::type_name::<T>()))
            }
        }

        impl<$($lifetime,)? T: ?Sized> std::ops::Deref for $guard {
            type Target = T;

            #[inline]
            fn deref(&self) -> &T {
                &self.0
            }
        }

        impl<$($lifetime,)? T: ?Sized + fmt::Debug> fmt::Debug for $guard {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Debug::fmt(&**self, f)
            }
        }

        impl<$($lifetime,)? T: ?Sized + fmt::Display> fmt::Display for $guard {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(&**self, f)
            }
        }
    )+};
}

/// Implements `DerefMut` for the guards that may change the content.
macro_rules! guards_to_change {
    ($($guard:ty, [$($lifetime:lifetime)?];)+) => {$(
        impl<$($lifetime,)? T: ?Sized> std::ops::DerefMut for $guard {
            #[inline]
            fn deref_mut(&mut self) -> &mut T {
                &mut self.0
            }
        }
    )+};
}

pub(super) use {guards, guards_to_change};
