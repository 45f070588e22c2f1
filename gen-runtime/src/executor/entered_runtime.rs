//! The runtime of tokio that a loop enters whenever it runs: see `IoLoop::within_tokio`.

#[cfg(all(feature = "tokio", not(loom)))]
use std::cell::OnceCell;

#[cfg(all(feature = "tokio", not(loom)))]
use tokio::runtime::Handle;

#[derive(Default)]
pub(super) struct EnteredRuntime {
    #[cfg(all(feature = "tokio", not(loom)))]
    handle: OnceCell<Handle>,
}

impl EnteredRuntime {
    /// Enters the runtime until the guard is dropped. Does nothing if there is none.
    #[cfg(all(feature = "tokio", not(loom)))]
    pub(super) fn enter(&self) -> impl Sized + use<'_> {
        self.handle.get().map(Handle::enter)
    }

    #[cfg(not(all(feature = "tokio", not(loom))))]
    pub(super) fn enter(&self) -> impl Sized {}

    /// Only the first runtime counts.
    #[cfg(all(feature = "tokio", not(loom)))]
    pub(super) fn set(&self, handle: Handle) {
        let _ = self.handle.set(handle);
    }
}
