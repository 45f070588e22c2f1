//! [`Inherited`]: the bindings around a spawn that the task keeps.
//!
//! It is complete: the bindings that the spawning task has inherited itself are in it. So a lookup
//! ends with it, and a task that has ended is not needed by those that it has spawned.

use std::any::Any;
use std::mem;
use std::sync::Arc;
use std::time::Instant;

use super::binding::{Bind, Ends, LocalId, SharedValue};
use super::chain::{find, within};
use crate::report::contain;

/// The least deadline, and the values of the locals that are inherited.
#[derive(Clone, Default)]
pub(crate) struct Inherited {
    deadline: Option<Instant>,
    values: Vec<(LocalId, SharedValue)>,
}

impl Inherited {
    /// Adds a value, unless there is one of a binding further in.
    fn add(&mut self, local: LocalId, value: SharedValue) {
        if self.value(local).is_none() {
            self.values.push((local, value));
        }
    }

    fn limit(&mut self, deadline: Option<Instant>) {
        if let Some(deadline) = deadline {
            self.deadline = Some(self.deadline.map_or(deadline, |least| least.min(deadline)));
        }
    }

    fn is_empty(&self) -> bool {
        self.deadline.is_none() && self.values.is_empty()
    }

    /// The same, with its deadline on a clock that shows `to` when the present one shows `from`.
    pub(crate) fn on_clock(&self, from: Instant, to: Instant) -> Self {
        let deadline = self.deadline.and_then(|at| to.checked_add(at.saturating_duration_since(from)));
        Inherited { deadline, values: self.values.clone() }
    }
}

impl Bind for Inherited {
    fn value(&self, local: LocalId) -> Option<&dyn Any> {
        self.values.iter().find(|(id, _)| *id == local).map(|(_, value)| &**value as &dyn Any)
    }

    fn ends(&self) -> Ends {
        self.deadline.map_or(Ends::Never, Ends::At)
    }

    fn pass_on(&self, add: &mut dyn FnMut(LocalId, SharedValue)) {
        for (local, value) in &self.values {
            add(*local, Arc::clone(value));
        }
    }
}

/// The drops of the values are code of users, and the owner may be the runtime.
impl Drop for Inherited {
    fn drop(&mut self) {
        for value in mem::take(&mut self.values) {
            contain("the drop of a local", || drop(value));
        }
    }
}

/// Copies what a task inherits that is spawned here, in a task that has inherited `own`. The clock
/// is read only if a deadline counts from now.
#[cold]
pub(crate) fn collect(own: Option<Arc<Inherited>>, now: impl Fn() -> Instant) -> Option<Arc<Inherited>> {
    let mut all = Inherited::default();
    find(|binding| {
        all.limit(binding.ends().deadline(&now));
        binding.pass_on(&mut |local, value| all.add(local, value));
        None::<()>
    });
    if all.is_empty() {
        return own;
    }
    if let Some(own) = own {
        all.limit(own.deadline);
        own.pass_on(&mut |local, value| all.add(local, value));
    }
    Some(Arc::new(all))
}

/// Calls `run` where that is bound.
pub(crate) fn within_inherited<R>(inherited: Option<&Arc<Inherited>>, run: impl FnOnce() -> R) -> R {
    match inherited {
        Some(inherited) => within(&**inherited, run),
        None => run(),
    }
}
