//! Maps: `HashMap` with any hasher, and `BTreeMap`. The values run in parallel. The results are in
//! a map of the same kind, under the same keys.
//!
//! The children have the order that the map had when it was yielded. It decides whose error is
//! raised first. Keys are `Debug`, because errors name them.

use std::collections::{BTreeMap, HashMap};
use std::fmt::Debug;
use std::hash::{BuildHasher, Hash};
use std::marker::PhantomData;

use super::{HasError, Yieldable};
use crate::coroutine::{Frame, FrameKind};
use crate::parallel;
use crate::parallel::Group;

/// Marks maps of an `M`.
#[derive(Debug)]
pub struct Mapped<M>(PhantomData<M>);

impl<Q, Y, S, M, Mode, K> Yieldable<Mapped<M>, Mode, K> for HashMap<Q, Y, S>
where
    Q: Hash + Eq + Debug,
    Y: Yieldable<M, Mode, K>,
    S: BuildHasher + Clone,
    K: FrameKind,
{
    type Output = HashMap<Q, Y::Output, S>;
    type Pending = Group<Y::Pending, Y::Output, parallel::Hash<Q, S>>;

    fn into_pending(self, frame: &Frame<K>) -> Self::Pending {
        let hasher = self.hasher().clone();
        let (keys, children): (Vec<Q>, Vec<Y>) = self.into_iter().unzip();
        let children = children.into_iter().map(|child| child.into_pending(frame));
        Group::new(children, parallel::Hash { keys, hasher })
    }
}

impl<Q, Y, M, Mode, K> Yieldable<Mapped<M>, Mode, K> for BTreeMap<Q, Y>
where
    Q: Ord + Debug,
    Y: Yieldable<M, Mode, K>,
    K: FrameKind,
{
    type Output = BTreeMap<Q, Y::Output>;
    type Pending = Group<Y::Pending, Y::Output, parallel::BTree<Q>>;

    fn into_pending(self, frame: &Frame<K>) -> Self::Pending {
        let (keys, children): (Vec<Q>, Vec<Y>) = self.into_iter().unzip();
        let children = children.into_iter().map(|child| child.into_pending(frame));
        Group::new(children, parallel::BTree { keys })
    }
}

impl<Q, Y, S, M> HasError<Mapped<M>> for HashMap<Q, Y, S>
where
    Q: Hash + Eq + Debug,
    Y: HasError<M>,
    S: BuildHasher + Clone,
{
    type Err = Y::Err;
    type Value = HashMap<Q, Y::Value, S>;
}

impl<Q, Y, M> HasError<Mapped<M>> for BTreeMap<Q, Y>
where
    Q: Ord + Debug,
    Y: HasError<M>,
{
    type Err = Y::Err;
    type Value = BTreeMap<Q, Y::Value>;
}
