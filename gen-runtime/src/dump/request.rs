//! [`DumpRequest`]: the future of a dump.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use super::Dump;
use crate::executor::{current, LoopAnswer, LoopClosed, LoopQuestion, Mail, NoHost, Shared};
use crate::inject::answering::say;
use crate::inject::question::{Shown, WaitsFor};
use crate::opaque::opaque_debug;
use crate::waiter::{oneshot, Receiver};
use crate::Result;

/// The future of a [`Dump`]: made by [`dump`](fn@crate::dump) and
/// [`Remote::dump`](crate::Remote::dump).
///
/// The loop is asked by its first poll, and answers at the start of its next turn. If that turn is
/// the first one of a blocking call, it is the turn after that one.
///
/// # Errors
///
/// - [`LoopClosed`] if the loop was dropped before it has answered;
/// - [`NoHost`] if [`dump`](fn@crate::dump) was called where no loop runs.
///
/// # Cancellation
///
/// Dropping it before the loop has answered withdraws the request: the tasks are not asked.
#[must_use = "nothing is asked until it is yielded or awaited"]
pub struct DumpRequest {
    state: State,
    shown: Shown,
}

enum State {
    New(Arc<Shared>),
    Asked(Receiver<LoopAnswer>),
    Failed(Option<NoHost>),
}

/// Asks all tasks of the loop that runs here for their waits.
///
/// The [module](mod@crate::dump) has an example, and the list of all that a dump shows. On tokio,
/// ask a `TaskTracker`.
pub fn dump() -> DumpRequest {
    let state = match current::get() {
        Some(core) => State::New(Arc::clone(core.shared())),
        None => State::Failed(Some(NoHost::for_dump())),
    };
    DumpRequest { state, shown: Shown::ALL }
}

impl DumpRequest {
    pub(crate) fn of(shared: Arc<Shared>) -> Self {
        DumpRequest { state: State::New(shared), shown: Shown::ALL }
    }

    /// Shows the positions of children instead of their keys, and no keys of callbacks.
    ///
    /// Keys are printed by their `Debug`, and may be data of a user.
    pub fn without_keys(mut self) -> Self {
        self.shown.keys = false;
        self
    }
}

impl Future for DumpRequest {
    type Output = Result<Dump>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<Dump>> {
        let this = &mut *self;
        if let State::New(shared) = &this.state {
            let (reply, receiver) = oneshot();
            // A loop that is closed drops it.
            drop(shared.send(Mail::Ask(LoopQuestion { shown: this.shown, reply, has_waited: false })));
            this.state = State::Asked(receiver);
        }
        let polled = match &mut this.state {
            State::Asked(receiver) => Pin::new(receiver).poll(cx),
            State::Failed(error) => {
                let error = error.take().map_or_else(|| LoopClosed.into(), Into::into);
                return Poll::Ready(Err(error));
            }
            State::New(_) => unreachable!("it was asked just now"),
        };
        match polled {
            Poll::Ready(answer) => Poll::Ready(answer.map(Dump::of_loop).map_err(|_| LoopClosed.into())),
            Poll::Pending => {
                say(this, cx.waker(), 1, |_| WaitsFor::Dump);
                Poll::Pending
            }
        }
    }
}

opaque_debug!([] DumpRequest);
