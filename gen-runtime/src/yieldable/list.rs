//! Lists: `Vec`, `Box<[T]>`, arrays and `VecDeque`. The children run in parallel. The results are
//! in a container of the same kind, in the order of the children.

use std::collections::VecDeque;
use std::marker::PhantomData;

use super::{HasError, Yieldable};
use crate::coroutine::{Frame, FrameKind};
use crate::parallel::{Array, BoxedSlice, Deque, Group, List};

/// Marks lists of an `M`.
#[derive(Debug)]
pub struct Listed<M>(PhantomData<M>);

macro_rules! list_yieldable {
    ($container:ty, [$($parameter:tt)*], $shape:ty, $make:expr, $output:ty, $value:ty) => {
        impl<Y, M, Mode, K, $($parameter)*> Yieldable<Listed<M>, Mode, K> for $container
        where
            Y: Yieldable<M, Mode, K>,
            K: FrameKind,
        {
            type Output = $output;
            type Pending = Group<Y::Pending, Y::Output, $shape>;

            fn into_pending(self, frame: &Frame<K>) -> Self::Pending {
                Group::new(IntoIterator::into_iter(self).map(|child| child.into_pending(frame)), $make)
            }
        }

        impl<Y: HasError<M>, M, $($parameter)*> HasError<Listed<M>> for $container {
            type Err = Y::Err;
            type Value = $value;
        }
    };
}

list_yieldable!(Vec<Y>, [], List, List, Vec<Y::Output>, Vec<Y::Value>);
list_yieldable!(Box<[Y]>, [], BoxedSlice, BoxedSlice, Box<[Y::Output]>, Box<[Y::Value]>);
list_yieldable!(VecDeque<Y>, [], Deque, Deque, VecDeque<Y::Output>, VecDeque<Y::Value>);
list_yieldable!([Y; N], [const N: usize], Array<N>, Array, [Y::Output; N], [Y::Value; N]);
