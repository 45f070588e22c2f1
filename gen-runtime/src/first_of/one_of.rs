//! The result of a [`first_of`](crate::first_of()) of a tuple: a value, and the child it is from.

use super::arity::for_each_race;
use crate::yieldable::unopened::{Fails, Within};

macro_rules! one_of {
    (
        $count:literal $one_of:ident $racer:ident $projected:ident:
        $(($variant:ident $value:ident $marker:ident $position:literal))+
    ) => {
        #[doc = concat!(
            "The value of the child that was the first of ", $count, ": given by a ",
            "[`first_of`](crate::first_of()) of a tuple."
        )]
        ///
        /// The name of the variant is the position of the child in the tuple.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum $one_of<$($value),+> {
            $(
                #[doc = concat!("The value of the child at the position ", $position, ".")]
                $variant($value),
            )+
        }

        impl<$($value),+> $one_of<$($value),+> {
            /// The position of the child in the tuple, counted from 0.
            #[must_use]
            pub fn position(&self) -> usize {
                match self {
                    $($one_of::$variant(_) => $position,)+
                }
            }
        }

        impl<T> $one_of<$(one_of!(@common T $variant)),+> {
            /// The value, whichever child gave it. All children have this type of value.
            pub fn into_inner(self) -> T {
                match self {
                    $($one_of::$variant(value) => value,)+
                }
            }
        }

        /// If one of the values has a `Result` unopened, so has the whole.
        impl<$($value,)+ N> Fails<Within<N>> for $one_of<$($value),+> where ($($value,)+): Fails<N> {}
    };
    (@common $common:ident $variant:ident) => { $common };
}

for_each_race!(one_of);
