//! What people yield by mistake, and what they are told: the last levels of the [probe](super::probe).
//!
//! A type that cannot be yielded is asked which of the common mistakes it is. Each has a marker, an impl of [`Mistake`] that recognises it, and a trait
//! that says what `ACoroutine` would have to do, and that nothing implements: the method of [`Wrong`] demands it, so that rustc reports it, once, in the words that stand
//! there. (Demanded of the type itself, rustc would advise the author of a generic function to add the trait to his bounds.) It is demanded in the line of the
//! method's name, for that line is shown to the user, and in a `where` below it would be four. Nothing here ever runs.
//!
//! | what is yielded | marker | the trait that is missing |
//! |---|---|---|
//! | an iterator, a stream | [`Uncollected`], [`Streamed`] | [`YieldsIterators`], [`YieldsStreams`] |
//! | a function or a closure | [`Uncalled`], [`UncalledWith`] | [`YieldsFunctions`] |
//! | a `Result` | [`Unopened`] | [`YieldsResults`] |
//! | `()` | [`Nothing`] | [`YieldsNothing`] |
//! | a number, a text, a duration | [`Value`], [`Period`] | [`YieldsValues`], [`YieldsPeriods`] |
//! | a thread | [`JoinedThread`] | [`YieldsThreads`] |
//! | `&mut F`, `Box<F>` of a future | [`Unpinned`], [`BoxedUnpinned`] | [`YieldsUnpinned`], [`YieldsBoxedUnpinned`] |
//! | `&F`, `Rc<F>`, `Arc<F>` of a future | [`SharedReference`], [`Counted`] | [`YieldsShared`] |
//! | a list or `Option` of what cannot be yielded | [`Members`] | [`YieldsListsOf`](containers::YieldsListsOf) |
//! | a map of it, or under keys that are not `Debug` | [`Entries`] | [`YieldsMaps`](containers::YieldsMaps) |
//! | a list, map or `Option` that is only borrowed | [`Borrowed`] | [`YieldsBorrowed`](containers::YieldsBorrowed) |
//! | a tuple of what cannot be yielded | [`Elements`] | [`YieldsTuple`](containers::YieldsTuple) |
//! | what waits for another yieldable, or for many, of what is none | [`Waited`], [`Children`] | [`WaitsFor`](containers::WaitsFor), [`WaitsForChildren`](containers::WaitsForChildren) |
//! | a yield point whose key is none, `gen::ok` of no future | [`Unkeyed`], [`Unmade`] | none: it was said where it was made |
//! | anything else | | [`Yields`] |
//!
//! The markers keep the impls apart, as they do for [`Yieldable`](crate::Yieldable). A type that is two mistakes at once would be ambiguous; no sensible type is.
//! Here are the markers and what is said, in `containers.rs` those of what holds others; `recognised.rs` knows the types.

mod containers;
mod recognised;

use std::future::Ready;
use std::marker::PhantomData;

use super::mistakes::containers::{Borrowed, Children, Elements, Entries, Members, Waited};
use super::mistakes::recognised::Keyed;
use crate::coroutine::{Identity, Pending};
use crate::yieldable::Yielded;
use crate::Result;

/// A common mistake, recognised by the type; `M` says which.
pub trait Mistake<M> {
    /// What to be told about: the type, or what is in it.
    type About: ?Sized;
}

/// What was yielded is the mistake `M`; nothing that anybody yields, if it is `()`.
///
/// For each mistake it has the method that the levels of the probe have. Nobody makes one: method lookup finds it at the end of the probe.
pub struct Wrong<Y, M>(PhantomData<(fn() -> Y, M)>);

/// What the yield of a mistake would wait for. It gives whatever is expected there, so that rustc has nothing more to say.
type NeverPending<T> = Pending<Ready<Result<T>>, Identity>;

/// An iterator.
#[derive(Debug)]
pub enum Uncollected {}

