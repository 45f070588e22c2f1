//! The future of a scope, which polls the body and the children.

use std::any::type_name;
use std::future::Future;
use std::mem;
use std::panic::{catch_unwind, AssertUnwindSafe, Location};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use pin_project_lite::pin_project;

use super::child::AnyChild;
use super::children::{Child, Children, Woken};
use super::graces::{Expired, Graces};
use super::member::Member;
use super::outcome::Outcome;
use super::queue::{ChildRequest, ScopeEvents};
use super::spawn_queue::{SpawnQueue, Spawned};
use crate::error::{CancelSource, ChildKey};
use crate::inject::question::{Asking, Children as Answered, Shown};
use crate::inject::{answering, in_flight, Cancellation, WaitMark};
use crate::parallel::{is_spent_by_executor, ENDED_AT_ONCE};
use crate::report::contain;
use crate::{Error, Result};

pin_project! {
    #[project = ScopedProjection]
    pub(super) struct Scoped<B, T, C> {
        // `None` when it has ended.
        #[pin]
        body: Option<B>,
        // The state of the body as a member.
        member: Member,
        children: Children<C>,
        // Empty, except while children are admitted.
        admitted: Vec<Spawned<C>>,
        outcome: Outcome<T>,
        // The cancellation of the whole scope, if it was cancelled.
        cancelled: Option<Cancellation>,
        graces: Graces,
        mark: WaitMark,
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

/// The number of children for which memory is kept in the spawn queue.
const KEPT: usize = 32;

impl<B, T, C> Scoped<B, T, C> {
    pub(super) fn new(body: B, spawn_queue: SpawnQueueOwner<C>, by: &'static Location<'static>) -> Self {
        Scoped {
            body: Some(body),
            member: Member::default(),
            children: Children::new(),
            admitted: Vec::new(),
            outcome: Outcome::new(),
            cancelled: None,
            graces: Graces::default(),
            mark: WaitMark::NEW,
            by,
            spawn_queue,
        }
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
        // Before its first poll nothing would wake it.
        if answering::only_answers(cx.waker()) && this.children.has_begun() {
            this.answer_only(cx);
            return Poll::Pending;
        }
        let events = this.spawn_queue.0.queue().take();
        this.children.begin_poll();
        // A thrown error is for the yield that waits for the scope.
        in_flight::without_injected_apart(|| {
            this.go_on(events);
            if !this.graces.is_empty() {
                this.cut_short(cx);
            }
        });
        if in_flight::any_in_flight() && !this.ends() {
            this.pass_on(cx);
        }
        if this.ends() {
            return Poll::Ready(this.outcome.finish());
        }
        if this.has_more(cx) {
            cx.waker().wake_by_ref();
        }
        if in_flight::any_in_flight() {
            answering::keeps(cx.waker(), this.children.kept_of(cx.waker()) + this.graces.len());
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
        } else if let Some(shown) = answering::question(cx.waker()) {
            self.answer(shown, cx);
        }
        self.settle();
        if !self.ends() {
            self.mark.stays_pending(cx.waker());
        }
    }

    /// Answers a question, unless all have ended when they were asked.
    fn answer(&mut self, shown: Shown, cx: &Context<'_>) {
        let mut answer = self.ask_all(shown);
        if self.settle() {
            // They were cancelled, and wait for something else now.
            answer = self.ask_all(shown);
        }
        if !self.ends() {
            answering::say_children(self.spawn_queue, cx.waker(), 0, answer);
        }
    }

    /// Answers a question in a poll that does nothing else. If that ends a member, asks for the
    /// next poll, which handles the end.
    #[cold]
    fn answer_only(&mut self, cx: &Context<'_>) {
        if let Some(shown) = answering::question(cx.waker()) {
            let before = self.running();
            let answer = self.ask_all(shown);
            answering::say_children(self.spawn_queue, cx.waker(), 0, answer);
            if self.running() < before {
                cx.waker().wake_by_ref();
            }
        }
    }

    /// The number of members that have not ended.
    fn running(&self) -> usize {
        usize::from(self.body.is_some()) + self.children.len()
    }

    /// Asks the body, and all children in order. A member that is ready then has ended, as if it
    /// had been woken.
    fn ask_all(&mut self, shown: Shown) -> Answered {
        let mut answer = Answered::new("a scope", None);
        let mut add = |key, asking: Asking| {
            answer.unfinished.extend(asking.into_asked().map(|asked| asked.into_child(key)));
        };
        let mut asking = Asking::new(shown);
        self.with_body(|member, body, cx| member.ask(type_name::<B>(), body, cx, &mut asking));
        add(ChildKey::Body, asking);
        for (id, slot) in self.children.in_order() {
            let mut asking = Asking::new(shown);
            self.with_child(slot, |member, child, cx| {
                let child = child.as_child();
                member.ask(child.type_name(), child, cx, &mut asking)
            });
            add(ChildKey::Index(id.child()), asking);
        }
        answer
    }

    /// Ends the poll. If there is nothing to do yet, has the task woken when there is.
    fn has_more(&mut self, cx: &mut Context<'_>) -> bool {
        let queue = self.spawn_queue.0.queue();
        let is_asleep = self.children.with_waker_of_events(|waker| queue.sleep(waker));
        self.children.end_poll(cx.waker()) || !is_asleep
    }

    /// Polls the members that were woken and those that were spawned, each once, and then handles
    /// the requests.
    fn go_on(&mut self, events: Option<Box<ScopeEvents>>) {
        self.poll_woken();
        if self.spawn_queue.0.is_filled() {
            self.start_spawned();
        }
        if let Some(events) = events {
            // After the children have been admitted, because a request may be for one of them.
            self.handle(*events);
        }
        self.settle();
    }

    /// Handles requests. If the child has ended, its request is dropped, with its senders.
    #[cold]
    fn handle(&mut self, events: ScopeEvents) {
        for (child, ChildRequest { cancellation, end_senders }) in events.requests {
            if let Some(slot) = self.children.slot_of(child) {
                self.with_child(slot, |member, child, cx| {
                    member.add_end_senders(end_senders);
                    member.cancel(child.as_child(), cx, &cancellation)
                });
            }
        }
        for (child, request) in events.graces {
            if self.children.slot_of(child).is_some() {
                self.graces.add(child, request);
            }
        }
    }

    /// Polls the members that were woken, in the order of their wakes, and leaves the others to the
    /// next poll when the budget is spent.
    fn poll_woken(&mut self) {
        let before = self.children.len();
        while let Some(woken) = self.children.next_woken() {
            let running = self.children.len();
            match woken {
                Woken::Body => self.with_body(|member, body, cx| member.poll(body, cx)),
                Woken::Child(slot) => {
                    self.with_child(slot, |member, child, cx| member.poll(child.as_child(), cx));
                }
            }
            let is_spent = before - running >= ENDED_AT_ONCE || is_spent_by_executor();
            // All results come before a cancellation.
            if is_spent && running == self.children.len() && !in_flight::reaches_all_woken() {
                return;
            }
        }
    }

    /// Polls the children that were spawned so far, for the first time. A scope that was cancelled
    /// cancels the children that are spawned later, too.
    fn start_spawned(&mut self) {
        let cancelled = self.cancelled.clone();
        self.admit_spawned(|this, slot| {
            this.with_child(slot, |member, child, cx| match &cancelled {
                None => member.poll(child.as_child(), cx),
                Some(cancellation) => member.cancel(child.as_child(), cx, cancellation),
            });
        });
    }

    /// Admits the children that were spawned so far, and calls `then` with each.
    fn admit_spawned(&mut self, then: impl Fn(&mut Self, u32)) {
        let mut spawned = mem::take(self.admitted);
        self.spawn_queue.0.take(&mut spawned);
        for (id, child) in spawned.drain(..) {
            let slot = self.children.admit(id, child);
            then(self, slot);
        }
        // The memory is used again, except that of many at once.
        spawned.shrink_to(KEPT);
        *self.admitted = spawned;
    }

    /// Drops the children whose grace has passed.
    #[cold]
    fn cut_short(&mut self, cx: &mut Context<'_>) {
        for Expired { child, cancellation, error } in self.graces.poll(cx) {
            if let Some(slot) = self.children.slot_of(child) {
                self.with_child(slot, |member, _, _| {
                    member.is_cut_short_by(&cancellation);
                    Poll::Ready(Err(error))
                });
            }
        }
        self.settle();
    }

    /// Cancels the others if a member has failed. Returns whether one has.
    #[inline]
    fn settle(&mut self) -> bool {
        let reason = self.outcome.take_reason();
        let has_failed = reason.is_some();
        if let Some(reason) = reason {
            self.cancel_all(&Cancellation::new(CancelSource::Sibling, reason, self.by));
        }
        has_failed
    }

    /// Cancels the body, and all children in order. The children in the spawn queue are started for
    /// that; those that they spawn are cancelled when they are admitted.
    #[cold]
    fn cancel_all(&mut self, cancellation: &Cancellation) {
        *self.cancelled = Some(cancellation.clone());
        self.admit_spawned(|_, _| {});
        let children = self.children.in_order();
        self.with_body(|member, body, cx| member.cancel(body, cx, cancellation));
        for (_, slot) in children {
            self.with_child(slot, |member, child, cx| member.cancel(child.as_child(), cx, cancellation));
        }
    }

    /// Polls the body by `poll`, unless it has ended, and handles its end.
    fn with_body(
        &mut self,
        poll: impl FnOnce(&mut Member, Pin<&mut B>, &mut Context<'_>) -> Poll<Result<T>>,
    ) {
        let Some(body) = self.body.as_mut().as_pin_mut() else { return };
        let polled = self.children.with_body(|cx| {
            // A body that has panicked is not polled again: it is only dropped.
            catch_unwind(AssertUnwindSafe(|| poll(self.member, body, cx)))
        });
        match polled {
            Ok(Poll::Pending) => return,
            Ok(Poll::Ready(result)) => {
                self.outcome.body_ended(result, |error| self.member.is_own_cancellation(error))
            }
            Err(payload) => self.outcome.body_panicked(payload),
        }
        contain("the drop of a scope's body", || self.body.set(None));
    }

    /// Polls a child by `poll`, unless it has ended, and handles its end.
    fn with_child(
        &mut self,
        slot: u32,
        poll: impl FnOnce(&mut Member, &mut C, &mut Context<'_>) -> Poll<Result>,
    ) {
        let polled = self.children.with(slot, |child, cx| poll(&mut child.member, &mut child.future, cx));
        let Some(Poll::Ready(result)) = polled else { return };
        let Some(mut child) = self.children.remove(slot) else { return };
        if let Err(error) = result {
            self.child_failed(&mut child, error);
        }
        self.graces.remove(child.id);
        // The drop signals the end of the child. Its handle has the result by now.
        drop(child);
    }

    fn child_failed(&mut self, Child { id, member, future }: &mut Child<C>, error: Error) {
        // A child that is dropped has no result yet. For any other child this does nothing.
        future.as_child().end(error.clone());
        if !member.is_own_cancellation(&error) {
            self.outcome.child_failed(*id, error);
        }
    }
}
