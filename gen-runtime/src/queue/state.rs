//! The state of a queue, and the events that change it, under the lock.
//!
//! Each event leaves the two rules of the module in force. An event returns whatever is dropped
//! outside of the lock, and adds the futures that have got something to `wakers`.

use super::store::{Entry, Store};
use crate::waiter::{Place, Removed, WaitList, Wakers};

#[derive(Debug)]
pub(super) struct State<S: Store> {
    items: S,
    /// The greatest number of items and permits; `usize::MAX` if there is no limit.
    capacity: usize,
    /// The permits: room for items that were not sent so far.
    reserved: usize,
    /// The items that were handed to getters in line, and were not taken so far.
    handed_over: usize,
    /// The items that were put, and are not done.
    unfinished: usize,
    /// The number of the next item.
    next_number: u64,
    is_closed: bool,
    pub(super) getters: WaitList<(), Given<S::Item>>,
    pub(super) putters: WaitList<Offer<S::Item>, Answer<S::Item>>,
    pub(super) joiners: WaitList<(), ()>,
}

/// A getter in line gets an item, or `None`: the queue is closed and drained.
pub(super) type Given<T> = Option<Entry<T>>;

/// A getter that is not in line gets the same, or nothing so far.
#[derive(Debug)]
pub(super) enum Taken<T> {
    Given(Given<T>),
    Nothing,
}

/// The wish of a putter.
#[derive(Debug)]
pub(super) enum Offer<T> {
    Item(T),
    /// Room for an item that is sent later.
    Room,
}

/// The answer to an offer.
#[derive(Debug)]
pub(super) enum Answer<T> {
    /// The item is in the queue.
    Accepted,
    /// There is room for an item.
    Reserved,
    /// The queue is closed.
    Refused(Offer<T>),
}

/// A putter that has left the line.
pub(super) type RemovedPutter<T> = Removed<Offer<T>, Answer<T>>;

/// The number of futures in each line.
#[derive(Debug)]
pub(super) struct Lines {
    pub(super) getters: usize,
    pub(super) putters: usize,
    pub(super) joiners: usize,
}

impl<S: Store> State<S> {
    pub(super) fn new(capacity: usize) -> Self {
        State {
            items: S::default(),
            capacity,
            reserved: 0,
            handed_over: 0,
            unfinished: 0,
            next_number: 0,
            is_closed: false,
            getters: WaitList::new(),
            putters: WaitList::new(),
            joiners: WaitList::new(),
        }
    }

    pub(super) fn len(&self) -> usize {
        self.items.len()
    }

    pub(super) fn unfinished(&self) -> usize {
        self.unfinished
    }

    pub(super) fn is_closed(&self) -> bool {
        self.is_closed
    }

    pub(super) fn lines(&self) -> Lines {
        Lines { getters: self.getters.len(), putters: self.putters.len(), joiners: self.joiners.len() }
    }

    pub(super) fn has_room(&self) -> bool {
        self.has_room_beside(0)
    }

    /// Whether there is room when so many items are taken out.
    fn has_room_beside(&self, leaving: usize) -> bool {
        self.items.len() + self.reserved < self.capacity.saturating_add(leaving)
    }

    /// A putter comes. Gives the offer back if there is no room: then it may enter the line.
    #[inline]
    pub(super) fn offer(
        &mut self,
        offer: Offer<S::Item>,
        wakers: &mut Wakers,
    ) -> Result<Answer<S::Item>, Offer<S::Item>> {
        if self.is_closed {
            return Ok(Answer::Refused(offer));
        }
        if !self.has_room() {
            return Err(offer);
        }
        Ok(match offer {
            Offer::Item(item) => {
                self.accept(item, wakers);
                Answer::Accepted
            }
            Offer::Room => {
                self.reserved += 1;
                Answer::Reserved
            }
        })
    }

    /// A permit becomes an item.
    pub(super) fn send(&mut self, item: S::Item, wakers: &mut Wakers) {
        self.reserved -= 1;
        self.accept(item, wakers);
        // The first getter may have got the item.
        self.serve_putters(0, wakers);
        self.end_if_drained(wakers);
    }

    /// A permit is dropped.
    pub(super) fn give_room_back(&mut self, wakers: &mut Wakers) {
        self.reserved -= 1;
        self.serve_putters(0, wakers);
        self.end_if_drained(wakers);
    }