/// What is said of it.
#[diagnostic::on_unimplemented(
    message = "an iterator cannot be yielded: it is no list yet",
    label = "an iterator",
    note = "collect it, and all it makes is resolved in parallel: `yield_!(iterator.collect::<Vec<_>>())`",
    note = "or yield what it makes one after the other: `for item in iterator {{ yield_!(item)?; }}`"
)]
pub trait YieldsIterators<Y: ?Sized> {}

impl<Y: Mistake<Uncollected>> Wrong<Y, Uncollected> {
    /// Does not compile.
    pub fn pending_yielded<B: YieldsIterators<Y::About>, T>(&self, _: &impl Sized) -> NeverPending<T>
    where
        Y: Yielded<By = B>,
    {
        unreachable!("nothing implements the trait")
    }
}

/// A stream.
#[derive(Debug)]
pub enum Streamed {}

/// What is said of it.
#[diagnostic::on_unimplemented(
    message = "a stream cannot be yielded: it gives many values, one after the other",
    label = "a stream",
    note = "yield each of them: `while let Some(item) = yield_!(stream.next())? {{ .. }}`, with the `next` of a `StreamExt`",
    note = "of a `gen::WaitIterator`: `while !waits.done() {{ let item = yield_!(waits.next())?; }}`"
)]
pub trait YieldsStreams<Y: ?Sized> {}

impl<Y: Mistake<Streamed>> Wrong<Y, Streamed> {
    /// Does not compile.
    pub fn pending_yielded<B: YieldsStreams<Y::About>, T>(&self, _: &impl Sized) -> NeverPending<T>
    where
        Y: Yielded<By = B>,
    {
        unreachable!("nothing implements the trait")
    }
}

/// A function or closure without arguments.
#[derive(Debug)]
pub enum Uncalled {}

/// What is said of it.
#[diagnostic::on_unimplemented(
    message = "a function cannot be yielded, only what it returns",
    label = "not called",
    note = "call it: `yield_!(function(..))`"
)]
pub trait YieldsFunctions<Y: ?Sized> {}

impl<Y: Mistake<Uncalled>> Wrong<Y, Uncalled> {
    /// Does not compile.
    pub fn pending_yielded<B: YieldsFunctions<Y::About>, T>(&self, _: &impl Sized) -> NeverPending<T>
    where
        Y: Yielded<By = B>,
    {
        unreachable!("nothing implements the trait")
    }
}

/// One with arguments, which are the `A`.
pub struct UncalledWith<A>(PhantomData<A>);

impl<Y: Mistake<UncalledWith<A>>, A> Wrong<Y, UncalledWith<A>> {
    /// Does not compile.
    pub fn pending_yielded<B: YieldsFunctions<Y>, T>(&self, _: &impl Sized) -> NeverPending<T>
    where
        Y: Yielded<By = B>,
    {
        unreachable!("nothing implements the trait")
    }
}

/// A `Result`.
#[derive(Debug)]
pub enum Unopened {}

/// What is said of it.
#[diagnostic::on_unimplemented(
    message = "a `Result` cannot be yielded: it may be an error, with nothing to wait for",
    label = "a `Result`",
    note = "put a `?` inside, and yield what it holds: `yield_!(make()?)`; but if an `.await` made it, remove that: the yield waits"
)]
pub trait YieldsResults<Y: ?Sized> {}

impl<Y: Mistake<Unopened>> Wrong<Y, Unopened> {
    /// Does not compile.
    pub fn pending_yielded<B: YieldsResults<Y::About>, T>(&self, _: &impl Sized) -> NeverPending<T>
    where
        Y: Yielded<By = B>,
    {
        unreachable!("nothing implements the trait")
    }
}

/// `()`.
#[derive(Debug)]
pub enum Nothing {}

/// What is said of it.
#[diagnostic::on_unimplemented(
    message = "`()` cannot be yielded: there is nothing to wait for",
    label = "nothing",
    note = "to let others run for a turn of the loop: `yield_!(gen::moment())`",
    note = "a block that ends with a `;` is `()`"
)]
pub trait YieldsNothing<Y: ?Sized> {}

