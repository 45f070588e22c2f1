//! Children that run in parallel.

use std::collections::{HashMap, HashSet, VecDeque};

use super::error::{Error, Request, What};
use super::lent::Fate;
use super::node::Node;
use super::{Model, Polled, Who};
use crate::program::Group;
use crate::trace::{first_value, sum, Source, FAILED};

pub(super) struct Children<'p> {
    kind: Group,
    number: usize,
    slots: Vec<Slot<'p>>,
    is_started: bool,
    running: usize,
    has_failed: bool,
    /// The first child that has ended.
    first: Option<usize>,
    /// The number of children that were polled. They start in order.
    started: usize,
    /// It was cancelled in an earlier poll.
    was_cancelled: bool,
    held: Held,
}

pub(super) enum Slot<'p> {
    Running(Node<'p>),
    Ended(Result<u32, Error>),
    Empty,
}

/// Requests that wait for children behind shields. `None` before the first request.
pub(super) type Held = Option<HashMap<usize, Request>>;

/// The children of a group that were woken, and the parent that the group wakes.
#[derive(Default)]
pub(super) struct Woken {
    pub(super) parent: Option<Who>,
    /// The woken children, in the order of their wakes.
    pub(super) queue: VecDeque<usize>,
    /// The children in the queue, and those that were taken from it and not polled yet.
    waiting: HashSet<usize>,
    /// Only for scopes: whether the scope is being polled, or will be, so that it need not be
    /// woken.
    pub(super) awake: Option<bool>,
}

impl Woken {
    /// Adds a child. Returns the parent to wake, if the child is the first.
    pub(super) fn add(&mut self, child: usize) -> Option<Who> {
        if !self.waiting.insert(child) {
            return None;
        }
        let is_first = match &mut self.awake {
            Some(awake) => !std::mem::replace(awake, true),
            None => self.queue.is_empty(),
        };
        self.queue.push_back(child);
        self.parent.filter(|_| is_first)
    }
}

impl<'p> Children<'p> {
    pub(super) fn new(model: &mut Model<'p>, kind: Group, children: Vec<Node<'p>>) -> Self {
        let running = children.len();
        let slots = children.into_iter().map(Slot::Running).collect();
        Children {
            kind,
            number: model.new_group(),
            slots,
            is_started: false,
            running,
            has_failed: false,
            first: None,
            started: 0,
            was_cancelled: false,
            held: None,
        }
    }
}

impl<'p> Model<'p> {
    pub(super) fn new_group(&mut self) -> usize {
        self.groups.push(Some(Woken::default()));
        self.groups.len() - 1
    }

    pub(super) fn set_parent(&mut self, group: usize, who: Who) {
        if let Some(woken) = &mut self.groups[group] {
            woken.parent = Some(who);
        }
    }

    /// Takes the children that were woken, which are to be polled one after the other.
    pub(super) fn take_woken(&mut self, group: usize) -> VecDeque<usize> {
        self.groups[group].as_mut().map(|woken| std::mem::take(&mut woken.queue)).unwrap_or_default()
    }

    /// The child is being polled, so it can be woken again.
    pub(super) fn is_polled(&mut self, group: usize, child: usize) {
        if let Some(woken) = &mut self.groups[group] {
            woken.waiting.remove(&child);
        }
    }

    pub(super) fn poll_group(&mut self, group: &mut Children<'p>, who: Who) -> Polled {
        if group.running > 0 {
            self.hidden(|model| model.poll_children(group, who));
            if group.running > 0 {
                if let Some(request) = self.take_request(who) {
                    self.cancel_children(group, &request);
                }
            }
        }
        self.cancel_losers(group);
        match group.running {
            0 => Polled::Ready(self.result_of(group)),
            _ => Polled::Pending,
        }
    }

    /// Cancels the losers of a race.
    fn cancel_losers(&mut self, group: &mut Children<'p>) {
        if group.kind == Group::FirstCancels && group.first.is_some() && group.held.is_none() {
            let request = self.request(Source::Sibling, "another one was the first".to_owned());
            self.cancel_children(group, &request);
        }
        group.was_cancelled = group.held.is_some();
    }

