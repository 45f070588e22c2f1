//! The [mistakes](super) of what holds or waits for others that cannot be yielded, or may not be moved out.

use super::recognised::Map;
use super::{Mistake, NeverPending, Wrong};
use crate::yieldable::Yielded;

/// A list of what cannot be yielded.
#[derive(Debug)]
pub enum Members {}

/// What is said of it.
#[diagnostic::on_unimplemented(
    message = "a list or `Option` of `{Y}` cannot be yielded, since `{Y}` cannot",
    label = "what is in it is not yieldable",
    note = "each of its members is a future, or a list, map or tuple of yieldables",
    note = "so a function in it is called, a `Result` opened with `?`, an iterator collected, a `Box` or reference pinned"
)]
pub trait YieldsListsOf<Y: ?Sized> {}

impl<Y: Mistake<Members>> Wrong<Y, Members> {
    /// Does not compile.
    pub fn pending_yielded<B: YieldsListsOf<Y::About>, T>(&self, _: &impl Sized) -> NeverPending<T>
    where
        Y: Yielded<By = B>,
    {
        unreachable!("nothing implements the trait")
    }
}

/// A map of what cannot be yielded, or under keys that cannot be named.
#[derive(Debug)]
pub enum Entries {}

/// What is said of it.
#[diagnostic::on_unimplemented(
    message = "a map from `{Q}` to `{Y}` cannot be yielded",
    label = "not a map of yieldables",
    note = "each of its values is a future, or a list, map or tuple of yieldables",
    note = "its keys are `Debug`, for errors name them: `#[derive(Debug)]`"
)]
pub trait YieldsMaps<Q: ?Sized, Y: ?Sized> {}

impl<Y: Map> Wrong<Y, Entries> {
    /// Does not compile.
    pub fn pending_yielded<B: YieldsMaps<Y::Key, Y::About>, T>(&self, _: &impl Sized) -> NeverPending<T>
    where
        Y: Yielded<By = B>,
    {
        unreachable!("nothing implements the trait")
    }
}

/// A list, map or `Option` that is only borrowed.
#[derive(Debug)]
pub enum Borrowed {}

/// What is said of it.
#[diagnostic::on_unimplemented(
    message = "a borrowed list, map or `Option` cannot be yielded: its futures would be moved out of it",
    label = "only borrowed",
    note = "yield it itself; or what is taken out of it: `yield_!(std::mem::take(&mut list))`, `yield_!(list.drain(..).collect::<Vec<_>>())`"
)]
pub trait YieldsBorrowed<Y: ?Sized> {}

impl<Y: Mistake<Borrowed>> Wrong<Y, Borrowed> {
    /// Does not compile.
    pub fn pending_yielded<B: YieldsBorrowed<Y::About>, T>(&self, _: &impl Sized) -> NeverPending<T>
    where
        Y: Yielded<By = B>,
    {
        unreachable!("nothing implements the trait")
    }
}

/// A tuple that is not written out where it is yielded; of one that is, each element is asked by itself.
#[derive(Debug)]
pub enum Elements {}

/// What is said of it.
#[diagnostic::on_unimplemented(
    message = "`{Y}` cannot be yielded, since not all of its elements can",
    label = "not all of it is yieldable",
    note = "written out in the `yield_!`, each element is looked at by itself: `yield_!((a, b))`; elsewhere all can fail, or none: `gen::ok(future)`"
)]
pub trait YieldsTuple<Y: ?Sized> {}

impl<Y: Mistake<Elements>> Wrong<Y, Elements> {
    /// Does not compile.
    pub fn pending_yielded<B: YieldsTuple<Y::About>, T>(&self, _: &impl Sized) -> NeverPending<T>
    where
        Y: Yielded<By = B>,
    {
        unreachable!("nothing implements the trait")
    }
}

/// A timeout, a shield or [`gen::raw`](crate::raw) around what cannot be yielded.
#[derive(Debug)]
pub enum Waited {}

/// What is said of it.
#[diagnostic::on_unimplemented(
    message = "`{Y}` cannot be yielded, and so `gen::with_timeout`, `gen::shield` and `gen::raw` cannot wait for it",
    label = "what it waits for is not yieldable",
    note = "what it waits for is a future, or a list, map or tuple of yieldables",
    note = "so a function is called, a `Result` opened with `?`, an iterator collected, a `Box` or reference pinned"
)]
pub trait WaitsFor<Y: ?Sized> {}

impl<Y: Mistake<Waited>> Wrong<Y, Waited> {
    /// Does not compile.
    pub fn pending_yielded<B: WaitsFor<Y::About>, T>(&self, _: &impl Sized) -> NeverPending<T>
    where
        Y: Yielded<By = B>,
    {
        unreachable!("nothing implements the trait")
    }
}

/// What waits for many, and has none.
#[derive(Debug)]
pub enum Children {}

/// What is said of it.
#[diagnostic::on_unimplemented(
    message = "`{Y}` is no list or map of what can be yielded",
    label = "not a list or map of yieldables",
    note = "`gen::multi`, `gen::limit` and `gen::first_of` wait for the members of a list or map; each is a future, or a list, map or tuple of yieldables",
    note = "an iterator is collected first: `gen::multi(iterator.collect::<Vec<_>>())`; a function in a list is called, a `Result` opened with `?`",
    note = "the number stands first in `gen::limit(8, list)`; different futures go into one list with `gen::boxed`: `[gen::boxed(a), gen::boxed(b)]`"
)]
pub trait WaitsForChildren<Y: ?Sized> {}

impl<Y: Mistake<Children>> Wrong<Y, Children> {
    /// Does not compile.
    pub fn pending_yielded<B: WaitsForChildren<Y::About>, T>(&self, _: &impl Sized) -> NeverPending<T>
    where
        Y: Yielded<By = B>,
    {
        unreachable!("nothing implements the trait")
    }
}
