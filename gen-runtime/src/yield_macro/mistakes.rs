//! The mistakes that users make in a yield, with a message for each: the last levels of the
//! [probe](super::probe).
//!
//! A type that cannot be yielded is matched against a list of common mistakes. Each mistake has a
//! marker, impls of [`Mistake`] that recognise its types, and a trait that nothing implements. A
//! method of [`Wrong`] demands this trait of `ACoroutine`, so rustc reports it, once, with the
//! message of the trait. (If the method demanded it of the type itself, rustc would advise the
//! author of a generic function to add the trait to its bounds.) The bound stands on the line of
//! the method's name, because rustc shows that line to the user; of a `where` clause it would show
//! four lines. None of this code ever runs.
//!
//! | yielded value | marker | missing trait |
//! |---|---|---|
//! | an iterator, a stream | [`Uncollected`], [`Streamed`] | [`YieldsIterators`], [`YieldsStreams`] |
//! | a function or a closure | [`Uncalled`], [`UncalledWith`] | [`YieldsFunctions`] |
//! | a `Result` | [`Unopened`] | [`YieldsResults`] |
//! | `()` | [`Nothing`] | [`YieldsNothing`] |
//! | a number, a text, a duration | [`Value`], [`Period`] | [`YieldsValues`], [`YieldsPeriods`] |
//! | a thread | [`JoinedThread`] | [`YieldsThreads`] |
//! | `&mut F`, `Box<F>` of a future | [`Unpinned`], [`BoxedUnpinned`] | [`YieldsUnpinned`], [`YieldsBoxedUnpinned`] |
//! | `&F`, `Rc<F>`, `Arc<F>` of a future | [`SharedReference`] | [`YieldsShared`] |
//! | a list or `Option` of values that cannot be yielded | [`Members`] | [`YieldsListsOf`](containers::YieldsListsOf) |
//! | a map of such values, or with keys that are not `Debug` | [`Entries`] | [`YieldsMaps`](containers::YieldsMaps) |
//! | a borrowed list, map or `Option` | [`Borrowed`] | [`YieldsBorrowed`](containers::YieldsBorrowed) |
//! | a tuple with elements that cannot be yielded | [`Elements`] | [`YieldsTuple`](containers::YieldsTuple) |
//! | a wrapper around one such value, or around many | [`Waited`], [`Children`] | [`WaitsFor`](containers::WaitsFor), [`WaitsForChildren`](containers::WaitsForChildren) |
//! | a yield point with an invalid key, `gen::ok` of a value that is not a future | [`Unkeyed`], [`Unmade`] | none: the mistake is reported where the value is made |
//! | a bracket without its release | [`Unreleased`] | [`YieldsUnreleased`] |
//! | a retry, a repeat or a hedge whose arguments do not fit | [`Untried`] | [`YieldsTries`] |
//! | a lock, a semaphore, a rate, an event, a condition, a barrier, a queue, a batch, a single flight, a ticker | those of `everyday.rs` | those of `everyday.rs` |
//! | any other type | | [`Yields`] |
//!
//! The markers distinguish the impls, as they do for [`Yieldable`](crate::Yieldable). A type with
//! two of the mistakes would be ambiguous; no sensible type has two. This file has the markers and
//! the messages, except those of containers and wrappers, which are in `containers.rs`, and those
//! of values with a method, which are in `everyday.rs` with their types. `recognised.rs` lists the
//! other types.

mod containers;
mod everyday;
mod recognised;

use std::future::Ready;
use std::marker::PhantomData;

use super::mistakes::containers::{Borrowed, Children, Elements, Entries, Members, Waited};
use super::mistakes::recognised::Keyed;
use crate::coroutine::{Identity, Pending};
use crate::yieldable::Yielded;
use crate::Result;

/// A type whose yield is the mistake `M`.
pub trait Mistake<M> {
    /// The type that the message names: this type, or a type in it.
    type About: ?Sized;
}

/// The end of the probe for a `Y` whose yield is the mistake `M`, or an unknown mistake if `M` is
/// `()`.
///
/// For each mistake it has a method with the name of the probe's methods. No value of it is ever
/// made: method lookup finds the type at the end of the probe.
pub struct Wrong<Y, M>(PhantomData<(fn() -> Y, M)>);

/// Gives [`Wrong`] the method of a mistake. The head of the method is written out where the macro
/// is called, because rustc shows that line to the user.
macro_rules! never_compiles {
    ($mistake:ty: $($head:tt)+) => {
        impl<Y: $crate::yield_macro::mistakes::Mistake<$mistake>> Wrong<Y, $mistake> {
            $($head)+
            where
                Y: $crate::yieldable::Yielded<By = B>,
            {
                unreachable!("nothing implements the trait")
            }
        }
    };
}

use never_compiles;

/// The pending future of a mistake. Its output is any type that the context expects, so that rustc
/// reports no second error.
type NeverPending<T> = Pending<Ready<Result<T>>, Identity>;

/// An iterator.
#[derive(Debug)]
pub enum Uncollected {}

