//! What the results of a group are put into.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::fmt::Debug;
use std::hash::{BuildHasher, Hash as HashKey};

use crate::error::Place;

/// The container that the results become, and the places of its children.
pub trait Shape<T> {
    /// The container.
    type Output;

    /// Puts the results, one for each child and in order, into the container.
    fn build(self, results: impl Iterator<Item = T>) -> Self::Output;

    /// How the place of a child is called.
    fn place(&self, child: usize) -> Place {
        Place::Index(child)
    }
}

/// A `Vec`.
pub struct List;
/// A `Box<[T]>`.
pub struct BoxedSlice;
/// A `VecDeque`.
pub struct Deque;
/// An array of `N`.
pub struct Array<const N: usize>;

/// A `HashMap`: its keys in the order of the children, and its hasher.
pub struct Hash<Q, S> {
    pub(crate) keys: Vec<Q>,
    pub(crate) hasher: S,
}

/// A `BTreeMap`: its keys in the order of the children.
pub struct BTree<Q> {
    pub(crate) keys: Vec<Q>,
}

impl<T> Shape<T> for List {
    type Output = Vec<T>;

    fn build(self, results: impl Iterator<Item = T>) -> Vec<T> {
        results.collect()
    }
}

impl<T> Shape<T> for BoxedSlice {
    type Output = Box<[T]>;

    fn build(self, results: impl Iterator<Item = T>) -> Box<[T]> {
        results.collect()
    }
}

impl<T> Shape<T> for Deque {
    type Output = VecDeque<T>;

    fn build(self, results: impl Iterator<Item = T>) -> VecDeque<T> {
        results.collect()
    }
}

impl<T, const N: usize> Shape<T> for Array<N> {
    type Output = [T; N];

    fn build(self, mut results: impl Iterator<Item = T>) -> [T; N] {
        std::array::from_fn(|_| results.next().expect("as many results as children"))
    }
}

impl<Q, T, S> Shape<T> for Hash<Q, S>
where
    Q: HashKey + Eq + Debug,
    S: BuildHasher,
{
    type Output = HashMap<Q, T, S>;

    fn build(self, results: impl Iterator<Item = T>) -> HashMap<Q, T, S> {
        let mut map = HashMap::with_capacity_and_hasher(self.keys.len(), self.hasher);
        map.extend(self.keys.into_iter().zip(results));
        map
    }

    fn place(&self, child: usize) -> Place {
        Place::Key(format!("{:?}", self.keys[child]))
    }
}

impl<Q, T> Shape<T> for BTree<Q>
where
    Q: Ord + Debug,
{
    type Output = BTreeMap<Q, T>;

    fn build(self, results: impl Iterator<Item = T>) -> BTreeMap<Q, T> {
        self.keys.into_iter().zip(results).collect()
    }

    fn place(&self, child: usize) -> Place {
        Place::Key(format!("{:?}", self.keys[child]))
    }
}