    /// A getter comes.
    #[inline]
    pub(super) fn take(&mut self, wakers: &mut Wakers) -> Taken<S::Item> {
        if self.items.len() > 0 {
            // The item of the first putter may be the next one: so it is in a stack.
            self.serve_putters(1, wakers);
            return Taken::Given(self.items.pop());
        }
        match self.is_drained() {
            true => Taken::Given(None),
            false => Taken::Nothing,
        }
    }

    /// A getter in line takes its item.
    #[inline]
    pub(super) fn taken(&mut self, given: &Given<S::Item>) {
        self.handed_over -= usize::from(given.is_some());
    }

    /// A getter in line goes. An item that it has not taken comes back.
    #[must_use = "it is dropped outside of the lock"]
    pub(super) fn forget_getter(
        &mut self,
        place: Place,
        wakers: &mut Wakers,
    ) -> Option<Removed<(), Given<S::Item>>> {
        let removed = self.getters.remove(place);
        match removed {
            Some(Removed::Granted(Some(entry))) => {
                self.handed_over -= 1;
                if let Some(entry) = self.hand_over(entry, wakers) {
                    self.items.put_back(entry);
                }
                self.end_if_drained(wakers);
                None
            }
            other => other,
        }
    }

    /// A putter in line goes. Room that it has not taken is free again.
    #[must_use = "it is dropped outside of the lock"]
    pub(super) fn forget_putter(
        &mut self,
        place: Place,
        wakers: &mut Wakers,
    ) -> Option<RemovedPutter<S::Item>> {
        let removed = self.putters.remove(place);
        if let Some(Removed::Granted(Answer::Reserved)) = removed {
            self.give_room_back(wakers);
        }
        removed
    }

    /// An item is done. `false` if all were done before.
    pub(super) fn task_done(&mut self, wakers: &mut Wakers) -> bool {
        let Some(unfinished) = self.unfinished.checked_sub(1) else { return false };
        self.unfinished = unfinished;
        if unfinished == 0 {
            grant_all(&mut self.joiners, |()| (), wakers);
        }
        true
    }

    /// Ends the wait of all putters, and that of the getters, if no item can come.
    pub(super) fn close(&mut self, wakers: &mut Wakers) {
        self.is_closed = true;
        grant_all(&mut self.putters, Answer::Refused, wakers);
        self.end_if_drained(wakers);
    }

    /// Called when a getter in line has taken its item, or a permit is gone: an item could have
    /// come from there.
    #[inline]
    pub(super) fn end_if_drained(&mut self, wakers: &mut Wakers) {
        if self.is_drained() {
            grant_all(&mut self.getters, |()| None, wakers);
        }
    }

    fn is_drained(&self) -> bool {
        self.is_closed && self.items.len() == 0 && self.reserved == 0 && self.handed_over == 0
    }

    #[inline]
    fn accept(&mut self, item: S::Item, wakers: &mut Wakers) {
        let entry = Entry { number: self.next_number, item };
        self.next_number += 1;
        self.unfinished += 1;
        if let Some(entry) = self.hand_over(entry, wakers) {
            self.items.push(entry);
        }
    }

    /// Hands an entry to the first getter in line. Gives it back if there is none.
    #[inline]
    fn hand_over(&mut self, entry: Entry<S::Item>, wakers: &mut Wakers) -> Option<Entry<S::Item>> {
        if self.getters.is_empty() {
            return Some(entry);
        }
        let mut entry = Some(entry);
        if let Some(waiter) = self.getters.grant_first(|()| entry.take()) {
            wakers.push(waiter);
            self.handed_over += 1;
        }
        entry
    }

    /// Answers the putters in line, as long as there is room when so many items are taken out.
    #[inline]
    fn serve_putters(&mut self, leaving: usize, wakers: &mut Wakers) {
        while !self.putters.is_empty() && self.has_room_beside(leaving) {
            self.serve_first_putter(wakers);
        }
    }

    #[cold]
    fn serve_first_putter(&mut self, wakers: &mut Wakers) {
        let mut accepted = None;
        let waiter = self.putters.grant_first(|offer| match offer {
            Offer::Item(item) => {
                accepted = Some(item);
                Answer::Accepted
            }
            Offer::Room => Answer::Reserved,
        });
        waiter.into_iter().for_each(|waiter| wakers.push(waiter));
        match accepted {
            Some(item) => self.accept(item, wakers),
            None => self.reserved += 1,
        }
    }
}

fn grant_all<D, G>(line: &mut WaitList<D, G>, mut grant: impl FnMut(D) -> G, wakers: &mut Wakers) {
    while let Some(waiter) = line.grant_first(&mut grant) {
        wakers.push(waiter);
    }
}
