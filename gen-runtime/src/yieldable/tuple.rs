//! Tuples of up to twelve yieldables, of different types.
//!
//! The macro converts a tuple that is written out in the `yield_!` element by element, each in the
//! mode that fits it. Such a tuple arrives here as a tuple of pending futures. Any other tuple is
//! converted as a whole: either all elements are opened, or none. If none are opened, no output may
//! be a `Result` ([`unopened`](super::unopened)).

use super::Yieldable;
use crate::coroutine::{Frame, FrameKind, Identity, Pending};
use crate::parallel::{for_each_arity, TupleOfPending};

/// The pending future of a tuple that is written out in a `yield_!`.
#[inline(always)]
pub fn tuple<T: TupleOfPending, P>(pending: T, here: P) -> Pending<T::Join, Identity, P> {
    Pending::at(pending.join(), here)
}

macro_rules! tuple_yieldable {
    ($join:ident: $(($child:ident $value:ident $marker:ident $variable:ident $index:tt))+) => {
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

for_each_arity!(tuple_yieldable);