    fn poll_children(&mut self, group: &mut Children<'p>, who: Who) {
        self.set_parent(group.number, who);
        let is_first = !std::mem::replace(&mut group.is_started, true);
        let children = match is_first {
            true => (0..group.slots.len()).collect(),
            false => self.take_woken(group.number),
        };
        for child in children {
            if !is_first {
                self.is_polled(group.number, child);
            }
            let name = Who::Child(group.number, child);
            if group.is_decided() {
                // The child is cancelled later in this poll.
                continue;
            }
            group.started = group.started.max(child + 1);
            let request = group.held.as_mut().and_then(|held| held.remove(&child));
            let result = match request {
                Some(request) => self.tell_child(&mut group.slots[child], &mut group.held, name, &request),
                None => self.poll_slot(&mut group.slots[child], name),
            };
            group.count(child, result);
            if group.is_over() {
                group.running = 0;
                break;
            }
        }
    }

    fn cancel_children(&mut self, group: &mut Children<'p>, request: &Request) {
        group.held.get_or_insert_default();
        for child in 0..group.slots.len() {
            let name = Who::Child(group.number, child);
            if group.is_decided() && child >= group.started {
                // A child is not started only to be cancelled.
                let slot = std::mem::replace(&mut group.slots[child], Slot::Empty);
                self.drop_slot(slot);
                group.count(child, Some(true));
                continue;
            }
            let result = self.tell_child(&mut group.slots[child], &mut group.held, name, request);
            group.count(child, result);
        }
    }

    /// Cancels a child, unless another request waits for it. Returns whether it has ended, and how.
    pub(super) fn tell_child(
        &mut self,
        slot: &mut Slot<'p>,
        held: &mut Held,
        name: Who,
        request: &Request,
    ) -> Option<bool> {
        let Who::Child(_, child) = name else { return None };
        let held = held.get_or_insert_default();
        let Slot::Running(node) = slot else { return None };
        if held.contains_key(&child) {
            return None;
        }
        let (polled, fate) = self.with_request(name, request.clone(), |model| model.poll(node, name));
        if matches!(fate, Fate::Held) {
            held.insert(child, request.clone());
        }
        self.settle(slot, polled)
    }

    pub(super) fn poll_slot(&mut self, slot: &mut Slot<'p>, name: Who) -> Option<bool> {
        let Slot::Running(node) = slot else { return None };
        let polled = self.poll(node, name);
        self.settle(slot, polled)
    }

    /// Drops a child that has ended at once. A child that panics has failed.
    fn settle(&mut self, slot: &mut Slot<'p>, polled: Polled) -> Option<bool> {
        let result = match polled {
            Polled::Pending => return None,
            Polled::Panicked(error) => Err(error),
            Polled::Ready(result) => result,
        };
        let went_well = result.is_ok();
        if let Slot::Running(node) = std::mem::replace(slot, Slot::Ended(result)) {
            self.drop_node(node);
        }
        Some(went_well)
    }

    fn result_of(&mut self, group: &mut Children<'p>) -> Result<u32, Error> {
        let slots = std::mem::take(&mut group.slots);
        if group.kind == Group::Settle {
            return Ok(sum(slots.iter().map(|slot| match slot {
                Slot::Ended(Ok(value)) => *value,
                _ => FAILED,
            })));
        }
        if matches!(group.kind, Group::First | Group::FirstCancels) {
            return self.result_of_first(group.first, slots);
        }
        let (mut values, mut failures) = (Vec::new(), Vec::new());
        for (place, slot) in slots.into_iter().enumerate() {
            match slot {
                Slot::Ended(Ok(value)) => values.push(value),
                Slot::Ended(Err(error)) => failures.push((place, error)),
                Slot::Running(node) => self.drop_node(node),
                Slot::Empty => {}
            }
        }
        if failures.is_empty() {
            return Ok(sum(values));
        }
        Err(self.raise(failures))
    }

