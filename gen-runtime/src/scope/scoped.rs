//! The future of a scope, which polls the body and the children.

use std::any::type_name;
use std::collections::BTreeMap;
use std::future::Future;
use std::panic::{catch_unwind, AssertUnwindSafe, Location};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use pin_project_lite::pin_project;

use super::child::AnyChild;
use super::graces::{Expired, Graces};
use super::member::Member;
use super::outcome::Outcome;
use super::queue::{ChildRequest, MemberId};
use super::spawn_queue::SpawnQueue;
use crate::error::{CancelSource, ChildKey};
use crate::inject::question::{Asking, Children as Answered, Shown};
use crate::inject::{in_flight, Cancellation};
use crate::parallel::{is_spent_by_executor, ENDED_AT_ONCE};
use crate::{Error, Result};

pin_project! {
    #[project = ScopedProjection]
    pub(super) struct Scoped<B, T, C> {
        // `None` when it has ended.
        #[pin]
        body: Option<B>,
        // The state of the body as a member.
        member: Member,
        children: BTreeMap<MemberId, (Member, C)>,
        outcome: Outcome<T>,
        // The cancellation of the whole scope, if it was cancelled.
        cancelled: Option<Cancellation>,
        graces: Graces,
        by: &'static Location<'static>,
        // The last field, because the drop of any other one may still spawn a child.
        spawn_queue: SpawnQueueOwner<C>,
    }
}

/// The spawn queue of a scope, closed by the drop: also if there is no scope yet, because the
/// closure that makes its body has panicked.
pub(super) struct SpawnQueueOwner<C>(Arc<SpawnQueue<C>>);

impl<C> SpawnQueueOwner<C> {
    pub(super) fn new() -> Self {
        SpawnQueueOwner(SpawnQueue::new())
    }

    pub(super) fn share(&self) -> Arc<SpawnQueue<C>> {
        Arc::clone(&self.0)
    }
}

impl<C> Drop for SpawnQueueOwner<C> {
    fn drop(&mut self) {
        self.0.close();
    }
}

impl<B, T, C> Scoped<B, T, C> {
    pub(super) fn new(body: B, spawn_queue: SpawnQueueOwner<C>, by: &'static Location<'static>) -> Self {
        let member = Member::new(MemberId::BODY, spawn_queue.0.queue());
        // The first poll is to poll the body.
        member.wake();
        let (children, outcome) = (BTreeMap::new(), Outcome::new());
        let graces = Graces::default();
        Scoped { body: Some(body), member, children, outcome, cancelled: None, graces, by, spawn_queue }
    }
}

impl<B, T, C> Future for Scoped<B, T, C>
where
    B: Future<Output = Result<T>>,
    C: AnyChild,
{
    type Output = Result<T>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<T>> {
        let mut this = self.project();
        let queue = Arc::clone(this.spawn_queue.0.queue());
        // A thrown error is for the yield that waits for the scope.
        in_flight::without_injected(|| {
            this.go_on();
            this.cut_short(cx);
        });
        if in_flight::any_in_flight() && !this.ends() {
            this.pass_on(cx);
        }
        if this.ends() {
            return Poll::Ready(this.outcome.finish());
        }
        match queue.sleep(cx.waker()) {
            true => in_flight::keeps(cx.waker(), 1 + this.graces.len()),
            false => cx.waker().wake_by_ref(),
        }
        Poll::Pending
    }
}