impl<Y: Mistake<Nothing>> Wrong<Y, Nothing> {
    /// Does not compile.
    pub fn pending_yielded<B: YieldsNothing<Y::About>, T>(&self, _: &impl Sized) -> NeverPending<T>
    where
        Y: Yielded<By = B>,
    {
        unreachable!("nothing implements the trait")
    }
}

/// A value that was there before the yield.
#[derive(Debug)]
pub enum Value {}

/// What is said of it.
#[diagnostic::on_unimplemented(
    message = "`{Y}` cannot be yielded: it is a value already, with nothing to wait for",
    label = "a value",
    note = "use it as it is, without `yield_!`; if an `.await` made it, remove that: the yield waits",
    note = "where a future is wanted, `gen::maybe_future!(value)` makes one of it"
)]
pub trait YieldsValues<Y: ?Sized> {}

impl<Y: Mistake<Value>> Wrong<Y, Value> {
    /// Does not compile.
    pub fn pending_yielded<B: YieldsValues<Y::About>, T>(&self, _: &impl Sized) -> NeverPending<T>
    where
        Y: Yielded<By = B>,
    {
        unreachable!("nothing implements the trait")
    }
}

/// A time to wait for, or until.
#[derive(Debug)]
pub enum Period {}

/// What is said of it.
#[diagnostic::on_unimplemented(
    message = "`{Y}` cannot be yielded: it is a time, and no timer",
    label = "a time",
    note = "to wait for it: `yield_!(gen::sleep(duration))`"
)]
pub trait YieldsPeriods<Y: ?Sized> {}

impl<Y: Mistake<Period>> Wrong<Y, Period> {
    /// Does not compile.
    pub fn pending_yielded<B: YieldsPeriods<Y::About>, T>(&self, _: &impl Sized) -> NeverPending<T>
    where
        Y: Yielded<By = B>,
    {
        unreachable!("nothing implements the trait")
    }
}

/// A thread.
#[derive(Debug)]
pub enum JoinedThread {}

/// What is said of it.
#[diagnostic::on_unimplemented(
    message = "a thread cannot be yielded: to wait for its end would block this one",
    label = "a thread",
    note = "let it set a `gen::promise()` when it ends, and yield the future of that"
)]
pub trait YieldsThreads<Y: ?Sized> {}

impl<Y: Mistake<JoinedThread>> Wrong<Y, JoinedThread> {
    /// Does not compile.
    pub fn pending_yielded<B: YieldsThreads<Y::About>, T>(&self, _: &impl Sized) -> NeverPending<T>
    where
        Y: Yielded<By = B>,
    {
        unreachable!("nothing implements the trait")
    }
}

/// A reference to a future that may not be moved.
#[derive(Debug)]
pub enum Unpinned {}

/// What is said of it.
#[diagnostic::on_unimplemented(
    message = "a reference to a future that is not `Unpin` cannot be yielded",
    label = "not pinned",
    note = "yield the future itself; or pin it, `let mut future = std::pin::pin!(future);`, and then `yield_!(future.as_mut())`"
)]
pub trait YieldsUnpinned<Y: ?Sized> {}

impl<Y: Mistake<Unpinned>> Wrong<Y, Unpinned> {
    /// Does not compile.
    pub fn pending_yielded<B: YieldsUnpinned<Y::About>, T>(&self, _: &impl Sized) -> NeverPending<T>
    where
        Y: Yielded<By = B>,
    {
        unreachable!("nothing implements the trait")
    }
}

/// A shared reference to a future.
#[derive(Debug)]
pub enum SharedReference {}

/// What is said of it.
#[diagnostic::on_unimplemented(
    message = "a future that is only shared cannot be yielded: waiting for it changes it",
    label = "shared",
    note = "yield the future itself; several can wait for a `gen::SharedFuture`"
)]
pub trait YieldsShared<Y: ?Sized> {}

