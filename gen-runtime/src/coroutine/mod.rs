//! Coroutines: the future that a `#[gen::coroutine]` function returns, and the yields in its body.
//!
//! # How it works
//!
//! The attribute lowers a body to one `async move` block, and rustc makes the state machine from
//! it, as for an `async fn`. This folder adds:
//!
//! | file | what it holds |
//! |---|---|
//! | `machine.rs` | [`Machine`]: the `async` block with a name and a site, which take no space |
//! | `frame.rs` | [`Call`]: the state of one call; [`Frame`]: the hidden local that every `yield_!` uses |
//! | `suspend.rs` | [`Pending`]: the future that a yield awaits |
//! | `edge.rs` | [`Edge`]: the expansion of a `yield_!`, with its position in the user's source for rustc's advice |
//! | `at.rs` | [`At`]: the position of a yield |
//! | `map_output.rs` | [`MapOutput`]: a body that `gen::Return` can end |
//! | `boxed.rs` | [`BoxCoroutine`] and [`LocalBoxCoroutine`] |
//! | `unstarted.rs` | [`Unstarted`](unstarted::Unstarted): notices that a coroutine is dropped unstarted |
//!
//! ## States and events
//!
//! | state | `poll` | [`resume`](Coroutine::resume) with an error | drop |
//! |---|---|---|---|
//! | cold: never polled | starts the body | starts the body; its first pending yield takes the error, after one poll | drops the arguments, in the order of an `async fn` |
//! | suspended at a yield | polls the yield's future: if it is ready, the body goes on with its result | the same; if the future is pending, the body goes on with the error | drops the locals, as a `return` does |
//! | finished | panics, as an `async` block does | panics too | drops nothing |
//!
//! If the future is ready in the poll that injects an error, the result wins. The error is then
//! left for the next pending yield, in this poll or a later one.
//!
//! ## Ownership
//!
//! - The *value* of a yield moves from the future to the body within one poll. Nothing stores it.
//! - The *error* belongs to the caller of [`resume`](Coroutine::resume), in its `thrown`. During
//!   the poll it is in a slot of the thread, from which a pending yield takes it. If no yield takes
//!   it, it is put back into `thrown`.
//! - The *waker* is the caller's, and is not cloned here. Its identity is the address of an
//!   injected error: only yields that are polled with this very waker take the error. So the error
//!   does not reach the coroutines of an executor that runs inside a body.

mod at;
mod boxed;
mod edge;
mod frame;
mod machine;
mod map_output;
mod suspend;
mod unstarted;

use std::future::Future;
use std::ops::DerefMut;
use std::pin::Pin;
use std::task::{Context, Poll};

pub use self::at::{At, NoSite};
pub use self::boxed::{BoxCoroutine, LocalBoxCoroutine};
pub use self::edge::Edge;
pub(crate) use self::frame::Finish;
pub use self::frame::{call, Call, Frame, FrameKind, NO_CALL};
pub use self::machine::{boxed, closed_machine, machine, Machine};
pub use self::map_output::{map_output, MapOutput};
pub(crate) use self::suspend::{Identity, OutputMode, Pending};
use crate::error::{Error, Site};

/// A future that can also be resumed with an error. A `#[gen::coroutine]` function returns one.
///
/// It is cold: nothing runs until it is yielded, awaited, or started with [`spawn`](crate::spawn)
/// or [`run_sync`](crate::run_sync). As a plain [`Future`] it runs on any executor.
///
/// The attribute implements this trait. There is little reason to implement it for a type of your
/// own.
///
/// # Cancellation
///
/// Dropping a coroutine drops its locals, as with any future. To let it clean up first,
/// [throw](Coroutine::resume) an error into it.
#[must_use = "a coroutine is cold: nothing runs until it is yielded, awaited or started with `gen::spawn`"]
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a coroutine",
    label = "not a coroutine",
    note = "a call of a function with `#[gen::coroutine]` returns a coroutine: after `->` the function declares the type of its result, not `impl Coroutine`",
    note = "a method of a trait has the attribute in the trait and in each `impl`, with the same options, and is not an `async fn`"
)]
pub trait Coroutine: Future {
    /// Polls the coroutine. If it is suspended at a yield that stays pending, and `thrown` holds an
    /// error, that yield is resumed with the error.
    ///
    /// The innermost yield of a chain takes the error, and polls its future once before. If the
    /// future is ready in this poll, its result wins, and the error goes to the next pending yield.
    /// If no yield takes the error, it is still in `thrown` afterwards: pass it to the next call,
    /// or handle it if the body has ended.
    ///
    /// Parallel yields are a boundary: at a list, a map, a tuple or a timeout, the yield of the
    /// whole takes the error, and the children are dropped.
    ///
    /// # Panics
    ///
    /// Like `poll`: if the body panics, or if it has ended before.
    fn resume(self: Pin<&mut Self>, cx: &mut Context<'_>, thrown: &mut Option<Error>) -> Poll<Self::Output>;

    /// The name of the function that was marked as a coroutine.
    fn name(&self) -> &'static str;

    /// Where that function is defined.
    fn site(&self) -> Site;

    /// Whether the body is suspended only at its own yields. If so, a parent that yields it skips
    /// the check for an injected error, because the inner yield makes it.
    #[doc(hidden)]
    #[inline(always)]
    fn is_closed() -> bool
    where
        Self: Sized,
    {
        false
    }
}

impl<P> Coroutine for Pin<P>
where
    P: DerefMut<Target: Coroutine>,
{
    fn resume(self: Pin<&mut Self>, cx: &mut Context<'_>, thrown: &mut Option<Error>) -> Poll<Self::Output> {
        self.as_deref_mut().resume(cx, thrown)
    }

    fn name(&self) -> &'static str {
        P::Target::name(self)
    }

    fn site(&self) -> Site {
        P::Target::site(self)
    }
}

macro_rules! forward_coroutine {
    ($pointer:ty) => {
        impl<C: Coroutine + Unpin + ?Sized> Coroutine for $pointer {
            fn resume(
                mut self: Pin<&mut Self>,
                cx: &mut Context<'_>,
                thrown: &mut Option<Error>,
            ) -> Poll<Self::Output> {
                Pin::new(&mut **self).resume(cx, thrown)
            }

            fn name(&self) -> &'static str {
                C::name(self)
            }

            fn site(&self) -> Site {
                C::site(self)
            }
        }
    };
}

forward_coroutine!(&mut C);
forward_coroutine!(Box<C>);
