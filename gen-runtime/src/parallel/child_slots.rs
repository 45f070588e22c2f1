//! Who sits where in a [pool](super::pool), and which seats are to be looked at next.
//!
//! A seat is in one list at a time at most: it is fresh, ended or vacant, or in none while its child is running. So the lists go through the seats themselves, and need no memory of their own.

/// The end of a list. A pool has less seats than that.
const END: u32 = u32::MAX;

/// ChildSlots, by number.
pub(super) struct ChildSlots<I> {
    seats: Vec<Seat<I>>,
}

struct Seat<I> {
    /// None while it is vacant.
    tag: Option<I>,
    /// The next of the list that it is in.
    next: u32,
}

/// ChildSlots in an order: the first that was put at its back is the first out.
pub(super) struct List {
    first: u32,
    last: u32,
}

impl List {
    pub(super) const EMPTY: List = List { first: END, last: END };

    pub(super) fn is_empty(&self) -> bool {
        self.first == END
    }

    /// Puts a seat at the back. It must be in no list.
    pub(super) fn push_back<I>(&mut self, seats: &mut ChildSlots<I>, seat: u32) {
        seats.at(seat).next = END;
        if self.is_empty() {
            self.first = seat;
        } else {
            seats.at(self.last).next = seat;
        }
        self.last = seat;
    }

    /// Puts a seat at the front. It must be in no list.
    pub(super) fn push_front<I>(&mut self, seats: &mut ChildSlots<I>, seat: u32) {
        if self.is_empty() {
            self.last = seat;
        }
        seats.at(seat).next = self.first;
        self.first = seat;
    }

    /// Takes the seat at the front.
    pub(super) fn pop_front<I>(&mut self, seats: &mut ChildSlots<I>) -> Option<u32> {
        let seat = self.first;
        if seat == END {
            return None;
        }
        self.first = seats.at(seat).next;
        Some(seat)
    }
}

impl<I> ChildSlots<I> {
    pub(super) fn new() -> Self {
        ChildSlots { seats: Vec::new() }
    }

    pub(super) fn len(&self) -> usize {
        self.seats.len()
    }

    pub(super) fn reserve(&mut self, more: usize) {
        self.seats.reserve(more);
    }

    /// Adds a seat: with a tag, or a vacant one.
    pub(super) fn add(&mut self, tag: Option<I>) {
        self.seats.push(Seat { tag, next: END });
    }

    /// Gives a seat a tag.
    pub(super) fn occupy(&mut self, seat: u32, tag: I) {
        self.at(seat).tag = Some(tag);
    }

    /// Takes a seat's tag.
    pub(super) fn vacate(&mut self, seat: u32) -> Option<I> {
        self.at(seat).tag.take()
    }

    fn at(&mut self, seat: u32) -> &mut Seat<I> {
        &mut self.seats[seat as usize]
    }
}
