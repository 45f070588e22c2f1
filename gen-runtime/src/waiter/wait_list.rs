//! The futures that wait in line, first come, first served.
//!
//! [`Waiters`](super::Waiters) is for a value that all get. This list is for things of which each
//! goes to one future: it is handed over, to the first in line, and is in the hands of that future
//! from then on, even before the future is polled.
//!
//! # States of a place
//!
//! | state | entered by | `poll_place` | `grant_first` | `remove` |
//! |---|---|---|---|---|
//! | waiting: has its data and a waker | `push` | keeps the waker | granted, if it is the first one; its waker is handed out | free; hands out its data and its waker |
//! | granted: has its grant, and is in line no more | `grant_first` | free; hands out the grant | not possible | free; hands out the grant, which the owner passes on |
//! | free | `poll_place`, `remove` | not possible: the future has given its place away | | |
//!
//! # Who owns what
//!
//! The owner has the list under its lock, and keeps the rules of the module: nothing of a user runs
//! under the lock. So whatever leaves the list, a waker, data or a grant, is handed out. A future
//! owns its [`Place`]: it polls until it has the grant, or removes the place when it is dropped. A
//! grant that comes back from `remove` is not lost, unless the owner loses it.
//!
//! An empty list is one word. Its memory is kept for the next futures, and is given back after a
//! burst.

use std::mem;
use std::num::NonZeroU32;
use std::task::{Poll, Waker};

use super::cell::Waiter;
use super::stage_lock::StageLock;
use crate::report::contain;

/// The [`Waiter`] of a future in line. It is woken or dropped outside of the lock.
///
/// A panic of its drop is reported and ends there, so that nothing which the future was granted
/// meanwhile is lost.
#[derive(Debug, Default)]
pub(crate) struct LineWaiter(Waiter);

impl From<&Waker> for LineWaiter {
    fn from(waker: &Waker) -> Self {
        LineWaiter(Waiter::from(waker))
    }
}

impl LineWaiter {
    fn will_wake(&self, waker: &Waker) -> bool {
        self.0.will_wake(waker)
    }

    fn is_some(&self) -> bool {
        self.0.is_some()
    }

    /// Wakes the future.
    pub(crate) fn wake(mut self) {
        mem::take(&mut self.0).wake();
    }
}

impl Drop for LineWaiter {
    #[inline]
    fn drop(&mut self) {
        if self.0.is_some() {
            discard(mem::take(&mut self.0));
        }
    }
}

#[inline(never)]
fn discard(waiter: Waiter) {
    contain("a waker", || drop(waiter));
}

/// `D` is the data of a future that waits, and `G` the grant that it gets.
#[derive(Debug)]
pub(crate) struct WaitList<D, G> {
    /// `None` if nothing has waited so far.
    places: Option<Box<Places<D, G>>>,
}

/// The place of a future in a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Place(NonZeroU32);

/// The content of a place that was removed.
pub(crate) enum Removed<D, G> {
    /// The future was in line.
    Waiting(D, #[expect(dead_code, reason = "it is only dropped, outside of the lock")] LineWaiter),
    /// The future has not taken its grant.
    Granted(G),
}

/// The wakers of futures that have got something. They are woken outside of the lock.
#[derive(Debug, Default)]
#[must_use = "the futures are to be woken"]
pub(crate) struct Wakers {
    /// Mostly there is one at most.
    first: LineWaiter,
    /// `None` is small, and is dropped at no cost, unlike an empty `Vec`.
    #[expect(clippy::box_collection, reason = "the field is nearly always empty, and moved")]
    others: Option<Box<Vec<LineWaiter>>>,
}

impl Wakers {
    pub(crate) fn push(&mut self, waiter: LineWaiter) {
        if !self.first.is_some() {
            self.first = waiter;
        } else if waiter.is_some() {
            self.others.get_or_insert_default().push(waiter);
        }
    }

    /// Wakes the futures, in the order in which they were added.
    #[inline]
    pub(crate) fn wake(self) {
        let Wakers { first, others } = self;
        first.wake();
        if let Some(others) = others {
            wake_all(*others);
        }
    }
}

#[cold]
fn wake_all(others: Vec<LineWaiter>) {
    others.into_iter().for_each(LineWaiter::wake);
}

#[derive(Debug)]
struct Places<D, G> {
    all: Vec<Node<D, G>>,
    /// The first and the last one in line, and the first free one.
    first: Option<Place>,
    last: Option<Place>,
    free: Option<Place>,
    /// How many are in line.
    waiting: usize,
    /// How many have a grant.
    granted: usize,
}

#[derive(Debug)]
struct Node<D, G> {
    /// The one before it in line, if it is in line.
    before: Option<Place>,
    /// The one after it in line, or among the free ones.
    after: Option<Place>,
    /// Of a future in line.
    waiter: LineWaiter,
    state: State<D, G>,
}

#[derive(Debug)]
enum State<D, G> {
    Free,
    Waiting(D),
    Granted(G),
}

impl<D, G> State<D, G> {
    #[inline]
    fn data(&self) -> Option<&D> {
        match self {
            State::Waiting(data) => Some(data),
            State::Free | State::Granted(_) => None,
        }
    }
}

/// A list that is empty, and has room for more, gives its memory back.
const KEPT: usize = 64;

impl<D, G> WaitList<D, G> {
    pub(crate) const fn new() -> Self {
        WaitList { places: None }
    }

