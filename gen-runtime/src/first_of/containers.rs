//! A [`first_of`](crate::first_of()) or a [`first_ok`](crate::first_ok()) of a list or of a map.

use std::collections::{BTreeMap, HashMap};
use std::fmt::Debug;

use super::{FirstOf, FirstOk, Raced};
use crate::coroutine::{Frame, FrameKind};
use crate::kinds::{Listed, Mapped};
use crate::parallel::{End, Race, Success, SuccessByKey};
use crate::yieldable::{forward_error, HasError};
use crate::Yieldable;

/// Makes a race yieldable whose children are a list or a map. The goal in front is that of a list,
/// and the other one is that of a map, whose keys satisfy the bound.
macro_rules! race_of_containers {
    ($of:ident: $goal:ty, $goal_by_key:ty [$($bound:ident)?]) => {
        #[diagnostic::do_not_recommend]
        impl<C, Y, M, Mode, K> Yieldable<Raced<Listed<M>>, Mode, K> for $of<C>
        where
            C: IntoIterator<Item = Y>,
            Y: Yieldable<M, Mode, K>,
            K: FrameKind,
        {
            type Output = (usize, Y::Output);
            type Pending = Race<Y::Pending, Y::Output, usize, $goal>;

            fn into_pending(self, frame: &Frame<K>) -> Self::Pending {
                let children = self.children.into_iter().map(|child| child.into_pending(frame));
                Race::new(children.enumerate(), self.losers)
            }
        }

        impl<C, Y, M> HasError<Raced<Listed<M>>> for $of<C>
        where
            C: IntoIterator<Item = Y>,
            Y: HasError<M>,
        {
            type Err = Y::Err;
            type Value = (usize, Y::Value);
        }

        race_of_containers!(@map $of<HashMap<Q, Y, S>>, [S], $goal_by_key [$($bound)?]);
        race_of_containers!(@map $of<BTreeMap<Q, Y>>, [], $goal_by_key [$($bound)?]);
    };
    (@map $of:ident<$map:ty>, [$($parameter:ident)?], $goal:ty [$($bound:ident)?]) => {
        #[diagnostic::do_not_recommend]
        impl<Q, Y, $($parameter,)? M, Mode, K> Yieldable<Raced<Mapped<M>>, Mode, K> for $of<$map>
        where
            Q: $($bound)?,
            Y: Yieldable<M, Mode, K>,
            K: FrameKind,
        {
            type Output = (Q, Y::Output);
            type Pending = Race<Y::Pending, Y::Output, Q, $goal>;

            fn into_pending(self, frame: &Frame<K>) -> Self::Pending {
                let children = self.children.into_iter().map(|(key, child)| (key, child.into_pending(frame)));
                Race::new(children, self.losers)
            }
        }

        forward_error!([Q $($parameter)?] $of<$map>: Raced<Mapped<M>> => (Q, Y::Value));
    };
}

race_of_containers!(FirstOf: End, End []);
race_of_containers!(FirstOk: Success, SuccessByKey [Debug]);
