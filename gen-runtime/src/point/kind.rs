//! The registry of a call that yields points: where it comes from, and how it ends.
//!
//! For a body that yields a point, type inference finds the kind `u8` of call and frame; see
//! [`FrameKind`].

use std::sync::{Arc, OnceLock};
use std::task::Poll;

use super::errors::LeakedCallbackError;
use super::handle::during;
use super::named::KeyList;
use super::pending::Pending;
use super::registry::KeyRegistry;
use super::runner::Runner;
use super::YieldPoint;
use crate::coroutine::{Call, Finish, Frame, FrameKind};
use crate::error::TakesUpErrors;
use crate::opaque::opaque_debug;
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

/// A point may fail: if a tuple holds one, the results of its other elements have to be opened,
/// too.
impl<P: YieldPoint> Yieldable<Point, Seen, u8> for P {
    type Output = Leaf<crate::Result<P::Output>>;
    type Pending = coroutine::Pending<Pending<P>, Leaves>;

    fn into_pending(self, frame: &Frame<u8>) -> Self::Pending {
        coroutine::Pending::new(Yieldable::<Point, Flat, u8>::into_pending(self, frame))
    }
}

/// The kind of a body that yields points.
impl FrameKind for u8 {
    type Call = PointsCall;
    type Frame = PointsFrame;

    #[expect(clippy::declare_interior_mutable_const, reason = "each use makes a registry of its own")]
    const BLOCK: PointsFrame = PointsFrame(Source::Block(OnceLock::new()));

    fn call() -> PointsCall {
        PointsCall { registry: Arc::new(KeyRegistry::new()) }
    }

    fn frame(call: &PointsCall) -> PointsFrame {
        PointsFrame(Source::Call(Arc::clone(&call.registry)))
    }
}

/// The output of a coroutine that yields points: the call fails if it leaves keys behind.
#[diagnostic::on_unimplemented(
    message = "a coroutine that yields a `YieldPoint` cannot return `{Self}`",
    label = "yields a `YieldPoint`, such as `Callback` or `Wait`",
    note = "the coroutine fails if it leaves keys that were never waited for, so it has to return a `Result<T, E>` with an `E: From<gen::Error>`"
)]
pub trait MayLeak {
    /// Whether the body has succeeded.
    fn is_ok(&self) -> bool;

    /// The output that takes the place of the body's.
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
        during(poll_body).map(|output| {
            let leaked = call.state().registry.end();
            // An error of the body says more than the keys that it leaves in consequence.
            if output.is_ok() && !leaked.is_empty() {
                O::leaked(LeakedCallbackError::new(leaked.into_keys()).into())
            } else {
                output
            }
        })
    }
}

/// The registry of a call, ended with the call.
pub struct PointsCall {
    registry: Arc<KeyRegistry>,
}

impl Drop for PointsCall {
    /// A call may be dropped before its end, and its keys with it. Its callables do nothing from
    /// then on.
    fn drop(&mut self) {
        self.registry.end();
    }
}

opaque_debug!([] PointsCall);

/// Gives the points of a body or of a block their registry.
pub struct PointsFrame(Source);

enum Source {
    /// The registry of the call.
    Call(Arc<KeyRegistry>),
    /// The registry of a nested `async` block, made with its first point; its leaks are only
    /// logged.
    Block(OnceLock<Arc<KeyRegistry>>),
}

impl PointsFrame {
    fn registry(&self) -> &Arc<KeyRegistry> {
        match &self.0 {
            Source::Call(registry) => registry,
            Source::Block(registry) => registry.get_or_init(|| Arc::new(KeyRegistry::new())),
        }
    }
}

impl Drop for PointsFrame {
    fn drop(&mut self) {
        let Source::Block(registry) = &self.0 else { return };
        let Some(left) = registry.get().map(|registry| registry.end()) else { return };
        if !left.is_empty() {
            report::warning(format_args!(
                "an `async` block ended without waiting for its callbacks: {}",
                KeyList(&left.into_keys())
            ));
        }
    }
}

opaque_debug!([] PointsFrame);