#[diagnostic::on_unimplemented(
    message = "an iterator cannot be yielded: it is not a list",
    label = "an iterator",
    note = "to resolve all items in parallel, write `yield_!(iterator.collect::<Vec<_>>())`",
    note = "to resolve one item after the other, write `for item in iterator {{ yield_!(item)?; }}`"
)]
pub trait YieldsIterators<Y: ?Sized> {}

never_compiles! { Uncollected:
    pub fn pending_yielded<B: YieldsIterators<Y::About>, T>(&self, _: &impl Sized) -> NeverPending<T>
}

/// A stream.
#[derive(Debug)]
pub enum Streamed {}

#[diagnostic::on_unimplemented(
    message = "a stream cannot be yielded: it has many values, one after the other",
    label = "a stream",
    note = "yield each value: `while let Some(item) = yield_!(stream.next())? {{ .. }}`, with the `next` of a `StreamExt`",
    note = "if the items are futures, `yield_!(gen::limit(8, stream))` runs up to eight at a time",
    note = "for a `gen::WaitIterator`, write `while !waits.done() {{ let item = yield_!(waits.next())?; }}`"
)]
pub trait YieldsStreams<Y: ?Sized> {}

never_compiles! { Streamed:
    pub fn pending_yielded<B: YieldsStreams<Y::About>, T>(&self, _: &impl Sized) -> NeverPending<T>
}

/// A function or closure without arguments.
#[derive(Debug)]
pub enum Uncalled {}

#[diagnostic::on_unimplemented(
    message = "a function cannot be yielded, only its result",
    label = "not called",
    note = "call it: `yield_!(function(..))`"
)]
pub trait YieldsFunctions<Y: ?Sized> {}

never_compiles! { Uncalled:
    pub fn pending_yielded<B: YieldsFunctions<Y::About>, T>(&self, _: &impl Sized) -> NeverPending<T>
}

/// A function or closure with the arguments `A`.
pub struct UncalledWith<A>(PhantomData<A>);

impl<Y: Mistake<UncalledWith<A>>, A> Wrong<Y, UncalledWith<A>> {
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

#[diagnostic::on_unimplemented(
    message = "a `Result` cannot be yielded: if it is an error, there is nothing to wait for",
    label = "a `Result`",
    note = "write a `?` inside, to yield the value in it: `yield_!(make()?)`; if an `.await` made it, remove the `.await`, because the yield waits"
)]
pub trait YieldsResults<Y: ?Sized> {}

never_compiles! { Unopened:
    pub fn pending_yielded<B: YieldsResults<Y::About>, T>(&self, _: &impl Sized) -> NeverPending<T>
}

/// `()`.
#[derive(Debug)]
pub enum Nothing {}

#[diagnostic::on_unimplemented(
    message = "`()` cannot be yielded: there is nothing to wait for",
    label = "nothing",
    note = "to let other tasks run for a turn of the loop, write `yield_!(gen::moment())`",
    note = "if this is a block, remove the `;` at its end, which makes it `()`"
)]
pub trait YieldsNothing<Y: ?Sized> {}

never_compiles! { Nothing:
    pub fn pending_yielded<B: YieldsNothing<Y::About>, T>(&self, _: &impl Sized) -> NeverPending<T>
}

/// A value, for which there is nothing to wait.
#[derive(Debug)]
pub enum Value {}

#[diagnostic::on_unimplemented(
    message = "`{Y}` cannot be yielded: it is a value, and there is nothing to wait for",
    label = "a value",
    note = "use the value without `yield_!`; if an `.await` made it, remove the `.await`, because the yield waits",
    note = "to make a future of the value, write `gen::maybe_future!(value)`"
)]
pub trait YieldsValues<Y: ?Sized> {}

never_compiles! { Value:
    pub fn pending_yielded<B: YieldsValues<Y::About>, T>(&self, _: &impl Sized) -> NeverPending<T>
}

/// A duration or a point in time.
#[derive(Debug)]
pub enum Period {}

#[diagnostic::on_unimplemented(
    message = "`{Y}` cannot be yielded: it is a time, not a timer",
    label = "a time",
    note = "to wait, write `yield_!(gen::sleep(duration))`"
)]
pub trait YieldsPeriods<Y: ?Sized> {}

never_compiles! { Period:
    pub fn pending_yielded<B: YieldsPeriods<Y::About>, T>(&self, _: &impl Sized) -> NeverPending<T>
}

/// A thread.
#[derive(Debug)]
pub enum JoinedThread {}

#[diagnostic::on_unimplemented(
    message = "a thread cannot be yielded: to wait for its end would block this thread",
    label = "a thread",
    note = "make a `gen::promise()`, set it when the thread ends, and yield its future"
)]
pub trait YieldsThreads<Y: ?Sized> {}

never_compiles! { JoinedThread:
    pub fn pending_yielded<B: YieldsThreads<Y::About>, T>(&self, _: &impl Sized) -> NeverPending<T>
}

/// A reference to a future that is not `Unpin`.
#[derive(Debug)]
pub enum Unpinned {}

