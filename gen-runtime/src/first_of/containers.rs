//! A [`first_of`](crate::first_of()) or a [`first_ok`](crate::first_ok()) of a list or of a map.

use std::collections::{BTreeMap, HashMap};
use std::fmt::Debug;

use super::{FirstOf, FirstOk, Raced};
use crate::coroutine::{Frame, FrameKind};
use crate::kinds::{Listed, Mapped};
use crate::parallel::{End, Race, Success, SuccessByKey};
use crate::report::QuietTypes;
use crate::yieldable::HasError;
use crate::Yieldable;

/// Makes a race yieldable whose children are a list or a map. The goal in front is that of a list,
/// and the other one is that of a map, whose keys satisfy the bound.
macro_rules! race_of_containers {
    ($of:ident [$($quiet:ident)?]: $goal:ty, $goal_by_key:ty [$($bound:ident)?]) => {
        #[diagnostic::do_not_recommend]
        impl<C, $($quiet,)? Y, M, Mode, K> Yieldable<Raced<Listed<M>>, Mode, K> for $of<C $(, $quiet)?>
        where
            C: IntoIterator<Item = Y>,
            $($quiet: QuietTypes,)?
            Y: Yieldable<M, Mode, K>,
            K: FrameKind,
        {
            type Output = (usize, Y::Output);
            type Pending = Race<Y::Pending, Y::Output, usize, $goal>;

            fn into_pending(self, frame: &Frame<K>) -> Self::Pending {
                let options = self.options();
                let children = self.children.into_iter().map(|child| child.into_pending(frame));
                Race::new(children.enumerate(), options)
            }
        }

        impl<C, $($quiet,)? Y, M> HasError<Raced<Listed<M>>> for $of<C $(, $quiet)?>
        where
            C: IntoIterator<Item = Y>,
            Y: HasError<M>,
        {
            type Err = Y::Err;
            type Value = (usize, Y::Value);
        }

        race_of_containers!(@map new_without_order $of<HashMap<Q, Y, S> $(, $quiet)?>, [S $($quiet)?], [$($quiet)?], $goal_by_key [$($bound)?]);
        race_of_containers!(@map new $of<BTreeMap<Q, Y> $(, $quiet)?>, [$($quiet)?], [$($quiet)?], $goal_by_key [$($bound)?]);
    };
    (
        @map $new:ident $race:ty, [$($parameter:ident)*], [$($quiet:ident)?], $goal:ty [$($bound:ident)?]
    ) => {
        #[diagnostic::do_not_recommend]
        impl<Q, Y, $($parameter,)* M, Mode, K> Yieldable<Raced<Mapped<M>>, Mode, K> for $race
        where
            Q: $($bound)?,
            $($quiet: QuietTypes,)?
            Y: Yieldable<M, Mode, K>,
            K: FrameKind,
        {
            type Output = (Q, Y::Output);
            type Pending = Race<Y::Pending, Y::Output, Q, $goal>;

            fn into_pending(self, frame: &Frame<K>) -> Self::Pending {
                let options = self.options();
                let children = self.children.into_iter().map(|(key, child)| (key, child.into_pending(frame)));
                Race::$new(children, options)
            }
        }

        impl<Q, Y, $($parameter,)* M> HasError<Raced<Mapped<M>>> for $race
        where
            Q: $($bound)?,
            Y: HasError<M>,
        {
            type Err = Y::Err;
            type Value = (Q, Y::Value);
        }
    };
}

race_of_containers!(FirstOf []: End, End []);
race_of_containers!(FirstOk [Quiet]: Success, SuccessByKey [Debug]);
