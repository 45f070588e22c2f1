//! A poll of a phase that a dump can name.

use std::any::type_name;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use crate::inject::question::WaitsFor;
use crate::inject::{answering, in_flight, Deferral};

/// Polls the future of a phase. If it is asked what it waits for, and nothing in it answers, it is
/// named after `N`: the type of the bracket itself, which the yield knows, would say nothing.
#[inline]
pub(super) fn poll_phase<N: ?Sized, P: Future>(future: Pin<&mut P>, cx: &mut Context<'_>) -> Poll<P::Output> {
    if answering::is_asked(cx.waker()) {
        poll_asked(future, cx, type_name::<N>())
    } else {
        future.poll(cx)
    }
}

/// As [`poll_phase`], for a release: a cancellation is deferred, as by a shield.
#[inline]
pub(super) fn poll_release<P: Future>(
    mut release: Pin<&mut P>,
    deferral: &mut Deferral,
    cx: &mut Context<'_>,
) -> Poll<P::Output> {
    if !in_flight::any_in_flight() || !deferral.defer(cx.waker()) {
        return poll_phase::<P, _>(release, cx);
    }
    let polled = in_flight::without_injected(|| release.as_mut().poll(cx));
    if polled.is_ready() {
        deferral.undefer();
    }
    polled
}

#[cold]
fn poll_asked<P: Future>(
    mut future: Pin<&mut P>,
    cx: &mut Context<'_>,
    name: &'static str,
) -> Poll<P::Output> {
    let before = answering::said(cx.waker());
    let polled = future.as_mut().poll(cx);
    if polled.is_pending() && answering::said(cx.waker()) == before {
        let foreign = || WaitsFor::Foreign { future: Some(name), wakers: None };
        answering::say(future.as_ref().get_ref(), cx.waker(), 0, |_| foreign());
    }
    polled
}