#[diagnostic::on_unimplemented(
    message = "a reference to a future that is not `Unpin` cannot be yielded",
    label = "not pinned",
    note = "yield the future itself; or pin it with `let mut future = std::pin::pin!(future);`, and write `yield_!(future.as_mut())`"
)]
pub trait YieldsUnpinned<Y: ?Sized> {}

never_compiles! { Unpinned:
    pub fn pending_yielded<B: YieldsUnpinned<Y::About>, T>(&self, _: &impl Sized) -> NeverPending<T>
}

/// A shared reference to a future, or an `Rc` or `Arc` of one.
#[derive(Debug)]
pub enum SharedReference {}

#[diagnostic::on_unimplemented(
    message = "a future behind `&`, `Rc` or `Arc` cannot be yielded: to poll it changes it",
    label = "shared",
    note = "yield the future itself; several tasks can wait for a `gen::SharedFuture`"
)]
pub trait YieldsShared<Y: ?Sized> {}

never_compiles! { SharedReference:
    pub fn pending_yielded<B: YieldsShared<Y::About>, T>(&self, _: &impl Sized) -> NeverPending<T>
}

/// A box of a future that is not `Unpin`.
#[derive(Debug)]
pub enum BoxedUnpinned {}

#[diagnostic::on_unimplemented(
    message = "a box of a future that is not `Unpin` cannot be yielded",
    label = "not pinned",
    note = "make the box with `Box::pin(..)`, or pin it: `yield_!(Box::into_pin(boxed))`"
)]
pub trait YieldsBoxedUnpinned<Y: ?Sized> {}

never_compiles! { BoxedUnpinned:
    pub fn pending_yielded<B: YieldsBoxedUnpinned<Y::About>, T>(&self, _: &impl Sized) -> NeverPending<T>
}

/// A [`bracket`](crate::bracket()) without its release.
#[derive(Debug)]
pub enum Unreleased {}

#[diagnostic::on_unimplemented(
    message = "a bracket cannot be yielded without its release",
    label = "no release",
    note = "write `yield_!(gen::bracket(..).release(..))`; `release_local` takes what is not `Send`, and `release_in_place` what borrows"
)]
pub trait YieldsUnreleased<Y: ?Sized> {}

never_compiles! { Unreleased:
    pub fn pending_yielded<B: YieldsUnreleased<Y::About>, T>(&self, _: &impl Sized) -> NeverPending<T>
}

/// A [`retry`](crate::retry), [`repeat`](crate::repeat) or [`hedge`](crate::hedge()) that makes no
/// yieldables.
#[derive(Debug)]
pub enum Untried {}

#[diagnostic::on_unimplemented(
    message = "`{Y}` cannot be yielded: it makes no yieldables, or has no waits between them",
    label = "not yieldable",
    note = "a closure makes the yieldable of each try: `gen::retry(schedule, || fetch())`, `gen::hedge(after, 2, || fetch())`",
    note = "a schedule gives the waits: an array or another iterator of `Duration`s, such as `gen::backoff(wait).take(5)`"
)]
pub trait YieldsTries<Y: ?Sized> {}

never_compiles! { Untried:
    pub fn pending_yielded<B: YieldsTries<Y::About>, T>(&self, _: &impl Sized) -> NeverPending<T>
}

/// A yield point with an invalid key. The mistake is reported where the point is made. So the yield
/// has the output that it would have with a valid key.
#[derive(Debug)]
pub enum Unkeyed {}

impl<Y: Keyed> Wrong<Y, Unkeyed> {
    /// Compiles if the key is the only mistake: the value must be `Send`, because it may come from
    /// another thread.
    pub fn pending_yielded<T: Send + 'static>(&self, _: &impl Sized) -> NeverPending<Y::Output>
    where
        Y: Keyed<Carries = T>,
    {
        unreachable!("no yield point has an invalid key")
    }
}

/// [`gen::ok`](crate::ok) of a value that is not a future. The mistake is reported there.
#[derive(Debug)]
pub enum Unmade {}

impl<Y: Mistake<Unmade>> Wrong<Y, Unmade> {
    /// Compiles with any output.
    pub fn pending_yielded<T>(&self, _: &impl Sized) -> NeverPending<T> {
        unreachable!("`gen::ok` takes only futures")
    }
}

/// The trait that is missing for any other type.
#[diagnostic::on_unimplemented(
    message = "`{Y}` cannot be yielded from a coroutine",
    label = "not yieldable",
    note = "a yieldable is a future, or a list, map or tuple (of up to twelve) of yieldables; for a type of your own, implement `IntoFuture`",
    note = "use a value without `yield_!`; if an `.await` made it, remove the `.await`, because the yield waits",
    note = "for a type parameter, write a bound, and a parameter for the kind: `fn f<Y: gen::Yieldable<M>, M>(..)`"
)]
pub trait Yields<Y> {}

/// The level of any other type. It is a trait, so that method lookup prefers the known mistakes.
pub trait Anything<Y> {
    /// Never compiles, because nothing implements `Yields`.
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
