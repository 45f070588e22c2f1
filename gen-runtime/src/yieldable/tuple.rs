//! Tuples of up to twelve yieldables, of different types.
//!
//! The macro converts a tuple that is written out in the `yield_!` element by element, each in the
//! mode that fits it. Such a tuple arrives here as a tuple of pending futures. Any other tuple is
//! converted as a whole: either all elements are opened, or none. If none are opened, no output may
//! be a `Result` ([`unopened`](super::unopened)).

use super::Yieldable;
use crate::coroutine::{Frame, FrameKind, Identity, Pending};
use crate::parallel::TupleOfPending;

/// The pending future of a tuple that is written out in a `yield_!`.
#[inline(always)]
pub fn tuple<T: TupleOfPending, P>(pending: T, here: P) -> Pending<T::Join, Identity, P> {
    Pending::at(pending.join(), here)
}

macro_rules! tuple_yieldable {
    ($($child:ident $marker:ident $index:tt),+) => {
        #[diagnostic::do_not_recommend]
        impl<$($child, $marker,)+ Mode, Frm> Yieldable<($($marker,)+), Mode, Frm> for ($($child,)+)
        where
            $($child: Yieldable<$marker, Mode, Frm>,)+
            Frm: FrameKind,
        {
            type Output = ($($child::Output,)+);
            type Pending = <($($child::Pending,)+) as TupleOfPending>::Join;

            fn into_pending(self, frame: &Frame<Frm>) -> Self::Pending {
                ($(self.$index.into_pending(frame),)+).join()
            }
        }
    };
}

tuple_yieldable!(A MA 0);
tuple_yieldable!(A MA 0, B MB 1);
tuple_yieldable!(A MA 0, B MB 1, C MC 2);
tuple_yieldable!(A MA 0, B MB 1, C MC 2, D MD 3);
tuple_yieldable!(A MA 0, B MB 1, C MC 2, D MD 3, E ME 4);
tuple_yieldable!(A MA 0, B MB 1, C MC 2, D MD 3, E ME 4, F MF 5);
tuple_yieldable!(A MA 0, B MB 1, C MC 2, D MD 3, E ME 4, F MF 5, G MG 6);
tuple_yieldable!(A MA 0, B MB 1, C MC 2, D MD 3, E ME 4, F MF 5, G MG 6, H MH 7);
tuple_yieldable!(A MA 0, B MB 1, C MC 2, D MD 3, E ME 4, F MF 5, G MG 6, H MH 7, I MI 8);
tuple_yieldable!(A MA 0, B MB 1, C MC 2, D MD 3, E ME 4, F MF 5, G MG 6, H MH 7, I MI 8, J MJ 9);
tuple_yieldable!(A MA 0, B MB 1, C MC 2, D MD 3, E ME 4, F MF 5, G MG 6, H MH 7, I MI 8, J MJ 9, K MK 10);
tuple_yieldable!(A MA 0, B MB 1, C MC 2, D MD 3, E ME 4, F MF 5, G MG 6, H MH 7, I MI 8, J MJ 9, K MK 10, L ML 11);
