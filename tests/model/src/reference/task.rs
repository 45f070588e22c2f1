//! Tasks, their handles, and deliveries to them.

use std::collections::VecDeque;

use super::error::{Error, Request, What as ErrorWhat};
use super::lent::{Lent, Thrown};
use super::node::Node;
use super::{Ending, Fires, Model, Polled, Timer, Who};
use crate::trace::Source;

pub(super) struct Task<'p> {
    slot: usize,
    /// The rest of the body. `None` while it runs, and at the end.
    pub(super) tree: Option<Node<'p>>,
    pub(super) is_queued: bool,
    pub(super) has_ended: bool,
    pub(super) stage: Stage,
    /// The number of owners of the handle.
    pub(super) handles: usize,
    deliveries: VecDeque<Delivery>,
    /// Whether it was woken to try a delivery.
    has_mail: bool,
    watchers: Vec<usize>,
    /// The time at which it is dropped at the latest, and the number of the timer that drops it.
    grace: Option<(u64, u64)>,
}

/// The place of the result.
pub(super) enum Stage {
    /// The task is running. It holds the name of the last waiter.
    Running(Option<Who>),
    /// There is no handle. The flag says whether a timeout has dropped it.
    Detached(bool),
    Done(Result<u32, Error>),
    Gone,
    Closed,
}

pub(super) enum Delivery {
    Throw(Error),
    /// The request, and whether a shield holds it back.
    Cancel(Request, bool),
}

impl Delivery {
    fn is_cancel(&self) -> bool {
        matches!(self, Delivery::Cancel(..))
    }

    fn is_held(&self) -> bool {
        matches!(self, Delivery::Cancel(_, true))
    }
}

impl<'p> Model<'p> {
    // ---- the life of a task
    // -----------------------------------------------------------------------

    /// Takes a slot. A slot of a blocking call has no task.
    pub(super) fn occupy(&mut self, task: Option<usize>) -> usize {
        let slot = self.free_slots.pop().unwrap_or(self.slots.len());
        if slot == self.slots.len() {
            self.slots.push(None);
        }
        self.slots[slot] = task;
        slot
    }

    /// Runs the first step of a task, and puts its handle into that place.
    pub(super) fn spawn(&mut self, tree: Node<'p>, place: Option<usize>) {
        let number = self.tasks.len();
        let slot = self.occupy(Some(number));
        self.tasks.push(Task {
            slot,
            tree: None,
            is_queued: false,
            has_ended: false,
            stage: Stage::Running(None),
            handles: 1,
            deliveries: VecDeque::new(),
            has_mail: false,
            watchers: Vec::new(),
            grace: None,
        });
        self.step(number, tree, None);
        match place {
            None => self.drop_handle(number),
            Some(place) => self.put(place, Some(number)),
        }
    }

    /// Runs the task when its turn in the queue has come.
    pub(super) fn run_task(&mut self, number: usize) {
        let task = &mut self.tasks[number];
        task.is_queued = false;
        let Some(tree) = task.tree.take() else { return };
        let delivery = match std::mem::take(&mut task.has_mail) {
            true => task.deliveries.pop_front(),
            false => None,
        };
        self.step(number, tree, delivery);
    }

    fn step(&mut self, number: usize, mut tree: Node<'p>, delivery: Option<Delivery>) {
        let who = Who::Task(number);
        let is_lent = delivery.is_some();
        let lent = delivery.map(|delivery| Lent {
            thrown: match delivery {
                Delivery::Throw(error) => Thrown::Error(error),
                Delivery::Cancel(request, _) => Thrown::Cancel(request),
            },
            whose: who,
            is_held: false,
        });
        let outer = std::mem::replace(&mut self.lent, lent);
        let polled = self.poll(&mut tree, who);
        let left = std::mem::replace(&mut self.lent, outer).map(|left| match left.thrown {
            Thrown::Error(error) => Delivery::Throw(error),
            Thrown::Cancel(request) => Delivery::Cancel(request, left.is_held),
        });
        let (result, left) = match (polled, left) {
            // The task cannot receive the request.
            (Polled::Pending, Some(Delivery::Cancel(request, false))) => {
                (Err(self.error(ErrorWhat::Cancelled(request))), None)
            }
            (Polled::Pending, left) => {
                self.tasks[number].tree = Some(tree);
                if is_lent {
                    self.after_delivery(number, left);
                }
                return;
            }
            (Polled::Ready(result), left) => (result, left),
            (Polled::Panicked(error), left) => (Err(error), left),
        };
        self.drop_node(tree);
        self.keep_result(number, result);
        self.end_task(number, left);
    }

    fn keep_result(&mut self, number: usize, result: Result<u32, Error>) {
        match self.tasks[number].stage {
            Stage::Running(waiter) => {
                self.tasks[number].stage = Stage::Done(result);
                waiter.into_iter().for_each(|waiter| self.tell(waiter));
            }
            Stage::Detached(by_timeout) => {
                if let Err(error) = result {
                    let what = match by_timeout {
                        true => "a task failed after the timeout that waited for it",
                        false => "a task failed, and its result was never read",
                    };
                    self.log_failure(what, &error);
                }
            }
            Stage::Done(_) | Stage::Gone | Stage::Closed => {}
        }
    }

