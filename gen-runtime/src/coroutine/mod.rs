//! The machine: what a `#[gen::coroutine]` function returns, and how a yield of it is suspended, resumed, and thrown into.
//!
//! # How it works
//!
//! The attribute lowers a body to one `async move` block, so rustc makes the state machine, as for an `async fn`. What is added lives here:
//!
//! | file | what it holds |
//! |---|---|
//! | `machine.rs` | [`Machine`]: the `async` block with a name and a site, which take no space |
//! | `frame.rs` | [`Call`]: what a call has of its own; [`Frame`]: the hidden local that every `yield_!` goes through |
//! | `suspend.rs` | [`Pending`]: one yield, the future that the machine is suspended at |
//! | `edge.rs` | [`Edge`]: the expansion of a `yield_!`, with the place that rustc takes it to be at |
//! | `at.rs` | [`At`]: the position of a yield, as its macro writes it down |
//! | `map_output.rs` | [`MapOutput`]: a body that `gen::Return` can end |
//! | `boxed.rs` | [`BoxCoroutine`] and [`LocalBoxCoroutine`] |
//!
//! ## States and events
//!
//! | state | `poll` | `resume` with an error | drop |
//! |---|---|---|---|
//! | cold: never polled | the body starts | the body starts; its first pending yield takes the error, after one poll | the arguments drop, in the order of an `async fn` |
//! | suspended at a yield | the yield's future is polled: ready, the body goes on with its result; pending, it stays | the same; but pending, the yield takes the error and the body goes on with it | the locals drop as at a `return` |
//! | finished | panics, as an `async` block does | the same | nothing is left |
//!
//! A result wins over an error that arrives in the same poll; the error is then left for the next pending yield, of this poll or of the next.
//!
//! ## Who owns what
//!
//! - The *value* of a yield is handed from the future to the body inside one poll; nothing stores it on the way.
//! - The *error* that is thrown belongs to whoever calls [`resume`](Coroutine::resume), in its `thrown`. It is lent to the thread for the
//!   time of that poll, and taken out by the yield that it resumes; else it is in `thrown` again afterwards.
//! - The *waker* is the caller's, and is never cloned here. An error in flight is addressed by its identity: only yields that are polled with the very waker it was issued for
//!   take it, so executors nested inside a body, and coroutines that they poll, are not reached.

mod at;
mod boxed;
mod edge;
mod frame;
mod machine;
mod map_output;
mod suspend;

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

/// What a `#[gen::coroutine]` function returns: a future that can also be resumed with an error.
///
/// It is cold: nothing runs until it is yielded, awaited, or started with [`spawn`](crate::spawn) or [`run_sync`](crate::run_sync). It is a
/// plain [`Future`] too, so it runs on any executor.
///
/// The attribute makes these; there is little reason to implement the trait for a type of your own.
///
/// # Cancellation
///
/// Dropping a coroutine drops its locals, as with any future. To let it clean up, [throw](Coroutine::resume) into it.
#[must_use = "a coroutine is cold: nothing runs until it is yielded, awaited or started with `gen::spawn`"]
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a coroutine",
    label = "not a coroutine",
    note = "a call of a function with `#[gen::coroutine]` returns a coroutine: after `->` the function declares the type of its result, not `impl Coroutine`",
    note = "a method of a trait has the attribute in the trait and in each `impl`, with the same options, and is not an `async fn`"
)]
pub trait Coroutine: Future {
    /// Polls the coroutine; if it stays suspended at a yield and `thrown` holds an error, that yield is resumed with the error.
    ///
    /// The innermost yield of a chain takes it. A result that is there in the same poll wins: then the error goes to the next pending yield, and
    /// if there is none, is still in `thrown` afterwards; the caller keeps it for its next call, or deals with it if the body has ended. A
    /// yield that starts in this very poll is polled once before it is resumed with the error.
    ///
    /// Parallel yields are a boundary: at a list, a map, a tuple or a timeout, the yield that waits for the whole takes the error, and the
    /// children are dropped with it.
    ///
    /// # Panics
    ///
    /// As `poll` does: when the body panics, or when it has ended before.
    fn resume(self: Pin<&mut Self>, cx: &mut Context<'_>, thrown: &mut Option<Error>) -> Poll<Self::Output>;

    /// The name of the function that was marked as a coroutine.
    fn name(&self) -> &'static str;

    /// Where that function is defined.
    fn site(&self) -> Site;

    /// Whether it is suspended at yields of its own and nowhere else: then whoever yields it leaves it to them to look for a thrown error.
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

impl<C: Coroutine + Unpin + ?Sized> Coroutine for &mut C {
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

impl<C: Coroutine + Unpin + ?Sized> Coroutine for Box<C> {
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
