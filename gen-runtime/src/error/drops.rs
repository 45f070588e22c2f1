//! Drops of errors that hold errors, so that a long chain cannot overflow the stack.
//!
//! An error may hold another one in its contexts, in its others, in a user's payload, in a box or
//! in an `anyhow::Error`. Up to [`DEEPEST`] such drops nest on the stack. Anything deeper is put
//! into a list of the thread, which the outermost drop empties before it returns.
//!
//! | nested drops | [`drop_nested`] |
//! |---|---|
//! | none | drops its argument, then empties the list |
//! | some | drops its argument |
//! | `DEEPEST` | puts its argument into the list |
//!
//! If a user's destructor panics while the list is emptied, the rest of the list is dropped by the
//! next outermost drop on the thread, or at the end of the thread.

use std::cell::RefCell;
use std::sync::Arc;

use super::child_error::ChildError;
use super::payload::Payload;

/// How many drops may nest.
const DEEPEST: usize = 32;

/// The part of an error that may hold other errors.
#[expect(dead_code, reason = "it is held to be dropped")]
pub(super) enum Nested {
    Payload(Arc<dyn Payload>),
    Others(Vec<ChildError>),
}

#[derive(Default)]
struct Drops {
    /// The number of drops on the stack.
    depth: usize,
    waiting: Vec<Nested>,
}

thread_local! {
    // Borrowed only for moments in which no code of a user runs.
    static DROPS: RefCell<Drops> = const { RefCell::new(Drops { depth: 0, waiting: Vec::new() }) };
}

/// Drops `nested`, now or at the end of the outermost drop.
pub(super) fn drop_nested(nested: Nested) {
    let mut nested = Some(nested);
    let entered = DROPS.try_with(|drops| {
        let drops = &mut *drops.borrow_mut();
        if drops.depth == DEEPEST {
            drops.waiting.extend(nested.take());
            return None;
        }
        drops.depth += 1;
        Some(Leave { is_outermost: drops.depth == 1 })
    });
    // `Err`: the thread is ending, and its list is gone. Then the drop just nests.
    let _leave = entered.ok().flatten();
    drop(nested);
}

/// Ends a drop: the outermost one empties the list.
struct Leave {
    is_outermost: bool,
}

impl Drop for Leave {
    fn drop(&mut self) {
        let _decrement = DecrementDepth;
        if self.is_outermost {
            while let Some(nested) = next_waiting() {
                drop(nested);
            }
        }
    }
}

fn next_waiting() -> Option<Nested> {
    DROPS.try_with(|drops| drops.borrow_mut().waiting.pop()).ok().flatten()
}

/// Its own drop runs even if a user's destructor panics.
struct DecrementDepth;

impl Drop for DecrementDepth {
    fn drop(&mut self) {
        // `Err`: the thread is ending, and its depth is gone.
        let _ = DROPS.try_with(|drops| drops.borrow_mut().depth -= 1);
    }
}