impl<Y: Mistake<SharedReference>> Wrong<Y, SharedReference> {
    /// Does not compile.
    pub fn pending_yielded<B: YieldsShared<Y::About>, T>(&self, _: &impl Sized) -> NeverPending<T>
    where
        Y: Yielded<By = B>,
    {
        unreachable!("nothing implements the trait")
    }
}

/// A future in an `Rc` or `Arc`; of an `Rc` nothing is known but that, so it has a marker of its own.
#[derive(Debug)]
pub enum Counted {}

impl<Y: Mistake<Counted>> Wrong<Y, Counted> {
    /// Does not compile.
    pub fn pending_yielded<B: YieldsShared<Y::About>, T>(&self, _: &impl Sized) -> NeverPending<T>
    where
        Y: Yielded<By = B>,
    {
        unreachable!("nothing implements the trait")
    }
}

/// A box of a future that may not be moved.
#[derive(Debug)]
pub enum BoxedUnpinned {}

/// What is said of it.
#[diagnostic::on_unimplemented(
    message = "a box of a future that is not `Unpin` cannot be yielded",
    label = "not pinned",
    note = "make it with `Box::pin(..)`, or pin it: `yield_!(Box::into_pin(boxed))`"
)]
pub trait YieldsBoxedUnpinned<Y: ?Sized> {}

impl<Y: Mistake<BoxedUnpinned>> Wrong<Y, BoxedUnpinned> {
    /// Does not compile.
    pub fn pending_yielded<B: YieldsBoxedUnpinned<Y::About>, T>(&self, _: &impl Sized) -> NeverPending<T>
    where
        Y: Yielded<By = B>,
    {
        unreachable!("nothing implements the trait")
    }
}

/// A yield point with a key that is none. That is the mistake of whoever made it, and he has been told; the yield is taken for what it would have been.
#[derive(Debug)]
pub enum Unkeyed {}

impl<Y: Keyed> Wrong<Y, Unkeyed> {
    /// Compiles, unless it is not the key that is wrong but what it carries: that may come from another thread.
    pub fn pending_yielded<T: Send + 'static>(&self, _: &impl Sized) -> NeverPending<Y::Output>
    where
        Y: Keyed<Carries = T>,
    {
        unreachable!("nothing makes a yield point with a key that is none")
    }
}

/// [`gen::ok`](crate::ok) of what is no future, which has been told there.
#[derive(Debug)]
pub enum Unmade {}

impl<Y: Mistake<Unmade>> Wrong<Y, Unmade> {
    /// Compiles, and whatever it gives is taken for right.
    pub fn pending_yielded<T>(&self, _: &impl Sized) -> NeverPending<T> {
        unreachable!("nothing makes one of what is no future")
    }
}

/// What is said of anything else.
#[diagnostic::on_unimplemented(
    message = "`{Y}` cannot be yielded from a coroutine",
    label = "not yieldable",
    note = "a yieldable is a future, or a list, map or tuple (of up to twelve) of yieldables; a type of your own becomes one by implementing `IntoFuture`",
    note = "a value that is there already needs no `yield_!`, and what is yielded no `.await`",
    note = "a type parameter needs a bound, and a parameter for the kind: `fn f<Y: gen::Yieldable<M>, M>(..)`"
)]
pub trait Yields<Y> {}

/// The level of anything else. A trait, so that method lookup prefers what is known of a mistake.
pub trait Anything<Y> {
    /// Does not compile.
    fn pending_yielded<B: Yields<Y>, T>(&self, _: &impl Sized) -> NeverPending<T>
    where
        Y: Yielded<By = B>;
}

impl<Y> Anything<Y> for Wrong<Y, ()> {
    fn pending_yielded<B: Yields<Y>, T>(&self, _: &impl Sized) -> NeverPending<T>
    where
        Y: Yielded<By = B>,
    {
        unreachable!("nothing implements the trait")
    }
}
