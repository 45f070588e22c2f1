//! The [mistakes](super) with containers and wrappers: values in them cannot be yielded, or cannot
//! be moved out.

use super::recognised::Map;
use super::{never_compiles, NeverPending, Wrong};
use crate::yieldable::Yielded;

/// A list of values that cannot be yielded.
#[derive(Debug)]
pub enum Members {}

#[diagnostic::on_unimplemented(
    message = "a list or `Option` of `{Y}` cannot be yielded, because `{Y}` cannot",
    label = "its elements are not yieldable",
    note = "each element must be a future, or a list, map or tuple of yieldables",
    note = "call a function, open a `Result` with `?`, collect an iterator, pin a `Box` or a reference"
)]
pub trait YieldsListsOf<Y: ?Sized> {}

never_compiles! { Members:
    pub fn pending_yielded<B: YieldsListsOf<Y::About>, T>(&self, _: &impl Sized) -> NeverPending<T>
}

/// A map of values that cannot be yielded, or with keys that are not `Debug`.
#[derive(Debug)]
pub enum Entries {}

#[diagnostic::on_unimplemented(
    message = "a map from `{Q}` to `{Y}` cannot be yielded",
    label = "not a map of yieldables",
    note = "each value must be a future, or a list, map or tuple of yieldables",
    note = "each key must be `Debug`, because errors name it: write `#[derive(Debug)]`"
)]
pub trait YieldsMaps<Q: ?Sized, Y: ?Sized> {}

impl<Y: Map> Wrong<Y, Entries> {
    pub fn pending_yielded<B: YieldsMaps<Y::Key, Y::About>, T>(&self, _: &impl Sized) -> NeverPending<T>
    where
        Y: Yielded<By = B>,
    {
        unreachable!("nothing implements the trait")
    }
}

/// A borrowed list, map or `Option`.
#[derive(Debug)]
pub enum Borrowed {}

#[diagnostic::on_unimplemented(
    message = "a borrowed list, map or `Option` cannot be yielded: the yield would move the futures out of it",
    label = "borrowed",
    note = "yield the container itself, or take its content: `yield_!(std::mem::take(&mut list))`, `yield_!(list.drain(..).collect::<Vec<_>>())`"
)]
pub trait YieldsBorrowed<Y: ?Sized> {}

never_compiles! { Borrowed:
    pub fn pending_yielded<B: YieldsBorrowed<Y::About>, T>(&self, _: &impl Sized) -> NeverPending<T>
}

/// A tuple that is not written out in the `yield_!`. (If it is, each element has a probe of its
/// own.)
#[derive(Debug)]
pub enum Elements {}

#[diagnostic::on_unimplemented(
    message = "`{Y}` cannot be yielded, because not all of its elements can",
    label = "not all elements are yieldable",
    note = "write the tuple out in the `yield_!`, where each element is checked by itself: `yield_!((a, b))`; elsewhere, all elements can fail or none: for one that cannot, write `gen::ok(future)`"
)]
pub trait YieldsTuple<Y: ?Sized> {}

never_compiles! { Elements:
    pub fn pending_yielded<B: YieldsTuple<Y::About>, T>(&self, _: &impl Sized) -> NeverPending<T>
}

/// A timeout, a shield or [`gen::raw`](crate::raw) around a value that cannot be yielded.
#[derive(Debug)]
pub enum Waited {}

#[diagnostic::on_unimplemented(
    message = "`{Y}` cannot be yielded, so `gen::with_timeout`, `gen::shield` and `gen::raw` cannot wait for it",
    label = "its argument is not yieldable",
    note = "the argument must be a future, or a list, map or tuple of yieldables",
    note = "call a function, open a `Result` with `?`, collect an iterator, pin a `Box` or a reference"
)]
pub trait WaitsFor<Y: ?Sized> {}

never_compiles! { Waited:
    pub fn pending_yielded<B: WaitsFor<Y::About>, T>(&self, _: &impl Sized) -> NeverPending<T>
}

/// A `gen::multi`, `gen::limit` or `gen::first_of` of a value that is no container of yieldables.
#[derive(Debug)]
pub enum Children {}

#[diagnostic::on_unimplemented(
    message = "`{Y}` is not a list or map of yieldables",
    label = "expected a list or map of yieldables",
    note = "`gen::multi`, `gen::limit` and `gen::first_of` wait for the elements of a list or map; each must be a future, or a list, map or tuple of yieldables",
    note = "collect an iterator: `gen::multi(iterator.collect::<Vec<_>>())`; call a function in a list, open a `Result` with `?`",
    note = "`gen::multi` and `gen::first_of` also take a tuple: `gen::first_of((a, b))`; to put different futures into one list, box them: `[gen::boxed(a), gen::boxed(b)]`",
    note = "the number is the first argument of `gen::limit(8, list)`, which also takes a stream",
    note = "the keys of a map must be `Debug`, because errors name them"
)]
pub trait WaitsForChildren<Y: ?Sized> {}

never_compiles! { Children:
    pub fn pending_yielded<B: WaitsForChildren<Y::About>, T>(&self, _: &impl Sized) -> NeverPending<T>
}
