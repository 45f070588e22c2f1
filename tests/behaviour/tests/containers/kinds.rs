//! The containers under test: how each is made of children, and how its results are put back into
//! the order of the children.

use std::collections::hash_map::RandomState;
use std::collections::{BTreeMap, HashMap, VecDeque};
use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher};
use std::marker::PhantomData;

use behaviour::{Child, Fault, Task};
use gen::ChildKey;

/// A family of containers, for elements of any type.
pub(crate) trait Kind {
    /// The container.
    type Of<T>;
    /// The keys, in the order of the children.
    type Keys: Send + 'static;
    /// The numbers of children that it may have.
    const SIZES: &'static [usize];
    /// The place of the container of the children, if that container is the only child of another.
    const OUTER: Option<ChildKey> = None;

    fn build(children: Vec<Child>) -> (Self::Of<Child>, Self::Keys);
    fn values<T>(container: Self::Of<T>, keys: Self::Keys) -> Vec<T>;
    fn places(keys: &Self::Keys, count: usize) -> Vec<ChildKey>;
}

/// A container that was yielded. Its results come in the order of the children.
pub(crate) struct Started<T> {
    pub(crate) task: Task<gen::BoxCoroutine<'static, gen::Result<Vec<T>>>>,
    /// The names of the children when they fail.
    pub(crate) places: Vec<ChildKey>,
    /// The place of their container, if there is another container around it.
    pub(crate) outer: Option<ChildKey>,
}

/// One container under test, yielded directly and with `gen::raw` around it.
pub(crate) struct Container {
    pub(crate) sizes: &'static [usize],
    pub(crate) start: fn(Vec<Child>) -> Started<u32>,
    pub(crate) start_raw: fn(Vec<Child>) -> Started<Result<u32, Fault>>,
}

/// The sizes of a container without a fixed size.
const ANY: &[usize] = &[0, 1, 2, 3, 7, 100];
/// The same for containers with at least one child.
const SOME: &[usize] = &[1, 2, 3, 7, 100];

fn by_index(count: usize) -> Vec<ChildKey> {
    (0..count).map(ChildKey::Index).collect()
}

macro_rules! list {
    ($name:ident [$($parameter:tt)*] $sizes:expr, $t:ident => $of:ty, $children:ident => $build:expr, $list:ident => $values:expr) => {
        impl $($parameter)* Kind for $name {
            type Of<$t> = $of;
            type Keys = ();
            const SIZES: &'static [usize] = $sizes;

            fn build($children: Vec<Child>) -> (Self::Of<Child>, ()) {
                ($build, ())
            }

            fn values<T>($list: Self::Of<T>, (): ()) -> Vec<T> {
                $values
            }

            fn places((): &(), count: usize) -> Vec<ChildKey> {
                by_index(count)
            }
        }
    };
}

pub(crate) struct Vector;
pub(crate) struct Slice;
pub(crate) struct Deque;
pub(crate) struct Array<const N: usize>(());

list!(Vector [] ANY, T => Vec<T>, children => children, list => list);
list!(Slice [] ANY, T => Box<[T]>, children => children.into(), list => list.into());
list!(Deque [] ANY, T => VecDeque<T>, children => children.into(), list => list.into());

impl<const N: usize> Kind for Array<N> {
    type Of<T> = [T; N];
    type Keys = ();
    const SIZES: &'static [usize] = &[N];

    fn build(children: Vec<Child>) -> ([Child; N], ()) {
        (children.try_into().ok().expect("as many children as the array has places"), ())
    }

    fn values<T>(array: [T; N], (): ()) -> Vec<T> {
        array.into()
    }

    fn places((): &(), count: usize) -> Vec<ChildKey> {
        by_index(count)
    }
}

pub(crate) struct Hash<S>(PhantomData<S>);
pub(crate) type StdHash = Hash<RandomState>;
pub(crate) type OtherHash = Hash<BuildHasherDefault<DefaultHasher>>;

impl<S: BuildHasher + Default + 'static> Kind for Hash<S> {
    type Of<T> = HashMap<String, T, S>;
    type Keys = Vec<String>;
    const SIZES: &'static [usize] = ANY;

    /// The map decides the order of the children, so they are numbered when they are in it.
    fn build(children: Vec<Child>) -> (Self::Of<Child>, Vec<String>) {
        let names = (0..).map(|number| format!("key {number}"));
        let mut map: Self::Of<Child> = names.zip(children).collect();
        map.values_mut().enumerate().for_each(|(index, child)| child.renumber(index));
        let keys = map.keys().cloned().collect();
        (map, keys)
    }

    fn values<T>(mut map: Self::Of<T>, keys: Vec<String>) -> Vec<T> {
        let values = keys.iter().map(|key| map.remove(key).expect("the key that was yielded")).collect();
        assert!(map.is_empty(), "a key that was not yielded");
        values
    }

    fn places(keys: &Vec<String>, _: usize) -> Vec<ChildKey> {
        keys.iter().map(|key| ChildKey::Key(format!("{key:?}"))).collect()
    }
}

pub(crate) struct BTree;

impl Kind for BTree {
    type Of<T> = BTreeMap<char, T>;
    type Keys = ();
    const SIZES: &'static [usize] = &[0, 1, 2, 3, 7, 26];

