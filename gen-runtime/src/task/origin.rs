//! [`TaskOrigin`]: the call that has spawned a task. It is known only in builds with debug
//! assertions, because it would make each task larger.

use std::any::type_name;
use std::panic::Location;

use crate::inject::question::AboutTask;

#[derive(Debug, Clone, Copy)]
pub(super) struct TaskOrigin {
    #[cfg(debug_assertions)]
    spawned_at: &'static Location<'static>,
}

impl TaskOrigin {
    /// That of a task that the caller spawns.
    #[track_caller]
    #[inline]
    pub(super) fn here() -> Self {
        TaskOrigin {
            #[cfg(debug_assertions)]
            spawned_at: Location::caller(),
        }
    }

    fn spawned_at(self) -> Option<&'static Location<'static>> {
        #[cfg(debug_assertions)]
        return Some(self.spawned_at);
        #[cfg(not(debug_assertions))]
        None
    }

    /// The facts about a task whose body is an `F`.
    pub(super) fn about<F>(self) -> AboutTask {
        AboutTask { body: type_name::<F>(), spawned_at: self.spawned_at() }
    }
}
