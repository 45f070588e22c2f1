//! `WaitIterator`: children that come and go, each in a numbered seat.

use std::collections::VecDeque;

use super::error::{Error, Request};
use super::group::{Held, Slot};
use super::node::Node;
use super::{Model, Polled, Who};

pub(super) struct Pool<'p> {
    number: usize,
    seats: Vec<Slot<'p>>,
    /// The position of the child in each seat.
    positions: Vec<usize>,
    fresh: VecDeque<usize>,
    ended: VecDeque<usize>,
    /// The vacant seats. The last one is used first.
    vacant: Vec<usize>,
    running: usize,
    is_awaited: bool,
    given: usize,
    pub(super) current: Option<usize>,
    held: Held,
}

/// The smallest number of seats by which a pool grows.
const SMALLEST_BLOCK: usize = 4;

impl Pool<'_> {
    /// The number of results that were not given.
    pub(super) fn len(&self) -> usize {
        self.running + self.ended.len()
    }

    /// The next result, and the position of its child.
    pub(super) fn take_ended(&mut self) -> Option<(usize, Result<u32, Error>)> {
        let seat = self.ended.pop_front()?;
        self.vacant.push(seat);
        match std::mem::replace(&mut self.seats[seat], Slot::Empty) {
            Slot::Ended(result) => Some((self.positions[seat], result)),
            Slot::Running(_) | Slot::Empty => None,
        }
    }

    /// Whether no child is left. Then there is no current child either.
    pub(super) fn is_done(&mut self) -> bool {
        let is_done = self.len() == 0;
        if is_done {
            self.current = None;
        }
        is_done
    }
}

impl<'p> Model<'p> {
    pub(super) fn new_pool(&mut self, children: Vec<Node<'p>>) -> usize {
        let count = children.len();
        let pool = Pool {
            number: self.new_group(),
            seats: children.into_iter().map(Slot::Running).collect(),
            positions: (0..count).collect(),
            fresh: (0..count).collect(),
            ended: VecDeque::new(),
            vacant: Vec::new(),
            running: count,
            is_awaited: false,
            given: count,
            current: None,
            held: None,
        };
        self.pools.push(Some(pool));
        self.pools.len() - 1
    }

    pub(super) fn pool(&mut self, pool: usize) -> Option<&mut Pool<'p>> {
        self.pools[pool].as_mut()
    }

    pub(super) fn push(&mut self, pool: usize, child: Node<'p>) {
        let Some(mut taken) = self.pools[pool].take() else { return };
        let seat = taken.vacant.pop().unwrap_or_else(|| {
            let seats = taken.seats.len();
            let count = seats.max(SMALLEST_BLOCK);
            taken.seats.extend((0..count).map(|_| Slot::Empty));
            taken.positions.resize(seats + count, 0);
            taken.vacant.extend((seats + 1..seats + count).rev());
            seats
        });
        taken.seats[seat] = Slot::Running(child);
        taken.positions[seat] = taken.given;
        taken.fresh.push_back(seat);
        taken.running += 1;
        taken.given += 1;
        let parent = self.groups[taken.number].as_ref().and_then(|woken| woken.parent);
        if std::mem::take(&mut taken.is_awaited) {
            if let Some(parent) = parent {
                self.tell(parent);
            }
        }
        self.pools[pool] = Some(taken);
    }

    pub(super) fn poll_next(&mut self, pool: usize, who: Who) -> Polled {
        let Some(mut taken) = self.pools[pool].take() else { return Polled::Pending };
        let polled = self.poll_pool(&mut taken, who);
        self.pools[pool] = Some(taken);
        polled
    }

    fn poll_pool(&mut self, pool: &mut Pool<'p>, who: Who) -> Polled {
        if pool.ended.is_empty() && pool.running > 0 {
            self.set_parent(pool.number, who);
        }
        self.hidden(|model| model.poll_seats(pool));
        if pool.ended.is_empty() {
            if let Some(request) = self.take_request(who) {
                self.cancel_seats(pool, &request);
            }
        }
        pool.is_awaited = pool.ended.is_empty();
        let Some((position, result)) = pool.take_ended() else { return Polled::Pending };
        pool.current = Some(position);
        Polled::Ready(result)
    }

    fn cancel_seats(&mut self, pool: &mut Pool<'p>, request: &Request) {
        for seat in 0..pool.seats.len() {
            let name = Who::Child(pool.number, seat);
            let ended = self.tell_child(&mut pool.seats[seat], &mut pool.held, name, request);
            pool.count(seat, ended);
        }
    }

    // ---- for `limit`
    // ------------------------------------------------------------------------------

    /// Polls the children that can go on. If called in the middle of a poll, it polls only the new
    /// children.
    pub(super) fn drive_pool(&mut self, number: usize, parent: Option<Who>) {
        let Some(mut pool) = self.pools[number].take() else { return };
        if let Some(who) = parent {
            self.set_parent(pool.number, who);
        }
        self.hidden(|model| match parent {
            Some(_) => model.poll_seats(&mut pool),
            None => model.poll_fresh(&mut pool),
        });
        self.pools[number] = Some(pool);
    }

    pub(super) fn cancel_pool(&mut self, number: usize, request: &Request) {
        let Some(mut pool) = self.pools[number].take() else { return };
        self.cancel_seats(&mut pool, request);
        self.pools[number] = Some(pool);
    }

    /// Polls the woken children first, then the new ones.
    fn poll_seats(&mut self, pool: &mut Pool<'p>) {
        for seat in self.take_woken(pool.number) {
            self.is_polled(pool.number, seat);
            // A wake may be that of a child which had the seat before.
            if !pool.fresh.contains(&seat) {
                self.poll_seat(pool, seat);
            }
        }
        self.poll_fresh(pool)
    }

    fn poll_fresh(&mut self, pool: &mut Pool<'p>) {
        while let Some(seat) = pool.fresh.pop_front() {
            self.poll_seat(pool, seat);
        }
    }

    fn poll_seat(&mut self, pool: &mut Pool<'p>, seat: usize) {
        let name = Who::Child(pool.number, seat);
        let request = pool.held.as_mut().and_then(|held| held.remove(&seat));
        let ended = match request {
            Some(request) => self.tell_child(&mut pool.seats[seat], &mut pool.held, name, &request),
            None => self.poll_slot(&mut pool.seats[seat], name),
        };
        pool.count(seat, ended);
    }

    /// Drops the pool, and logs the errors that were not read.
    pub(super) fn drop_pool(&mut self, number: usize) {
        let Some(pool) = &self.pools[number] else { return };
        let mut failures = Vec::new();
        for seat in &pool.ended {
            if let Slot::Ended(Err(error)) = &pool.seats[*seat] {
                failures.push(error.clone());
            }
        }
        self.log_unread("a child of a `WaitIterator`", "children of a `WaitIterator`", &failures);
        self.drop_pool_silently(number);
    }

    pub(super) fn drop_pool_silently(&mut self, number: usize) {
        let Some(pool) = self.pools[number].take() else { return };
        for slot in pool.seats {
            self.drop_slot(slot);
        }
        self.groups[pool.number] = None;
    }
}

impl Pool<'_> {
    fn count(&mut self, seat: usize, ended: Option<bool>) {
        if ended.is_some() {
            self.running -= 1;
            self.ended.push_back(seat);
        }
    }
}
