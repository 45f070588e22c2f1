//! The harness: runs the programs of a case in turns.
//!
//! A *case* is one piece of work of one size. Its *entries* do that work: ours, the peers, and the
//! limit, which is code by hand that does only what the work needs. In each round every entry runs
//! once, in another order, so that a busy machine slows down all alike.

pub mod allocations;
mod measured;
mod meter;
mod runner;

pub use self::measured::{Measured, Side};
pub use self::meter::{Meter, MEASURED_PART};
pub use self::runner::{Mode, Runner};

/// One program of a case.
pub struct Entry {
    pub name: String,
    pub side: Side,
    pub run: Box<dyn FnMut(&mut Meter)>,
}

impl Entry {
    pub fn new((side, name): (Side, &str), run: impl FnMut(&mut Meter) + 'static) -> Self {
        Entry { name: name.to_owned(), side, run: Box::new(run) }
    }
}

pub fn ours(name: &str, run: impl FnMut(&mut Meter) + 'static) -> Entry {
    Entry::new((Side::Ours, name), run)
}

pub fn peer(name: &str, run: impl FnMut(&mut Meter) + 'static) -> Entry {
    Entry::new((Side::Peer, name), run)
}

pub fn limit(name: &str, run: impl FnMut(&mut Meter) + 'static) -> Entry {
    Entry::new((Side::Limit, name), run)
}
