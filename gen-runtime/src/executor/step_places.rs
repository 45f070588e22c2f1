//! [`SlowSteps`]: the limit for the steps of a loop, and the places at which its bodies are
//! suspended.
//!
//! | event | the place of a slot |
//! |---|---|
//! | a task or a future gets the slot | `Beginning` |
//! | a step begins | is taken |
//! | a step ends in a suspension, or a dump finds yields | `Yields` |
//! | there was no limit meanwhile | `Unknown` |

use std::cell::{Cell, RefCell};
use std::mem;
use std::time::Duration;

use super::ids::SlotId;
use crate::error::Site;

/// The limit of a loop, and the places at which its bodies are suspended.
#[derive(Default)]
pub(super) struct SlowSteps {
    pub(super) limit: Cell<Option<Duration>>,
    /// By the index of the slot. Each new occupant replaces the place of the one before.
    places: RefCell<Vec<StepStart>>,
    /// The time of the first steps that have run within the present step.
    pub(super) first_steps: Cell<Duration>,
}

/// Where the next step of a body begins: where the body is suspended.
#[derive(Default)]
pub(super) enum StepStart {
    #[default]
    Unknown,
    Beginning,
    /// The sites, innermost first. There are none if the body is suspended at no yield.
    Yields(Vec<Site>),
}

impl SlowSteps {
    pub(super) fn is_on(&self) -> bool {
        self.limit.get().is_some()
    }

    /// Removes the places.
    pub(super) fn forget(&self) {
        drop(self.places.take());
    }

    pub(super) fn take(&self, slot: SlotId) -> StepStart {
        let mut places = self.places.borrow_mut();
        places.get_mut(slot.index as usize).map(mem::take).unwrap_or_default()
    }

    pub(super) fn remember(&self, slot: SlotId, place: StepStart) {
        if !self.is_on() {
            return;
        }
        let mut places = self.places.borrow_mut();
        let index = slot.index as usize;
        if places.len() <= index {
            places.resize_with(index + 1, StepStart::default);
        }
        places[index] = place;
    }
}
