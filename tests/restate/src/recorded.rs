//! The rule for steps: a step whose outcome is in the journal does not run again.

use std::collections::BTreeMap;

use crate::world::World;

/// The steps that were seen in the journal of the server, with the number of times that each had
/// run by then.
#[derive(Debug)]
pub struct Recorded {
    body: &'static str,
    /// By the key of the run and the label.
    steps: BTreeMap<(String, String), usize>,
}

impl Recorded {
    /// None yet, of the runs of this body.
    #[must_use]
    pub fn new(body: &'static str) -> Self {
        Recorded { body, steps: BTreeMap::new() }
    }

    /// Looks which steps are recorded by now.
    ///
    /// # Panics
    ///
    /// If a step that was recorded before has run again.
    pub fn look(&mut self, world: &World) {
        let effects = world.workers.effects();
        // First the journal, and then the effects: a later effect is one too many.
        let recorded = world.recorded_steps(self.body);
        let mut counts = BTreeMap::new();
        for (key, label) in recorded {
            let counts = counts.entry(key.clone()).or_insert_with(|| effects.counts(&key));
            let count = counts.get(&label).copied().unwrap_or_default();
            let before = *self.steps.entry((key.clone(), label.clone())).or_insert(count);
            assert_eq!(before, count, "`{label}` of {key} was recorded, and has run again");
        }
    }

    /// The number of steps that were seen.
    #[must_use]
    pub fn count(&self) -> usize {
        self.steps.len()
    }
}
