//! [`Supervisor`] and [`LocalSupervisor`]: the children that are to be added.

use std::fmt;
use std::sync::Arc;

use super::body::{BodyOf, LocalBody, SendBody};
use super::handle::{LocalSupervisorHandle, SupervisorHandle};
use super::health::{Health, Supervised};
use super::inbox::{Inbox, Spec};
use super::restart::ChildOptions;
use crate::Yieldable;

macro_rules! supervisor {
    ($(#[$doc:meta])* $name:ident, $body:ident, $handle:ident: $($bound:tt)*) => {
        $(#[$doc])*
        pub struct $name<'env> {
            pub(super) specs: Vec<Spec<$body<'env>>>,
            pub(super) inbox: Arc<Inbox<$body<'env>>>,
        }

        impl<'env> $name<'env> {
            pub(super) fn new(inbox: Arc<Inbox<$body<'env>>>) -> Self {
                $name { specs: Vec::new(), inbox }
            }

            /// Adds a child of that name, and returns its options.
            ///
            /// `start` makes the yieldable of each run, as for [`retry`](crate::retry): a
            /// coroutine, another future of a `Result`, or another supervisor. It is called once
            /// for each start. The value of a run that ends well is dropped.
            ///
            /// The children start in the order in which they are added.
            pub fn child<F, Y, M>(&mut self, name: impl Into<String>, mut start: F) -> &mut ChildOptions
            where
                F: FnMut() -> Y $($bound)* + 'env,
                Y: Yieldable<M>,
                Y::Pending: 'env $($bound)*,
                M: 'env,
            {
                let body = BodyOf::new(move |_| start());
                self.add(name.into(), Box::pin(body), false)
            }

            /// As [`child`](Self::child), for a child that says when it is
            /// [ready](Supervised::ready).
            ///
            /// ```
            /// use gen::supervise::Supervised;
            /// use gen::yield_;
            /// use std::time::Duration;
            ///
            /// #[gen::coroutine]
            /// fn cache(run: Supervised) -> gen::Result {
            ///     yield_!(gen::sleep(Duration::from_secs(3)))?; // to fill it
            ///     run.ready();
            ///     yield_!(std::future::pending::<()>())
            /// }
            ///
            /// #[gen::coroutine]
            /// fn body() -> gen::Result {
            ///     let service = gen::supervise(|s| {
            ///         s.child_with("cache", cache);
            ///     });
            ///     let health = service.health();
            ///     let _service = gen::spawn(service);
            ///     yield_!(gen::sleep(Duration::from_secs(2)))?;
            ///     assert!(!health.is_ready());
            ///     yield_!(gen::sleep(Duration::from_secs(2)))?;
            ///     assert!(health.is_ready());
            ///     Ok(())
            /// }
            /// gen::IoLoop::with_clock(gen::VirtualClock::new()).run_sync(body()).unwrap();
            /// ```
            pub fn child_with<F, Y, M>(&mut self, name: impl Into<String>, start: F) -> &mut ChildOptions
            where
                F: FnMut(Supervised) -> Y $($bound)* + 'env,
                Y: Yieldable<M>,
                Y::Pending: 'env $($bound)*,
                M: 'env,
            {
                self.add(name.into(), Box::pin(BodyOf::new(start)), true)
            }

            fn add(&mut self, name: String, body: $body<'env>, says_ready: bool) -> &mut ChildOptions {
                self.specs.push(Spec { name: name.into(), body, options: ChildOptions::new(), says_ready });
                &mut self.specs.last_mut().expect("one was pushed").options
            }

            /// A handle to the supervisor, for its children or for another task.
            #[must_use]
            pub fn handle(&self) -> $handle<'env> {
                $handle { inbox: Arc::clone(&self.inbox) }
            }

            /// The states of the supervisor and of its children.
            #[must_use]
            pub fn health(&self) -> Health {
                Health { board: Arc::clone(&self.inbox.board) }
            }
        }

        impl fmt::Debug for $name<'_> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                let names: Vec<_> = self.specs.iter().map(|spec| &spec.name).collect();
                f.debug_struct(stringify!($name)).field("children", &names).finish_non_exhaustive()
            }
        }
    };
}

supervisor! {
    /// Takes the children of a [supervisor](crate::supervise()).
    Supervisor, SendBody, SupervisorHandle: + Send
}

supervisor! {
    /// Takes the children of a [supervisor](crate::supervise_local()) that need not be `Send`.
    LocalSupervisor, LocalBody, LocalSupervisorHandle:
}
