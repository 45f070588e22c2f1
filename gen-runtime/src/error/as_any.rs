//! Trait objects as `dyn Any`.
//!
//! Since Rust 1.86 a trait object converts to one of its supertraits by itself. When the workspace
//! needs that version, this file can go.

use std::any::Any;
use std::sync::Arc;

/// A supertrait for traits whose objects are downcast.
///
/// A smart pointer to such an object implements it too. So it must be called on the object, as in
/// `(**pointer).as_any()`.
pub(crate) trait AsAny: Any + Send + Sync {
    fn as_any(&self) -> &dyn Any;

    fn as_any_mut(&mut self) -> &mut dyn Any;

    fn into_any(self: Arc<Self>) -> Arc<dyn Any + Send + Sync>;
}

impl<T: Any + Send + Sync> AsAny for T {
    fn as_any(&self) -> &dyn Any {
        self
    }

    fn as_any_mut(&mut self) -> &mut dyn Any {
        self
    }

    fn into_any(self: Arc<Self>) -> Arc<dyn Any + Send + Sync> {
        self
    }
}
