//! Drops of errors that hold errors, however deep: without a stack frame for each.
//!
//! An error may hold another in its contexts, in its others, in a payload of the user's own, in a
//! box or in an `anyhow::Error`. Up to [`DEEPEST`] such drops nest on the stack. What is deeper
//! waits in a list of the thread, and is dropped by the outermost drop before that returns.
//!
//! | drops on the stack | an error's payload or others are dropped |
//! |---|---|
//! | none | dropped; then the list is emptied |
//! | some | dropped |
//! | `DEEPEST` | put into the list |
//!
//! If a destructor of a user's panics while the list is emptied, the rest of the list is emptied by
//! the next such drop on the thread, or at the thread's end.

use std::cell::RefCell;
use std::sync::Arc;

use super::child_error::ChildError;
use super::payload::Payload;

/// How many drops may nest.
const DEEPEST: usize = 32;

/// What an error holds.
#[expect(dead_code, reason = "it is held to be dropped")]
pub(super) enum Nested {
    Payload(Arc<dyn Payload>),
    Others(Vec<ChildError>),
}

#[derive(Default)]
struct Drops {
    /// How many are on the stack.
    depth: usize,
    waiting: Vec<Nested>,
}

thread_local! {
    // Borrowed only for moments in which no code of a user runs.
    static DROPS: RefCell<Drops> = const { RefCell::new(Drops { depth: 0, waiting: Vec::new() }) };
}

/// Drops what an error holds, now or at the end of the outermost such drop.
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
    // `Err`: the thread is ending, and there is no list any more.
    let _leave = entered.ok().flatten();
    drop(nested);
}

/// The end of a drop.
struct Leave {
    is_outermost: bool,
}

impl Drop for Leave {
    fn drop(&mut self) {
        let _up = Up;
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

/// One drop less is on the stack.
struct Up;

impl Drop for Up {
    fn drop(&mut self) {
        // `Err`: the thread is ending, and the depth has gone with it.
        let _ = DROPS.try_with(|drops| drops.borrow_mut().depth -= 1);
    }
}
