//! The runtime of tokio that a loop enters whenever it runs: see `IoLoop::within_tokio`.

#[cfg(all(feature = "tokio", not(loom)))]
use std::cell::OnceCell;

#[cfg(all(feature = "tokio", not(loom)))]
use tokio::runtime::{EnterGuard, Handle};

/// The runtime is entered until this is dropped.
#[cfg(all(feature = "tokio", not(loom)))]
pub(super) type RuntimeGuard<'a> = Option<EnterGuard<'a>>;
#[cfg(not(all(feature = "tokio", not(loom))))]
pub(super) type RuntimeGuard<'a> = std::marker::PhantomData<&'a ()>;

#[derive(Default)]
pub(super) struct EnteredRuntime {
    #[cfg(all(feature = "tokio", not(loom)))]
    handle: OnceCell<Handle>,
}

impl EnteredRuntime {
    /// Enters the runtime until the guard is dropped. Does nothing if there is none.
    #[cfg(all(feature = "tokio", not(loom)))]
    pub(super) fn enter(&self) -> RuntimeGuard<'_> {
        self.handle.get().map(Handle::enter)
    }

    #[cfg(not(all(feature = "tokio", not(loom))))]
    pub(super) fn enter(&self) -> RuntimeGuard<'_> {
        std::marker::PhantomData
    }

    pub(super) fn is_set(&self) -> bool {
        #[cfg(all(feature = "tokio", not(loom)))]
        return self.handle.get().is_some();
        #[cfg(not(all(feature = "tokio", not(loom))))]
        false
    }

    /// Only the first runtime counts.
    #[cfg(all(feature = "tokio", not(loom)))]
    pub(super) fn set(&self, handle: Handle) {
        let _ = self.handle.set(handle);
    }
}
