//! A [`first_of`](crate::first_of()) or a [`first_ok`](crate::first_ok()) of a tuple.
//!
//! The children become a list of one type: an enum with a variant for each of them, which is a
//! future itself. So a tuple has the rules of a list, because it is one.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use pin_project_lite::pin_project;

use super::arity::for_each_race;
use super::one_of::{OneOf2, OneOf3, OneOf4, OneOf5, OneOf6, OneOf7, OneOf8};
use super::{FirstOf, FirstOk, Raced};
use crate::coroutine::{Frame, FrameKind};
use crate::parallel::{End, Goal, Race, RaceOptions, Settles, Success};
use crate::report::QuietTypes;
use crate::{Result, Yieldable};

/// The pending future of a [`first_of`](crate::first_of()) or a [`first_ok`](crate::first_ok()) of
/// a tuple.
pub struct RaceOfTuple<P, T, G: Goal<()>> {
    /// The value says which child gave it.
    race: Race<P, T, (), G>,
}

impl<P, T, G: Goal<()>> RaceOfTuple<P, T, G> {
    fn new<const N: usize>(children: [P; N], options: RaceOptions) -> Self {
        RaceOfTuple { race: Race::new(children.into_iter().map(|child| ((), child)), options) }
    }
}

impl<P, T, G> Future for RaceOfTuple<P, T, G>
where
    P: Future<Output = Result<T>>,
    G: Goal<()>,
{
    type Output = Result<T>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        Pin::new(&mut self.race).poll(cx).map_ok(|((), value)| value)
    }
}

impl<P, T> Settles for RaceOfTuple<P, T, Success>
where
    P: Future<Output = Result<T>>,
{
    type Output = (T, Vec<(usize, Result<T>)>);
    type Settled = SettledRaceOfTuple<P, T>;

    fn settled(self) -> Self::Settled {
        SettledRaceOfTuple { race: self.race }
    }
}

/// The pending future of a [`first_ok`](crate::first_ok()) of a tuple that
/// [settles](crate::FirstOk::settle).
pub struct SettledRaceOfTuple<P, T> {
    race: Race<P, T, (), Success>,
}

impl<P, T> Future for SettledRaceOfTuple<P, T>
where
    P: Future<Output = Result<T>>,
{
    type Output = Result<(T, Vec<(usize, Result<T>)>)>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        self.race.poll_settled(cx, |position, ()| position).map_ok(|((_, value), losers)| (value, losers))
    }
}

macro_rules! race_of_tuple {
    (
        $count:literal $one_of:ident $racer:ident $projected:ident:
        $(($variant:ident $child:ident $marker:ident $position:tt))+
    ) => {
        pin_project! {
            /// One child of a tuple.
            #[project = $projected]
            pub enum $racer<$($child),+> {
                $($variant { #[pin] child: $child },)+
            }
        }

        impl<$($child, $marker),+> Future for $racer<$($child),+>
        where
            $($child: Future<Output = Result<$marker>>,)+
        {
            type Output = Result<$one_of<$($marker),+>>;

            #[inline]
            fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
                match self.project() {
                    $($projected::$variant { child } => child.poll(cx).map_ok($one_of::$variant),)+
                }
            }
        }

        race_of_tuple!(@yieldable FirstOf [], End, $one_of $racer: $(($variant $child $marker $position))+);
        race_of_tuple!(@yieldable FirstOk [Quiet], Success, $one_of $racer: $(($variant $child $marker $position))+);
    };
    (
        @yieldable $of:ident [$($quiet:ident)?], $goal:ty,
        $one_of:ident $racer:ident: $(($variant:ident $child:ident $marker:ident $position:tt))+
    ) => {
        #[diagnostic::do_not_recommend]
        impl<$($child, $marker,)+ $($quiet,)? Mode, Frm> Yieldable<Raced<($($marker,)+)>, Mode, Frm>
            for $of<($($child,)+) $(, $quiet)?>
        where
            $($quiet: QuietTypes,)?
            $($child: Yieldable<$marker, Mode, Frm>,)+
            Frm: FrameKind,
        {
            type Output = $one_of<$($child::Output),+>;
            type Pending = RaceOfTuple<$racer<$($child::Pending),+>, Self::Output, $goal>;

            fn into_pending(self, frame: &Frame<Frm>) -> Self::Pending {
                let options = self.options();
                let children = self.children;
                let children = [$($racer::$variant { child: children.$position.into_pending(frame) }),+];
                RaceOfTuple::new(children, options)
            }
        }
    };
}

for_each_race!(race_of_tuple);