    fn build(children: Vec<Child>) -> (Self::Of<Child>, ()) {
        (('a'..='z').zip(children).collect(), ())
    }

    fn values<T>(map: Self::Of<T>, (): ()) -> Vec<T> {
        let keys: String = map.keys().collect();
        assert!("abcdefghijklmnopqrstuvwxyz".starts_with(&keys), "{keys}");
        map.into_values().collect()
    }

    fn places((): &(), count: usize) -> Vec<ChildKey> {
        ('a'..='z').take(count).map(|key| ChildKey::Key(format!("{key:?}"))).collect()
    }
}

macro_rules! tuple {
    ($name:ident, $count:literal: $($t:ident $element:ident)+) => {
        pub(crate) struct $name;

        list!(
            $name [] &[$count],
            T => ($($t,)+),
            children => {
                let mut children = children.into_iter();
                $(let $element = children.next().expect("as many children as elements");)+
                ($($element,)+)
            },
            tuple => {
                let ($($element,)+) = tuple;
                vec![$($element),+]
            }
        );
    };
}

tuple!(Tuple1, 1: T a);
tuple!(Tuple2, 2: T a T b);
tuple!(Tuple3, 3: T a T b T c);
tuple!(Tuple4, 4: T a T b T c T d);
tuple!(Tuple5, 5: T a T b T c T d T e);
tuple!(Tuple6, 6: T a T b T c T d T e T f);
tuple!(Tuple7, 7: T a T b T c T d T e T f T g);
tuple!(Tuple8, 8: T a T b T c T d T e T f T g T h);
tuple!(Tuple9, 9: T a T b T c T d T e T f T g T h T i);
tuple!(Tuple10, 10: T a T b T c T d T e T f T g T h T i T j);
tuple!(Tuple11, 11: T a T b T c T d T e T f T g T h T i T j T k);
tuple!(Tuple12, 12: T a T b T c T d T e T f T g T h T i T j T k T l);

pub(crate) struct VectorOfVectors;
pub(crate) struct VectorOfOptions;
pub(crate) struct OptionOfVector;
pub(crate) struct TupleOfDeque;
pub(crate) struct SliceOfTuples;
pub(crate) struct ArrayOfArrays;
pub(crate) struct DequeOfMaps;

fn one<T>(list: impl IntoIterator<Item = T>) -> T {
    let mut list = list.into_iter();
    let first = list.next().expect("one element");
    assert!(list.next().is_none(), "more than one element");
    first
}

list!(VectorOfVectors [] ANY, T => Vec<Vec<T>>,
    children => children.into_iter().map(|child| vec![child]).collect(), list => list.into_iter().map(one).collect());
list!(VectorOfOptions [] ANY, T => Vec<Option<T>>,
    children => children.into_iter().map(Some).collect(), list => list.into_iter().map(one).collect());
list!(OptionOfVector [] ANY, T => Option<Vec<T>>, children => Some(children), list => one(list));
list!(SliceOfTuples [] ANY, T => Box<[(T,)]>,
    children => children.into_iter().map(|child| (child,)).collect(), list => list.into_vec().into_iter().map(|(value,)| value).collect());
list!(ArrayOfArrays [] &[2], T => [[T; 1]; 2],
    children => { let [a, b] = Array::<2>::build(children).0; [[a], [b]] }, list => list.into_iter().map(one).collect());
list!(DequeOfMaps [] SOME, T => VecDeque<BTreeMap<u8, T>>,
    children => children.into_iter().map(|child| BTreeMap::from([(0, child)])).collect(),
    list => list.into_iter().map(|map| one(map.into_values())).collect());

impl Kind for TupleOfDeque {
    type Of<T> = (VecDeque<T>,);
    type Keys = ();
    const SIZES: &'static [usize] = ANY;
    const OUTER: Option<ChildKey> = Some(ChildKey::Index(0));

    fn build(children: Vec<Child>) -> (Self::Of<Child>, ()) {
        ((children.into(),), ())
    }

    fn values<T>((deque,): Self::Of<T>, (): ()) -> Vec<T> {
        deque.into()
    }

    fn places((): &(), count: usize) -> Vec<ChildKey> {
        (0..count).map(ChildKey::Index).collect()
    }
}

/// Two levels of keys: the raised error's place is the outer one.
pub(crate) struct MapOfVectors;

impl Kind for MapOfVectors {
    type Of<T> = HashMap<String, Vec<T>>;
    type Keys = Vec<String>;
    const SIZES: &'static [usize] = ANY;

    fn build(children: Vec<Child>) -> (Self::Of<Child>, Vec<String>) {
        let names = (0..).map(|number| format!("key {number}"));
        let mut map: Self::Of<Child> = names.zip(children.into_iter().map(|child| vec![child])).collect();
        map.values_mut().enumerate().for_each(|(index, list)| list[0].renumber(index));
        let keys = map.keys().cloned().collect();
        (map, keys)
    }

    fn values<T>(map: Self::Of<T>, keys: Vec<String>) -> Vec<T> {
        StdHash::values(map.into_iter().map(|(key, list)| (key, one(list))).collect(), keys)
    }

    fn places(keys: &Vec<String>, count: usize) -> Vec<ChildKey> {
        StdHash::places(keys, count)
    }
}