impl<B, T, C> ScopedProjection<'_, B, T, C>
where
    B: Future<Output = Result<T>>,
    C: AnyChild,
{
    /// Whether all have ended; then no child can be spawned any more.
    fn ends(&self) -> bool {
        self.body.is_none() && self.children.is_empty() && self.spawn_queue.0.close_if_empty()
    }

    /// If a cancellation is in flight for the scope, takes it and cancels all. If a question is,
    /// asks all.
    #[cold]
    fn pass_on(&mut self, cx: &Context<'_>) {
        if let Some(cancellation) = in_flight::take_cancel(cx.waker()) {
            self.cancel_all(&cancellation);
        } else if let Some(shown) = in_flight::question(cx.waker()) {
            self.ask_all(shown, cx);
        }
        self.settle();
    }

    /// Asks the body, and all children in order. A member that is ready then has ended, as if it
    /// had been woken.
    fn ask_all(&mut self, shown: Shown, cx: &Context<'_>) {
        let mut answer = Answered::new("a scope", None);
        let mut add = |key, asking: Asking| {
            answer.unfinished.extend(asking.into_asked().map(|asked| asked.into_child(key)));
        };
        let mut asking = Asking::new(shown);
        self.with_body(|member, body| member.ask(type_name::<B>(), body, &mut asking));
        add(ChildKey::Body, asking);
        let children: Vec<MemberId> = self.children.keys().copied().collect();
        for id in children {
            let mut asking = Asking::new(shown);
            self.with_child(id, |member, child| {
                let child = child.as_child();
                member.ask(child.type_name(), child, &mut asking)
            });
            add(ChildKey::Index(id.child()), asking);
        }
        in_flight::say_children(self.spawn_queue, cx.waker(), 0, answer);
    }

    /// Polls the members that were woken, each once, and handles the other events.
    fn go_on(&mut self) {
        let events = self.spawn_queue.0.queue().take();
        let (mut all_woken, before) = (events.woken.into_iter(), self.children.len());
        for woken in all_woken.by_ref() {
            let running = self.children.len();
            woken.unqueue();
            match woken.member {
                MemberId::BODY => self.with_body(|member, body| member.poll(body)),
                child => self.with_child(child, |member, child| member.poll(child.as_child())),
            }
            let is_spent = before - running >= ENDED_AT_ONCE || is_spent_by_executor();
            if is_spent && running == self.children.len() {
                break;
            }
        }
        if all_woken.len() > 0 {
            self.spawn_queue.0.queue().leave(all_woken);
        }
        for child in self.admit_spawned() {
            // A scope that was cancelled cancels the children that are spawned later, too.
            let cancelled = self.cancelled.clone();
            self.with_child(child, |member, child| match &cancelled {
                None => member.poll(child.as_child()),
                Some(cancellation) => member.cancel(child.as_child(), cancellation),
            });
        }
        // After the children have been admitted, because a request may be for one of them. If the
        // child has ended, its request is dropped, with its senders.
        for (child, ChildRequest { cancellation, end_senders }) in events.requests {
            self.with_child(child, |member, child| {
                member.add_end_senders(end_senders);
                member.cancel(child.as_child(), &cancellation)
            });
        }
        for (child, request) in events.graces {
            if self.children.contains_key(&child) {
                self.graces.add(child, request);
            }
        }
        self.settle();
    }

    /// Drops the children whose grace has passed.
    fn cut_short(&mut self, cx: &mut Context<'_>) {
        for Expired { child, cancellation, error } in self.graces.poll(cx) {
            self.with_child(child, |member, _| {
                member.is_cut_short_by(&cancellation);
                Poll::Ready(Err(error))
            });
        }
        self.settle();
    }

    /// Admits the children that were spawned so far.
    fn admit_spawned(&mut self) -> Vec<MemberId> {
        let queue = self.spawn_queue.0.queue();
        let spawned = self.spawn_queue.0.take().into_iter();
        let admit = |(id, child)| {
            self.children.insert(id, (Member::new(id, queue), child));
            id
        };
        spawned.map(admit).collect()
    }

    /// Cancels the others if a member has failed.
    fn settle(&mut self) {
        if let Some(reason) = self.outcome.take_reason() {
            self.cancel_all(&Cancellation::new(CancelSource::Sibling, reason, self.by));
        }
    }

    /// Cancels the body, and all children in order. The children in the spawn queue are started for
    /// that; those that they spawn are cancelled when they are admitted.
    fn cancel_all(&mut self, cancellation: &Cancellation) {
        *self.cancelled = Some(cancellation.clone());
        self.admit_spawned();
        let children: Vec<MemberId> = self.children.keys().copied().collect();
        self.with_body(|member, body| member.cancel(body, cancellation));
        for child in children {
            self.with_child(child, |member, child| member.cancel(child.as_child(), cancellation));
        }
    }

    /// Polls the body by `poll`, unless it has ended, and handles its end.
    fn with_body(&mut self, poll: impl FnOnce(&mut Member, Pin<&mut B>) -> Poll<Result<T>>) {
        let Some(body) = self.body.as_mut().as_pin_mut() else { return };
        // A body that has panicked is not polled again: it is only dropped.
        match catch_unwind(AssertUnwindSafe(|| poll(self.member, body))) {
            Ok(Poll::Pending) => return,
            Ok(Poll::Ready(result)) => {
                self.outcome.body_ended(result, |error| self.member.is_own_cancellation(error))
            }
            Err(payload) => self.outcome.body_panicked(payload),
        }
        self.body.set(None);
    }

    /// Polls a child by `poll`, unless it has ended, and handles its end.
    fn with_child(&mut self, id: MemberId, poll: impl FnOnce(&mut Member, &mut C) -> Poll<Result>) {
        let Some((member, child)) = self.children.get_mut(&id) else { return };
        let Poll::Ready(result) = poll(member, child) else { return };
        if let Err(error) = result {
            self.child_failed(id, error);
        }
        self.graces.remove(id);
        // The drop signals the end of the child. Its handle has the result by now.
        drop(self.children.remove(&id));
    }

    fn child_failed(&mut self, id: MemberId, error: Error) {
        if let Some((member, child)) = self.children.get_mut(&id) {
            // A child that is dropped has no result yet. For any other child this does nothing.
            child.as_child().end(error.clone());
            if !member.is_own_cancellation(&error) {
                self.outcome.child_failed(id, error);
            }
        }
    }
}