    /// Whether no future is in line.
    #[inline]
    pub(crate) fn is_empty(&self) -> bool {
        self.places.as_ref().is_none_or(|places| places.waiting == 0)
    }

    /// The number of futures in line.
    pub(crate) fn len(&self) -> usize {
        self.places.as_ref().map_or(0, |places| places.waiting)
    }

    /// The data of the first one in line.
    #[inline]
    pub(crate) fn first(&self) -> Option<&D> {
        let places = self.places.as_deref()?;
        places.all[places.first?.at()].state.data()
    }

    /// A future takes the last place in line. Without a waker it takes the place before its first
    /// poll.
    #[cold]
    pub(crate) fn push(&mut self, data: D, waiter: LineWaiter) -> Place {
        let places = self.places.get_or_insert_default();
        let place = places.add(data, waiter);
        match places.last {
            Some(last) => places.all[last.at()].after = Some(place),
            None => places.first = Some(place),
        }
        places.last = Some(place);
        places.waiting += 1;
        place
    }

    /// Hands what `grant` makes of its data to the first future in line. Returns the waker, or
    /// `None`, without a call, if no future is in line.
    pub(crate) fn grant_first(&mut self, grant: impl FnOnce(D) -> G) -> Option<LineWaiter> {
        let places = self.places.as_deref_mut()?;
        let first = places.first?;
        let data = places.unlink(first)?;
        places.granted += 1;
        let node = &mut places.all[first.at()];
        node.state = State::Granted(grant(data));
        Some(mem::take(&mut node.waiter))
    }

    /// Hands a grant to each future that is in line.
    pub(crate) fn grant_all(&mut self, mut grant: impl FnMut(D) -> G) -> Wakers {
        let mut wakers = Wakers::default();
        while let Some(waiter) = self.grant_first(&mut grant) {
            wakers.push(waiter);
        }
        wakers
    }

    /// Whether the future at that place waits with this very waker.
    fn waits_with(&self, place: Place, waker: &Waker) -> bool {
        self.places.as_ref().is_some_and(|places| places.all[place.at()].waiter.will_wake(waker))
    }

    /// The place keeps `waiter`, if it waits. Returns the one that is to be dropped outside of the
    /// lock.
    #[must_use]
    fn replace_waiter(&mut self, place: Place, waiter: LineWaiter) -> LineWaiter {
        match self.places.as_mut().map(|places| &mut places.all[place.at()]) {
            Some(Node { waiter: known, state: State::Waiting(_), .. }) => mem::replace(known, waiter),
            _ => waiter,
        }
    }

    /// Takes the grant of that place, which is free then, if there is one.
    #[inline]
    pub(crate) fn take_grant(&mut self, place: Place) -> Option<G> {
        let places = self.places.as_deref_mut()?;
        let node = &mut places.all[place.at()];
        match mem::replace(&mut node.state, State::Free) {
            State::Granted(grant) => {
                places.granted -= 1;
                places.set_free(place);
                self.shrink();
                Some(grant)
            }
            other => {
                node.state = other;
                None
            }
        }
    }

    /// The future is dropped, or gives up. Returns what it had; `None` if the place was free, which
    /// is a mistake of the caller.
    pub(crate) fn remove(&mut self, place: Place) -> Option<Removed<D, G>> {
        if let Some(grant) = self.take_grant(place) {
            return Some(Removed::Granted(grant));
        }
        let places = self.places.as_deref_mut()?;
        let data = places.unlink(place)?;
        let waiter = mem::take(&mut places.all[place.at()].waiter);
        places.set_free(place);
        self.shrink();
        Some(Removed::Waiting(data, waiter))
    }

    /// Gives back the memory of a burst.
    #[inline]
    fn shrink(&mut self) {
        if self.places.as_ref().is_some_and(|places| places.all.len() > KEPT && places.are_unused()) {
            self.free_memory();
        }
    }

    /// There is nothing of a user in it.
    #[cold]
    fn free_memory(&mut self) {
        self.places = None;
    }
}

impl<D, G> Default for WaitList<D, G> {
    fn default() -> Self {
        WaitList::new()
    }
}

impl<D, G> Default for Places<D, G> {
    fn default() -> Self {
        Places { all: Vec::new(), first: None, last: None, free: None, waiting: 0, granted: 0 }
    }
}

impl<D, G> Places<D, G> {
    fn are_unused(&self) -> bool {
        self.waiting == 0 && self.granted == 0
    }

    /// # Panics
    ///
    /// If 2^32 futures wait.
    fn add(&mut self, data: D, waiter: LineWaiter) -> Place {
        let node = Node { before: self.last, after: None, waiter, state: State::Waiting(data) };
        if let Some(free) = self.free {
            self.free = mem::replace(&mut self.all[free.at()], node).after;
            return free;
        }
        self.all.push(node);
        let place = u32::try_from(self.all.len()).ok().and_then(NonZeroU32::new);
        Place(place.expect("fewer than 2^32 futures wait in one list"))
    }