    /// Drops the other children and logs their failures, except for cancellations.
    fn result_of_first(&mut self, first: Option<usize>, mut slots: Vec<Slot<'p>>) -> Result<u32, Error> {
        let Some(first) = first else { return Err(self.error(What::NoFirst)) };
        let result = std::mem::replace(&mut slots[first], Slot::Empty);
        let mut failures = Vec::new();
        for slot in slots {
            match slot {
                Slot::Ended(Err(error)) => failures.push(error),
                slot => self.drop_slot(slot),
            }
        }
        self.log_unread(
            "a child of a `first_of` that was not the first",
            "children of a `first_of` that were not the first",
            &failures,
        );
        match result {
            Slot::Ended(result) => result.map(|value| first_value(first, value)),
            Slot::Running(_) | Slot::Empty => Err(self.error(What::NoFirst)),
        }
    }

    /// The error to raise for these failures: the first one, which holds the others.
    pub(super) fn raise(&mut self, mut failures: Vec<(usize, Error)>) -> Error {
        let others = failures.split_off(1);
        let (place, mut first) = failures.remove(0);
        self.log_others(&first, &others);
        first.others.iter_mut().for_each(|(path, _)| path.insert(0, place));
        first.others.extend(others.into_iter().map(|(place, other)| (vec![place], other)));
        first
    }

    /// Logs all failures except for the one that is raised.
    fn log_others(&mut self, first: &Error, others: &[(usize, Error)]) {
        let others = others.iter().filter(|(_, other)| other.identity != first.identity);
        let failures: Vec<_> = others.map(|(place, other)| (format!("[{place}]: "), other)).collect();
        self.log_group(|_| "multiple errors in a parallel yield".to_owned(), failures);
    }

    /// Logs failures of a group. Each failure is logged once, by the first group that logs it.
    fn log_group(&mut self, what: impl Fn(usize) -> String, mut failures: Vec<(String, &Error)>) {
        failures.retain(|(_, error)| self.logged.insert(error.identity));
        self.log_failures(what, &failures);
    }

    /// Logs the failures of the children of `yielded` when it is dropped before it has handed them
    /// over.
    pub(super) fn log_dropped(&mut self, yielded: &str, failures: &[(String, Error)]) {
        let failures = failures.iter().map(|(place, error)| (format!("[{place}]: "), error));
        let what = |_| format!("{yielded} was dropped when children of it had failed");
        self.log_group(what, failures.collect());
    }

    /// Logs the failures of children whose results were not read.
    pub(super) fn log_unread(&mut self, one: &str, many: &str, failures: &[Error]) {
        let what = |count| match count {
            1 => format!("{one} failed, and its result was never read"),
            count => format!("{count} {many} failed, and their results were never read"),
        };
        self.log_group(what, failures.iter().map(|error| (String::new(), error)).collect());
    }

    pub(super) fn drop_children(&mut self, group: &mut Children<'p>) {
        let slots = std::mem::take(&mut group.slots);
        let failures: Vec<_> = slots.iter().enumerate().filter_map(failure_of).collect();
        let yielded = match group.kind {
            Group::First | Group::FirstCancels => "a `first_of`",
            _ => "a parallel yield",
        };
        self.log_dropped(yielded, &failures);
        for slot in slots {
            self.drop_slot(slot);
        }
        self.groups[group.number] = None;
    }

    pub(super) fn drop_slot(&mut self, slot: Slot<'p>) {
        if let Slot::Running(node) = slot {
            self.drop_node(node);
        }
    }
}

fn failure_of((place, slot): (usize, &Slot<'_>)) -> Option<(String, Error)> {
    match slot {
        Slot::Ended(Err(error)) => Some((place.to_string(), error.clone())),
        _ => None,
    }
}

impl Children<'_> {
    /// Whether a race has its first, and the others are still to be cancelled.
    fn is_decided(&self) -> bool {
        self.kind == Group::FirstCancels && self.first.is_some() && !self.was_cancelled
    }

    /// Whether one child has ended the whole group. If the group was cancelled, all children may
    /// clean up.
    fn is_over(&self) -> bool {
        let is_over = match self.kind {
            Group::FailFast => self.has_failed,
            Group::First => self.first.is_some(),
            Group::List | Group::Tuple | Group::Settle | Group::FirstCancels => false,
        };
        is_over && self.held.is_none()
    }

    fn count(&mut self, child: usize, ended: Option<bool>) {
        if let Some(went_well) = ended {
            self.first.get_or_insert(child);
            self.running -= 1;
            self.has_failed |= !went_well;
        }
    }
}
