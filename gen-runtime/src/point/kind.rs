//! How a call that yields points comes to have a registry, and what is done at its end.
//!
//! A body that yields a point makes inference find the kind `u8` for its call and frame; see [`FrameKind`].

use std::fmt;
use std::sync::{Arc, OnceLock};
use std::task::Poll;

use super::errors::LeakedCallbackError;
use super::named::KeyList;
use super::pending::Pending;
use super::registry::KeyRegistry;
use super::runner::Runner;
use super::YieldPoint;
use crate::coroutine::{Call, Finish, Frame, FrameKind};
use crate::error::TakesUpErrors;
use crate::yieldable::modes::Flat;
use crate::yieldable::unopened::{Leaf, Leaves, Seen};
use crate::{coroutine, report, Error, Yieldable};

/// Marks yield points.
#[derive(Debug)]
pub enum Point {}

impl<P: YieldPoint> Yieldable<Point, Flat, u8> for P {
    type Output = P::Output;
    type Pending = Pending<P>;

    fn into_pending(self, frame: &Frame<u8>) -> Self::Pending {
        Pending::new(self, Runner::new(frame.state().registry()))
    }
}

/// A point may fail: where a tuple holds one, what else it holds has to be opened too.
impl<P: YieldPoint> Yieldable<Point, Seen, u8> for P {
    type Output = Leaf<crate::Result<P::Output>>;
    type Pending = coroutine::Pending<Pending<P>, Leaves>;

    fn into_pending(self, frame: &Frame<u8>) -> Self::Pending {
        coroutine::Pending::new(Yieldable::<Point, Flat, u8>::into_pending(self, frame))
    }
}

/// A body that yields points.
impl FrameKind for u8 {
    type Call = PointsCall;
    type Frame = PointsFrame;

    #[expect(clippy::declare_interior_mutable_const, reason = "each use is to make a registry of its own")]
    const BLOCK: PointsFrame = PointsFrame(Source::Block(OnceLock::new()));

    fn call() -> PointsCall {
        PointsCall { registry: Arc::new(KeyRegistry::new()) }
    }

    fn frame(call: &PointsCall) -> PointsFrame {
        PointsFrame(Source::Call(Arc::clone(&call.registry)))
    }
}

/// What a coroutine can return that yields points: its call fails if it leaves keys behind.
#[diagnostic::on_unimplemented(
    message = "a coroutine that yields a `YieldPoint` cannot return `{Self}`",
    label = "yields a `YieldPoint`, such as `Callback` or `Wait`",
    note = "it fails if keys are left that were never waited for, so it has to return a `Result<T, E>` with an `E: From<gen::Error>`"
)]
pub trait MayLeak {
    /// Whether the body ended well.
    fn is_ok(&self) -> bool;

    /// What the call returns instead.
    fn leaked(error: Error) -> Self;
}

impl<T, E: TakesUpErrors> MayLeak for Result<T, E> {
    fn is_ok(&self) -> bool {
        self.is_ok()
    }

    fn leaked(error: Error) -> Self {
        Err(error.into())
    }
}

impl<O: MayLeak> Finish<O> for u8 {
    fn poll(call: &Call<u8>, poll_body: impl FnOnce() -> Poll<O>) -> Poll<O> {
        poll_body().map(|output| {
            let leaked = call.state().registry.end();
            // An error of the body's own tells more than its consequences.
            if output.is_ok() && !leaked.is_empty() {
                O::leaked(LeakedCallbackError::new(leaked.into_keys()).into())
            } else {
                output
            }
        })
    }
}

/// The registry of a call, which ends with it.
pub struct PointsCall {
    registry: Arc<KeyRegistry>,
}

impl Drop for PointsCall {
    /// A call that is dropped before its end is no mistake; its callables do nothing from now on.
    fn drop(&mut self) {
        self.registry.end();
    }
}

impl fmt::Debug for PointsCall {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PointsCall").finish_non_exhaustive()
    }
}

/// Where the points of a body or block find their registry.
pub struct PointsFrame(Source);

enum Source {
    /// In the call.
    Call(Arc<KeyRegistry>),
    /// Nested `async` blocks have one of their own, made with their first point; nobody takes its leaks but the log.
    Block(OnceLock<Arc<KeyRegistry>>),
}

impl PointsFrame {
    fn registry(&self) -> Arc<KeyRegistry> {
        let registry = match &self.0 {
            Source::Call(registry) => registry,
            Source::Block(registry) => registry.get_or_init(|| Arc::new(KeyRegistry::new())),
        };
        Arc::clone(registry)
    }
}

impl Drop for PointsFrame {
    fn drop(&mut self) {
        let Source::Block(registry) = &self.0 else { return };
        let Some(left) = registry.get().map(|registry| registry.end()) else { return };
        if !left.is_empty() {
            report::warning(format_args!(
                "an `async` block is gone that has not waited for its callbacks: {}",
                KeyList(&left.into_keys())
            ));
        }
    }
}

impl fmt::Debug for PointsFrame {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PointsFrame").finish_non_exhaustive()
    }
}
