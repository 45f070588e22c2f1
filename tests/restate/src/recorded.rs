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
    /// The number of times that a step was seen again.
    seen_again: usize,
}

impl Recorded {
    /// None yet, of the runs of this body.
    #[must_use]
    pub fn new(body: &'static str) -> Self {
        Recorded { body, steps: BTreeMap::new(), seen_again: 0 }
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
            match self.steps.get(&(key.clone(), label.clone())) {
                Some(before) => {
                    assert_eq!(*before, count, "`{label}` of {key} was recorded, and has run again");
                    self.seen_again += 1;
                }
                None => drop(self.steps.insert((key, label), count)),
            }
        }
    }

    /// Looks for the last time, and returns the number of steps that were seen.
    ///
    /// # Panics
    ///
    /// If a step that was recorded before has run again, or if none was seen twice, so that nothing
    /// is shown.
    pub fn finish(mut self, world: &World) -> usize {
        self.look(world);
        assert!(self.seen_again > 0, "no step of {} was seen twice", self.body);
        self.count()
    }

    /// The number of steps that were seen.
    #[must_use]
    pub fn count(&self) -> usize {
        self.steps.len()
    }
}
