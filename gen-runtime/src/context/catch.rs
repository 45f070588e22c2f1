//! A context that is no task: what a function schedules whose callback somebody waits for ([`gen::task`](crate::task)).
//!
//! It takes one error, in the waiter's stead, until it has ended; what comes later goes outward.
//!
//! | state | an error comes | `end` | `poll` | `abandon` |
//! |---|---|---|---|---|
//! | open | caught; the waiter is woken | ended: `true` | open | ended |
//! | caught | goes outward | `false` | ended, with the error | ended; the error goes outward |
//! | ended | goes outward | `false` | | |
use std::mem;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::Waker;

use super::current::{self, enter, Current, Entered};
use super::failure::Failure;
use super::node::Node;
use crate::error::Error;

pub(crate) struct Catch(Arc<Node>);

/// The state of such a node.
pub(super) struct Caught(Mutex<Stage>);

enum Stage {
    Open(Option<Waker>),
    Caught(Failure),
    Ended,
}

impl Catch {
    /// Within the present context.
    pub(crate) fn new() -> Self {
        Catch(Node::catching(Caught(Mutex::new(Stage::Open(None))), current::capture()))
    }

    /// Makes it the present context.
    pub(crate) fn enter(&self) -> Entered {
        enter(Current::Captured(Some(Arc::clone(&self.0))))
    }

    /// From now on errors go outward; answers whether it was open: whether this is the end that counts.
    pub(crate) fn end(&self) -> bool {
        let is_first =
            self.caught().replace_if(|stage| matches!(stage, Stage::Open(_)), Stage::Ended).is_ok();
        if is_first {
            self.0.set_ended();
        }
        is_first
    }

    /// The error, once; else wakes `waker` when there is one.
    pub(crate) fn poll(&self, waker: &Waker) -> Option<Error> {
        // Cloned, and what was there before is dropped, outside of the lock.
        let next = Stage::Open(Some(waker.clone()));
        drop(self.caught().replace_if(|stage| matches!(stage, Stage::Open(_)), next));
        match self.caught().replace_if(|stage| matches!(stage, Stage::Caught(_)), Stage::Ended) {
            Ok(Stage::Caught(failure)) => {
                self.0.set_ended();
                Some(failure.into_parts().1)
            }
            _ => None,
        }
    }

    /// Nobody waits any more: an error that was not looked at goes outward.
    pub(crate) fn abandon(&self) {
        self.0.set_ended();
        if let Ok(Stage::Caught(failure)) = self.caught().replace_if(|_| true, Stage::Ended) {
            failure.deliver(self.0.outer());
        }
    }

    fn caught(&self) -> &Caught {
        self.0.caught().expect("it was made as one that catches")
    }
}

impl Caught {
    pub(super) fn offer(&self, failure: Failure) -> Result<(), Failure> {
        match self.replace_if(|stage| matches!(stage, Stage::Open(_)), Stage::Caught(failure)) {
            Ok(Stage::Open(waker)) => {
                if let Some(waker) = waker {
                    waker.wake();
                }
                Ok(())
            }
            Err(Stage::Caught(failure)) => Err(failure),
            // It is replaced only if it is open, and what is given back is what was to replace it.
            Ok(_) | Err(_) => Ok(()),
        }
    }

    /// Changes the stage, if it is such a one, and gives the old one; else gives the new one back.
    fn replace_if(&self, is: impl FnOnce(&Stage) -> bool, next: Stage) -> Result<Stage, Stage> {
        let mut stage = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if is(&stage) {
            Ok(mem::replace(&mut *stage, next))
        } else {
            Err(next)
        }
    }
}