    /// Frees the slot of the task, and wakes the waiters for its end.
    pub(super) fn end_task(&mut self, number: usize, left: Option<Delivery>) {
        let task = &mut self.tasks[number];
        task.has_ended = true;
        self.slots[task.slot] = None;
        self.free_slots.push(task.slot);
        let deliveries = left.into_iter().chain(std::mem::take(&mut task.deliveries)).collect::<Vec<_>>();
        let watchers = std::mem::take(&mut task.watchers);
        if let Some((_, timer)) = task.grace.take() {
            self.remove_timer(timer);
        }
        for delivery in deliveries {
            self.come_too_late(&delivery);
        }
        for watcher in watchers {
            self.endings[watcher].is_over = true;
            let waiter = self.endings[watcher].waiter.take();
            waiter.into_iter().for_each(|waiter| self.tell(waiter));
        }
    }

    // ---- deliveries
    // -------------------------------------------------------------------------------

    fn deliver(&mut self, number: usize, delivery: Delivery) {
        let task = &mut self.tasks[number];
        if task.has_ended {
            return self.come_too_late(&delivery);
        }
        // Of several waiting requests, the first is delivered.
        if !(delivery.is_cancel() && task.deliveries.iter().any(Delivery::is_cancel)) {
            task.deliveries.push_back(delivery);
        }
        task.has_mail = true;
        self.tell(Who::Task(number));
    }

    fn come_too_late(&mut self, delivery: &Delivery) {
        if let Delivery::Throw(error) = delivery {
            self.log_failure("an error was thrown at a task that had ended", error);
        }
    }

    /// A delivery that was tried and not taken is tried again first. But it does not delay a
    /// request, and if a shield holds it back, it delays nothing.
    fn after_delivery(&mut self, number: usize, left: Option<Delivery>) {
        let task = &mut self.tasks[number];
        let goes_on = match left {
            None => !task.deliveries.is_empty(),
            Some(left) if left.is_held() || task.deliveries.iter().any(Delivery::is_cancel) => {
                let goes_on = task.deliveries.front().is_some_and(|next| !next.is_held());
                task.deliveries.push_back(left);
                goes_on
            }
            Some(left) => {
                task.deliveries.push_front(left);
                false
            }
        };
        task.has_mail = !task.deliveries.is_empty();
        if goes_on {
            self.tell(Who::Task(number));
        }
    }

    /// Cancels the task. Returns the number of the wait for its end.
    pub(super) fn cancel(&mut self, number: usize, request: Request) -> usize {
        let ending = self.endings.len();
        let has_ended = self.tasks[number].has_ended;
        self.endings.push(Ending { is_over: has_ended, waiter: None });
        if !has_ended {
            self.tasks[number].watchers.push(ending);
            self.deliver(number, Delivery::Cancel(request, false));
        }
        ending
    }

    /// Cancels the task in a place, and drops it after the grace period, or at an earlier time that
    /// was set before.
    pub(super) fn cancel_with_grace(&mut self, place: usize, grace: u64) {
        let Some(number) = self.places[place] else { return };
        let request = self.next_request();
        let has_ended = self.tasks[number].has_ended;
        self.cancel(number, request.clone());
        let deadline = self.now + grace;
        if has_ended || self.tasks[number].grace.is_some_and(|(known, _)| known <= deadline) {
            return;
        }
        let timer = self.next_number();
        self.timers.push(Timer { deadline, number: timer, fires: Fires::CutShort(number, request) });
        if let Some((_, before)) = self.tasks[number].grace.replace((deadline, timer)) {
            self.remove_timer(before);
        }
    }

    /// Drops the task at the end of its grace period.
    pub(super) fn drop_task(&mut self, number: usize, request: Request) {
        if let Some(tree) = self.tasks[number].tree.take() {
            let error = self.error(ErrorWhat::Cancelled(request));
            self.drop_node(tree);
            self.keep_result(number, Err(error));
            self.end_task(number, None);
        }
    }

    // ---- handles
    // ----------------------------------------------------------------------------------

    pub(super) fn cancel_place(&mut self, place: usize) -> Option<usize> {
        let task = self.places[place]?;
        let request = self.next_request();
        Some(self.cancel(task, request))
    }

    /// The next request of a handle.
    pub(super) fn next_request(&mut self) -> Request {
        let request = self.request(Source::Request(self.requests), format!("request {}", self.requests));
        self.requests += 1;
        request
    }

    pub(super) fn throw(&mut self, place: usize) {
        if let Some(task) = self.places[place] {
            let error = self.fault();
            self.deliver(task, Delivery::Throw(error));
        }
    }

    pub(super) fn put(&mut self, place: usize, handle: Option<usize>) {
        if let Some(before) = std::mem::replace(&mut self.places[place], handle) {
            self.drop_handle(before);
        }
    }

    pub(super) fn poll_join(&mut self, number: usize, who: Who) -> Polled {
        match std::mem::replace(&mut self.tasks[number].stage, Stage::Gone) {
            Stage::Done(result) => Polled::Ready(result),
            Stage::Gone => Polled::Ready(Err(self.error(ErrorWhat::Taken))),
            Stage::Running(_) => {
                self.tasks[number].stage = Stage::Running(Some(who));
                Polled::Pending
            }
            // A closed loop polls no task, and a dropped handle has no waiter.
            stage @ (Stage::Detached(_) | Stage::Closed) => {
                self.tasks[number].stage = stage;
                Polled::Pending
            }
        }
    }

    /// One of the owners drops the handle.
    pub(super) fn drop_handle(&mut self, number: usize) {
        let times_out = self.times_out;
        let task = &mut self.tasks[number];
        task.handles -= 1;
        if task.handles > 0 {
            return;
        }
        let next = match task.stage {
            Stage::Running(_) => Stage::Detached(times_out),
            _ => Stage::Gone,
        };
        if let Stage::Done(Err(error)) = std::mem::replace(&mut task.stage, next) {
            self.log_failure("a task failed, and its result was never read", &error);
        }
    }
}
