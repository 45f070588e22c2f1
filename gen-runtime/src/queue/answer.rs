//! The answer of a future that waits for a queue to a question.

use std::any::type_name;
use std::task::Context;

use super::engine::sealed::AnyQueue;
use crate::inject::answering::say;
use crate::inject::question::{QueueWait, WaitsFor};

/// Called by the future `leaf` when it stays pending.
#[inline]
pub(super) fn say_waits<L, Q: AnyQueue>(leaf: &L, cx: &Context<'_>, queue: &Q, wait: QueueWait) {
    say(leaf, cx.waker(), 1, |_| {
        let (len, unfinished) = queue.engine().with(|state, _| (state.len(), state.unfinished()));
        WaitsFor::Queue { wait, queue: type_name::<Q>(), len, unfinished }
    });
}
