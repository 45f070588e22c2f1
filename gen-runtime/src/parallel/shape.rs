//! The containers of the results of a group, and the keys of its children.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::fmt::Debug;
use std::hash::{BuildHasher, Hash as HashKey};

use crate::error::{printed, ChildKey};

/// The names of the children of a group in its errors.
pub trait ChildKeys {
    /// The name of the group in a dump.
    const GROUP: &'static str = "a list";

    /// Whether the children have the same order in each process.
    const IS_ORDERED: bool = true;

    /// The name of a child: by default, its index.
    fn key(&self, child: usize) -> ChildKey {
        ChildKey::Index(child)
    }
}

/// The container that the results are put into.
pub trait Shape<T>: ChildKeys {
    /// The type of the container.
    type Output;

    /// Builds the container. There is one result for each child, in order.
    fn build(self, results: impl Iterator<Item = T>) -> Self::Output;
}

/// The results are a `Vec`.
pub struct List;
/// The results are a `Box<[T]>`.
pub struct BoxedSlice;
/// The results are a `VecDeque`.
pub struct Deque;
/// The results are an array.
pub struct Array<const N: usize>;

/// The results are a `HashMap` with this hasher.
pub struct Hash<Q, S> {
    /// In the order of the children.
    pub(crate) keys: Vec<Q>,
    pub(crate) hasher: S,
}

/// The results are a `BTreeMap`.
pub struct BTree<Q> {
    /// In the order of the children.
    pub(crate) keys: Vec<Q>,
}

impl ChildKeys for List {}
impl ChildKeys for BoxedSlice {}
impl ChildKeys for Deque {}
impl<const N: usize> ChildKeys for Array<N> {}

impl<Q: Debug, S> ChildKeys for Hash<Q, S> {
    const GROUP: &'static str = "a map";
    const IS_ORDERED: bool = false;

    fn key(&self, child: usize) -> ChildKey {
        by_key(&self.keys[child])
    }
}

impl<Q: Debug> ChildKeys for BTree<Q> {
    const GROUP: &'static str = "a map";

    fn key(&self, child: usize) -> ChildKey {
        by_key(&self.keys[child])
    }
}

pub(super) fn by_key(key: &impl Debug) -> ChildKey {
    ChildKey::Key(printed(format_args!("{key:?}")))
}

/// A list keeps more room than this beyond its results only if they take at least as much.
const SPARE_BYTES: usize = 1024;

/// Collects the results. They lie in the allocation of the children if they fit, which is then made
/// smaller if it would waste memory.
fn collect<T>(results: impl Iterator<Item = T>) -> Vec<T> {
    let mut list: Vec<T> = results.collect();
    let spare = list.capacity() - list.len();
    if spare > list.len() && spare * size_of::<T>() > SPARE_BYTES {
        list.shrink_to_fit();
    }
    list
}

impl<T> Shape<T> for List {
    type Output = Vec<T>;

    fn build(self, results: impl Iterator<Item = T>) -> Vec<T> {
        collect(results)
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
        collect(results).into()
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
}

impl<Q, T> Shape<T> for BTree<Q>
where
    Q: Ord + Debug,
{
    type Output = BTreeMap<Q, T>;

    fn build(self, results: impl Iterator<Item = T>) -> BTreeMap<Q, T> {
        self.keys.into_iter().zip(results).collect()
    }
}
