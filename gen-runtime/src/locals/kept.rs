//! How a value is kept while it is bound.

use std::any::Any;
use std::sync::Arc;

use crate::bindings::{Bind, LocalId, SharedValue};

/// The reach of a [`Local`](crate::Local) whose value stays in the task: it is not inherited by
/// tasks that are spawned.
#[derive(Debug)]
pub enum SameTask {}

/// The reach of a [`Local`](crate::Local) that was declared as `inherited`: its value is seen in
/// the tasks that are spawned, too.
#[derive(Debug)]
pub enum Inherited {}

/// How a local of that reach keeps a `T`.
pub trait Reach<T> {
    #[doc(hidden)]
    type Kept: Bind;

    #[doc(hidden)]
    fn keep(local: LocalId, value: T) -> Self::Kept;
}

impl<T: 'static> Reach<T> for SameTask {
    type Kept = Own<T>;

    fn keep(local: LocalId, value: T) -> Own<T> {
        Own { local, value }
    }
}

impl<T: Send + Sync + 'static> Reach<T> for Inherited {
    type Kept = Shared<T>;

    fn keep(local: LocalId, value: T) -> Shared<T> {
        Shared { local, value: Arc::new(value) }
    }
}

/// A value that stays in its future.
pub struct Own<T> {
    local: LocalId,
    value: T,
}

/// A value that other tasks share.
pub struct Shared<T> {
    local: LocalId,
    value: Arc<T>,
}

impl<T: 'static> Bind for Own<T> {
    fn value(&self, local: LocalId) -> Option<&dyn Any> {
        (local == self.local).then_some(&self.value as &dyn Any)
    }
}

impl<T: Send + Sync + 'static> Bind for Shared<T> {
    fn value(&self, local: LocalId) -> Option<&dyn Any> {
        (local == self.local).then_some(&*self.value as &dyn Any)
    }

    fn pass_on(&self, add: &mut dyn FnMut(LocalId, SharedValue)) {
        add(self.local, Arc::clone(&self.value) as SharedValue);
    }
}
