//! [`Observer`]: a test that sees each yield of its thread, and may fail it.
//!
//! | event | function | what the observer may do |
//! |---|---|---|
//! | a yield stays pending | [`suspended`] | fail the yield: its body goes on with the error at once |
//! | a pending yield takes an injection, and its body goes on | [`resumed`] | nothing |
//! | an outer yield of a chain stays pending | [`passed`] | nothing: the inner yield has come before |
//! | a yield has a value | [`returned`] | replace the value by an error |
//!
//! While there is an observer ([`Observed`](super::in_flight::Observed)), the count of the
//! injections in flight is not zero. So the yields of all threads take their cold path, and without
//! an observer the yields pay nothing for this file. The yields that have a value look only if
//! [`ALL_YIELDS_LOOK`].

use std::cell::RefCell;
use std::rc::Rc;
use std::task::Waker;

use crate::{Error, Site};

/// Whether also the yields look that have a value. In an optimized build they do not, since most
/// yields are ready at once.
pub(crate) const ALL_YIELDS_LOOK: bool = cfg!(any(debug_assertions, feature = "testing"));

/// Its functions are called during a poll. They must not panic, and of the code of a user they run
/// only the clones of wakers.
pub(crate) trait Observer {
    /// The yield at `site` stays pending. An error is the result of the yield.
    fn suspended(&self, waker: &Waker, site: &Site) -> Option<Error>;

    /// The yield at `site` stays pending, and so does the yield inside of it.
    fn passed(&self, waker: &Waker, site: &Site);

    /// A pending yield takes an injection, and its body goes on.
    fn resumed(&self, waker: &Waker);

    /// The yield at `site` has a value. An error takes its place.
    fn returned(&self, waker: &Waker, site: &Site) -> Option<Error>;
}

thread_local! {
    /// Only borrowed for moments.
    static OBSERVER: RefCell<Option<Rc<dyn Observer>>> = const { RefCell::new(None) };
}

/// Sets the observer of this thread, and returns the one before.
pub(super) fn replace(observer: Option<Rc<dyn Observer>>) -> Option<Rc<dyn Observer>> {
    OBSERVER.try_with(|slot| slot.replace(observer)).ok().flatten()
}

fn get() -> Option<Rc<dyn Observer>> {
    OBSERVER.try_with(|slot| slot.borrow().clone()).ok().flatten()
}

#[cold]
pub(super) fn suspended(waker: &Waker, site: &Site) -> Option<Error> {
    get()?.suspended(waker, site)
}

#[cold]
pub(super) fn passed(waker: &Waker, site: &Site) {
    if let Some(observer) = get() {
        observer.passed(waker, site);
    }
}

#[cold]
pub(super) fn resumed(waker: &Waker) {
    if let Some(observer) = get() {
        observer.resumed(waker);
    }
}

#[cold]
pub(crate) fn returned(waker: &Waker, site: &Site) -> Option<Error> {
    get()?.returned(waker, site)
}
