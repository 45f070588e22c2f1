//! [`SupervisorHandle`]: starts and stops children while a supervisor runs.

use std::fmt;
use std::future::Future;
use std::panic::Location;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use super::body::{LocalBody, SendBody};
use super::errors::SupervisorEnded;
use super::health::Health;
use super::inbox::{Event, Inbox, Spec};
use super::supervisor::{LocalSupervisor, Supervisor};
use crate::error::CancelSource;
use crate::inject::answering::say;
use crate::inject::question::WaitsFor;
use crate::inject::{end_channel, Cancellation, Ended};
use crate::opaque::opaque_debug;
use crate::{Result, Yieldable};

macro_rules! supervisor_handle {
    ($(#[$doc:meta])* $name:ident, $body:ident, $supervisor:ident: $($bound:tt)*) => {
        $(#[$doc])*
        pub struct $name<'env> {
            pub(super) inbox: Arc<Inbox<$body<'env>>>,
        }

        impl<'env> $name<'env> {
            /// Starts a child of that name, in the next poll of the supervisor.
            ///
            /// While the supervisor shuts its children down to start all of them again, the child
            /// starts with them.
            ///
            /// # Errors
            ///
            /// [`NameTaken`](super::NameTaken) if a child of that name has not ended yet, and
            /// [`SupervisorEnded`] if the supervisor has ended, or is ending.
            pub fn start<F, Y, M>(&self, name: impl Into<String>, start: F) -> Result
            where
                F: FnMut() -> Y $($bound)* + 'env,
                Y: Yieldable<M>,
                Y::Pending: 'env $($bound)*,
                M: 'env,
            {
                self.add(|s| {
                    s.child(name, start);
                })
            }

            /// Starts several children, or one with options:
            /// `handle.add(|s| { s.child(..).grace(..); })`. Either all are added, or none.
            ///
            /// # Errors
            ///
            /// Those of [`start`](Self::start).
            pub fn add(&self, children: impl FnOnce(&mut $supervisor<'env>)) -> Result {
                let mut supervisor = $supervisor::new(Arc::clone(&self.inbox));
                children(&mut supervisor);
                add(&self.inbox, supervisor.specs)
            }

            /// Stops a child for good: it is cancelled, and has its
            /// [grace](super::ChildOptions::grace). If it is being shut down already, it is only
            /// waited for.
            ///
            /// Returns a future that completes when the child has ended; at once, if there is no
            /// child of that name. A failure of its clean-up is logged (target `gen`, level
            /// `ERROR`). The name can be used again when the future has completed.
            #[track_caller]
            pub fn stop(&self, name: &str) -> StopCompletion {
                stop(&self.inbox, name, Location::caller())
            }

            /// The states of the supervisor and of its children.
            #[must_use]
            pub fn health(&self) -> Health {
                Health { board: Arc::clone(&self.inbox.board) }
            }
        }

        impl Clone for $name<'_> {
            fn clone(&self) -> Self {
                $name { inbox: Arc::clone(&self.inbox) }
            }
        }

        impl fmt::Debug for $name<'_> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_tuple(stringify!($name)).field(&self.health()).finish()
            }
        }
    };
}

supervisor_handle! {
    /// Starts and stops the children of a [supervisor](crate::supervise()) while it runs.
    ///
    /// It can be cloned, and used on any thread. It does not keep the supervisor running.
    ///
    /// ```
    /// use gen::yield_;
    ///
    /// #[gen::coroutine]
    /// fn serve(user: u32) -> gen::Result {
    ///     yield_!(std::future::pending::<()>())?;
    ///     # let _ = user;
    ///     Ok(())
    /// }
    ///
    /// #[gen::coroutine]
    /// fn body() -> gen::Result {
    ///     let service = gen::supervise(|_| {}).keep_open();
    ///     let handle = service.handle();
    ///     let task = gen::spawn(service);
    ///     handle.start("user 7", || serve(7))?;
    ///     assert!(handle.start("user 7", || serve(7)).is_err());
    ///     yield_!(handle.stop("user 7"))?;
    ///     handle.start("user 7", || serve(7))?;
    ///     yield_!(task.cancel("the program ends"))
    /// }
    /// gen::run_sync(body()).unwrap();
    /// ```
    SupervisorHandle, SendBody, Supervisor: + Send
}

supervisor_handle! {
    /// Starts and stops the children of a [supervisor](crate::supervise_local()) that need not be
    /// `Send`, while it runs.
    ///
    /// It can be cloned. It does not keep the supervisor running.
    LocalSupervisorHandle, LocalBody, LocalSupervisor:
}

fn add<C>(inbox: &Inbox<C>, specs: Vec<Spec<C>>) -> Result {
    let ids = inbox.board.add(specs.iter().map(Spec::new_child))?;
    let events = ids.iter().zip(specs).map(|(id, spec)| Event::Start(*id, spec)).collect();
    inbox.push(events).map_err(|refused| {
        ids.iter().for_each(|id| inbox.board.remove(*id));
        drop(refused);
        SupervisorEnded.into()
    })
}

fn stop<C>(inbox: &Inbox<C>, name: &str, by: &'static Location<'static>) -> StopCompletion {
    let Some(id) = inbox.board.id_of(name) else { return StopCompletion { ended: None } };
    let cancellation = Cancellation::new(CancelSource::Explicit, "the supervisor stops this child", by);
    let (end_sender, ended) = end_channel();
    // If the supervisor has ended, the sender is dropped.
    drop(inbox.push(vec![Event::Stop(id, cancellation, end_sender)]));
    StopCompletion { ended: Some(ended) }
}

/// Waits until a child of a supervisor that is being stopped has ended: made by
/// [`SupervisorHandle::stop`].
///
/// Dropping it does not withdraw the request.
pub struct StopCompletion {
    /// `None` if there was no such child.
    ended: Option<Ended>,
}

impl Future for StopCompletion {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let is_running = self.ended.as_mut().is_some_and(|ended| Pin::new(ended).poll(cx).is_pending());
        if !is_running {
            return Poll::Ready(());
        }
        say(&*self, cx.waker(), 1, |_| WaitsFor::Cancelled { task: None });
        Poll::Pending
    }
}

opaque_debug!([] StopCompletion);
