//! Queues.
//!
//! Each wait is first come, first served, and is in line from its first poll on. An item, or room
//! for one, is handed to the first one in line, and is its own from then on.

use std::collections::{BTreeMap, VecDeque};

use super::error::What;
use super::{Model, Polled, Who};
use crate::trace::PUT;
use crate::world::item_value;

pub(super) struct Queue {
    capacity: usize,
    is_closed: bool,
    /// The items that are in it, the oldest one first.
    items: VecDeque<Item>,
    getters: VecDeque<(u64, Who)>,
    putters: VecDeque<(u64, Who, u32)>,
    /// The getters that have got an item, or the end, and were not polled since.
    given: BTreeMap<u64, Option<Item>>,
    /// The putters whose items were taken in or refused, and that were not polled since.
    answered: BTreeMap<u64, bool>,
    /// The number of items that were ever in it.
    accepted: u64,
    /// The number of waits that were ever in line.
    waits: u64,
}

/// An item, with its number among those of the queue.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Item(u64, u32);

pub(super) enum Putter {
    New(u32),
    InLine(u64),
    Over,
}

pub(super) enum Getter {
    New,
    InLine(u64),
    Over,
}

impl Queue {
    pub(super) fn new(capacity: usize) -> Self {
        Queue {
            capacity,
            is_closed: false,
            items: VecDeque::new(),
            getters: VecDeque::new(),
            putters: VecDeque::new(),
            given: BTreeMap::new(),
            answered: BTreeMap::new(),
            accepted: 0,
            waits: 0,
        }
    }

    fn next_wait(&mut self) -> u64 {
        self.waits += 1;
        self.waits
    }

    /// An item comes into the queue, or goes to the first getter, which is to be woken.
    fn accept(&mut self, value: u32) -> Option<Who> {
        self.accepted += 1;
        self.hand_over(Item(self.accepted, value))
    }

    fn hand_over(&mut self, item: Item) -> Option<Who> {
        let Some((wait, who)) = self.getters.pop_front() else {
            let place = self.items.partition_point(|other| *other < item);
            self.items.insert(place, item);
            return None;
        };
        self.given.insert(wait, Some(item));
        Some(who)
    }

    /// The next item. Before it leaves, the first putter has its room.
    fn take(&mut self) -> (Option<Item>, Option<Who>) {
        if self.items.is_empty() {
            return (None, None);
        }
        let mut woken = None;
        if self.items.len() <= self.capacity {
            if let Some((wait, who, value)) = self.putters.pop_front() {
                self.answered.insert(wait, true);
                // No getter is in line, since there are items.
                self.accept(value);
                woken = Some(who);
            }
        }
        (self.items.pop_front(), woken)
    }

    /// No item can come any more, from a getter that was handed one neither.
    fn is_drained(&self) -> bool {
        self.is_closed && self.items.is_empty() && !self.given.values().any(Option::is_some)
    }

    /// Ends the getters in line, if no item can come any more. They are to be woken.
    fn end_if_drained(&mut self) -> Vec<Who> {
        if !self.is_drained() {
            return Vec::new();
        }
        let ended = std::mem::take(&mut self.getters);
        self.given.extend(ended.iter().map(|(wait, _)| (*wait, None)));
        ended.into_iter().map(|(_, who)| who).collect()
    }
}

impl Model<'_> {
    pub(super) fn next_item(&mut self) -> u32 {
        self.items += 1;
        item_value(self.items - 1)
    }

    fn tell_all(&mut self, woken: impl IntoIterator<Item = Who>) {
        woken.into_iter().for_each(|who| self.tell(who));
    }

    // ---- put
    // --------------------------------------------------------------------------------------

    pub(super) fn poll_put(&mut self, number: usize, putter: &mut Putter, who: Who) -> Polled {
        let queue = &mut self.queues[number];
        let (is_accepted, woken) = match putter {
            Putter::New(_) if queue.is_closed => (false, None),
            Putter::New(value) if queue.items.len() < queue.capacity => (true, queue.accept(*value)),
            Putter::New(value) => {
                let wait = queue.next_wait();
                queue.putters.push_back((wait, who, *value));
                *putter = Putter::InLine(wait);
                return Polled::Pending;
            }
            Putter::InLine(wait) => match queue.answered.remove(wait) {
                Some(is_accepted) => (is_accepted, None),
                None => {
                    let place = queue.putters.iter_mut().find(|place| place.0 == *wait);
                    place.into_iter().for_each(|place| place.1 = who);
                    return Polled::Pending;
                }
            },
            Putter::Over => return Polled::Pending,
        };
        *putter = Putter::Over;
        self.tell_all(woken);
        Polled::Ready(match is_accepted {
            true => Ok(PUT),
            false => Err(self.error(What::Closed)),
        })
    }

    /// Leaves the line. An item that was taken in stays in the queue.
    pub(super) fn drop_put(&mut self, number: usize, putter: &Putter) {
        if let Putter::InLine(wait) = putter {
            let queue = &mut self.queues[number];
            queue.putters.retain(|place| place.0 != *wait);
            queue.answered.remove(wait);
        }
    }

    // ---- get
    // --------------------------------------------------------------------------------------

    pub(super) fn poll_get(&mut self, number: usize, getter: &mut Getter, who: Who) -> Polled {
        let queue = &mut self.queues[number];
        let item = match getter {
            Getter::New => {
                let (item, woken) = queue.take();
                if item.is_none() && !queue.is_drained() {
                    let wait = queue.next_wait();
                    queue.getters.push_back((wait, who));
                    *getter = Getter::InLine(wait);
                    return Polled::Pending;
                }
                self.tell_all(woken);
                item
            }
            Getter::InLine(wait) => match queue.given.remove(wait) {
                Some(item) => {
                    // This item will not come back.
                    let ended = queue.end_if_drained();
                    self.tell_all(ended);
                    item
                }
                None => {
                    let place = queue.getters.iter_mut().find(|place| place.0 == *wait);
                    place.into_iter().for_each(|place| place.1 = who);
                    return Polled::Pending;
                }
            },
            Getter::Over => return Polled::Pending,
        };
        *getter = Getter::Over;
        Polled::Ready(match item {
            Some(Item(_, value)) => Ok(value),
            None => Err(self.error(What::Closed)),
        })
    }

    /// Leaves the line. An item that was handed over comes back, or goes to the next one in line.
    pub(super) fn drop_get(&mut self, number: usize, getter: &Getter) {
        let Getter::InLine(wait) = getter else { return };
        let queue = &mut self.queues[number];
        queue.getters.retain(|place| place.0 != *wait);
        if let Some(Some(item)) = queue.given.remove(wait) {
            let woken = queue.hand_over(item);
            let ended = queue.end_if_drained();
            self.tell_all(woken.into_iter().chain(ended));
        }
    }

    // ---- close
    // ------------------------------------------------------------------------------------

    /// All putters end, and the getters, if no item can come.
    pub(super) fn close_queue(&mut self, number: usize) {
        let queue = &mut self.queues[number];
        queue.is_closed = true;
        let refused = std::mem::take(&mut queue.putters);
        queue.answered.extend(refused.iter().map(|(wait, ..)| (*wait, false)));
        let ended = queue.end_if_drained();
        self.tell_all(refused.into_iter().map(|(_, who, _)| who).chain(ended));
    }
}
