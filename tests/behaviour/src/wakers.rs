//! Wakers like those of some executors. They are valid, but differ from those of `std::task::Wake`.

use std::future::Future;
use std::mem::{self, ManuallyDrop};
use std::pin::Pin;
use std::ptr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, RawWaker, RawWakerVTable, Waker};

use crate::logged;

/// Polls with a waker that lies on the stack. It wakes `inner`, and its clone is another object: a
/// clone of `inner`.
pub fn with_waker_on_the_stack<R>(inner: &Waker, poll: impl FnOnce(&mut Context<'_>) -> R) -> R {
    static VTABLE: RawWakerVTable = RawWakerVTable::new(clone, wake, wake, nothing);
    fn clone(inner: *const ()) -> RawWaker {
        // SAFETY: the waker was made from a reference that outlives it, and so outlives this call.
        let waker = unsafe { &*inner.cast::<Waker>() }.clone();
        let raw = RawWaker::new(waker.data(), waker.vtable());
        // `raw` owns the clone's data from here on.
        mem::forget(waker);
        raw
    }
    fn wake(inner: *const ()) {
        // SAFETY: as above.
        unsafe { &*inner.cast::<Waker>() }.wake_by_ref();
    }
    // SAFETY: the functions keep the contract of a waker: they only share `inner`, which is `Sync`,
    // and own nothing. The waker does not outlive this call, but `inner` does.
    let waker = unsafe { Waker::from_raw(RawWaker::new(ptr::from_ref(inner).cast(), &VTABLE)) };
    poll(&mut Context::from_waker(&waker))
}

/// Polls with a waker that wakes no task. The drop of each of its clones panics.
pub fn with_waker_that_panics_in_its_drop<R>(poll: impl FnOnce(&mut Context<'_>) -> R) -> R {
    static VTABLE: RawWakerVTable = RawWakerVTable::new(clone, nothing, nothing, panics);
    fn clone(data: *const ()) -> RawWaker {
        RawWaker::new(data, &VTABLE)
    }
    fn panics(_: *const ()) {
        panic!("a waker panics in its drop");
    }
    // SAFETY: the waker owns nothing, and its functions touch nothing.
    let waker = ManuallyDrop::new(unsafe { Waker::from_raw(RawWaker::new(ptr::null(), &VTABLE)) });
    poll(&mut Context::from_waker(&waker))
}

type Hook = Box<dyn Fn() + Send + Sync>;

/// A waker that runs `hook` whenever it, or a clone of it, is cloned, woken or dropped.
pub fn waker_with_hook(hook: impl Fn() + Send + Sync + 'static) -> Waker {
    static VTABLE: RawWakerVTable = RawWakerVTable::new(clone, wake, wake_by_ref, drop);
    fn clone(data: *const ()) -> RawWaker {
        wake_by_ref(data);
        // SAFETY: the waker that is cloned holds a count, which `Arc::into_raw` has given up for
        // it.
        unsafe { Arc::increment_strong_count(data.cast::<Hook>()) };
        RawWaker::new(data, &VTABLE)
    }
    fn wake(data: *const ()) {
        drop(data);
    }
    fn wake_by_ref(data: *const ()) {
        // SAFETY: the waker holds a count, so the hook lives.
        let hook = unsafe { &*data.cast::<Hook>() };
        hook();
    }
    fn drop(data: *const ()) {
        // SAFETY: this is the count that the waker holds, and the waker is gone with this call.
        let hook = unsafe { Arc::from_raw(data.cast::<Hook>()) };
        hook();
    }
    let hook: Hook = Box::new(hook);
    let data = Arc::into_raw(Arc::new(hook)).cast();
    // SAFETY: the functions keep the contract of a waker; the hook is `Send` and `Sync`.
    unsafe { Waker::from_raw(RawWaker::new(data, &VTABLE)) }
}

/// A waker that runs `at_clone` when it is cloned for the first time. The drop of that clone
/// panics, and so does its wake.
pub fn waker_whose_clone_panics_in_its_drop(at_clone: impl Fn() + Send + Sync + 'static) -> Waker {
    let uses = AtomicUsize::new(0);
    waker_with_hook(move || match uses.fetch_add(1, Ordering::SeqCst) {
        0 => at_clone(),
        1 => panic!("a waker panics in its drop"),
        _ => {}
    })
}

/// Polls a future that begins to wait, and so clones its waker. The clone calls `serve`, which ends
/// the wait, so that the clone is of no use. Its drop panics.
///
/// # Panics
///
/// If the panic is not reported.
pub fn poll_served_in_the_clone<F: Future + Unpin>(
    future: &mut F,
    serve: impl FnOnce() + Send + 'static,
) -> Poll<F::Output> {
    let serve = Mutex::new(Some(serve));
    let waker = waker_whose_clone_panics_in_its_drop(move || {
        let serve = serve.lock().expect("no panic comes before this one").take();
        serve.into_iter().for_each(|serve| serve());
    });
    let (polled, records) = logged(|| Pin::new(future).poll(&mut Context::from_waker(&waker)));
    assert_eq!(records, ["ERROR gen: a waker panicked: a waker panics in its drop"]);
    polled
}

fn nothing(_: *const ()) {}