    fn set_free(&mut self, place: Place) {
        self.all[place.at()].after = self.free.replace(place);
    }

    /// Takes a place that waits out of the line, which is neither free nor granted then. Returns
    /// its data; `None` if it does not wait.
    fn unlink(&mut self, place: Place) -> Option<D> {
        let node = &mut self.all[place.at()];
        let data = match mem::replace(&mut node.state, State::Free) {
            State::Waiting(data) => data,
            other => {
                node.state = other;
                return None;
            }
        };
        let Node { before, after, .. } = *node;
        match before {
            Some(before) => self.all[before.at()].after = after,
            None => self.first = after,
        }
        match after {
            Some(after) => self.all[after.at()].before = before,
            None => self.last = before,
        }
        self.waiting -= 1;
        Some(data)
    }
}

impl Place {
    fn at(self) -> usize {
        self.0.get() as usize - 1
    }
}

/// Polls the future at a place of the list that `list` finds in the data of `lock`. Takes the
/// grant, and calls `taken` under the lock, or has `waker` woken when there is one.
pub(crate) fn poll_place<S, D, G>(
    lock: &StageLock<S>,
    list: impl Fn(&mut S) -> &mut WaitList<D, G>,
    place: Place,
    waker: &Waker,
    taken: impl Fn(&mut S, &G),
) -> Poll<G> {
    let take = |state: &mut S| {
        let grant = list(state).take_grant(place)?;
        taken(state, &grant);
        Some(grant)
    };
    let (grant, is_known) = lock.with(|_, state| match take(state) {
        Some(grant) => (Some(grant), true),
        None => (None, list(state).waits_with(place, waker)),
    });
    match grant {
        Some(grant) => return Poll::Ready(grant),
        None if is_known => return Poll::Pending,
        None => {}
    }
    // A new waker: it is cloned, and the old one is dropped, while nothing is locked.
    let waiter = LineWaiter::from(waker);
    let (grant, spare) = lock.with(|_, state| match take(state) {
        Some(grant) => (Some(grant), waiter),
        None => (None, list(state).replace_waiter(place, waiter)),
    });
    drop(spare);
    grant.map_or(Poll::Pending, Poll::Ready)
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    fn granted(list: &mut WaitList<u32, u32>) -> Option<u32> {
        let mut first = None;
        list.grant_first(|data| *first.insert(data))?;
        first
    }

    /// The data of those in line, from the first one to the last one.
    fn line(list: &WaitList<u32, u32>) -> Vec<u32> {
        let Some(places) = list.places.as_deref() else { return Vec::new() };
        let nodes = std::iter::successors(places.first, |place| places.all[place.at()].after);
        let line: Vec<_> = nodes.filter_map(|place| places.all[place.at()].state.data().copied()).collect();
        assert_eq!((list.len(), list.is_empty()), (line.len(), line.is_empty()));
        line
    }

    #[test]
    fn the_first_in_line_is_the_one_that_came_first_also_after_others_have_left() {
        let mut list = WaitList::new();
        let places: Vec<_> = (0..5).map(|data| list.push(data, LineWaiter::default())).collect();
        for (leaves, left) in [(0, vec![1, 2, 3, 4]), (2, vec![1, 3, 4]), (4, vec![1, 3])] {
            assert!(
                matches!(list.remove(places[leaves]), Some(Removed::Waiting(data, _)) if data == leaves as u32)
            );
            assert_eq!(line(&list), left);
        }
        // It comes last, though its place was free before.
        let last = list.push(5, LineWaiter::default());
        assert_eq!(line(&list), [1, 3, 5]);
        assert_eq!([granted(&mut list), granted(&mut list)], [Some(1), Some(3)]);
        assert_eq!(list.first(), Some(&5));
        assert!(list.remove(last).is_some());
        assert_eq!(granted(&mut list), None);
    }

    #[test]
    fn a_grant_is_in_the_place_until_its_future_takes_it_or_goes() {
        let mut list = WaitList::new();
        let [one, two] = [1, 2].map(|data| list.push(data, LineWaiter::default()));
        assert_eq!(list.take_grant(one), None);
        list.grant_all(|data| data * 10).wake();
        assert_eq!(line(&list), [0_u32; 0]);
        assert_eq!(list.take_grant(one), Some(10));
        assert!(matches!(list.remove(two), Some(Removed::Granted(20))));
        assert!(list.remove(two).is_none());
    }

    #[test]
    fn a_burst_of_futures_leaves_no_memory_behind() {
        let mut list = WaitList::<u32, u32>::new();
        let places: Vec<_> = (0..1000).map(|data| list.push(data, LineWaiter::default())).collect();
        places[..500].iter().for_each(|&place| drop(list.remove(place)));
        list.grant_all(|data| data).wake();
        places[500..].iter().for_each(|&place| assert!(list.take_grant(place).is_some()));
        assert!(list.places.is_none());
    }
}
