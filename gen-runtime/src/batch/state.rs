//! The keys and the calls of one batch, and the events that change them. See the states of the
//! module.
//!
//! All of it is under the lock of the [board](super::board), so nothing of a user runs here. All
//! that leaves the tables is handed out, to be woken, cancelled or dropped.

use std::collections::{BTreeMap, HashMap};
use std::mem;
use std::sync::Arc;
use std::task::Waker;

use super::entry::Entry;
use crate::executor::TaskMark;
use crate::report::contain;
use crate::task::JoinHandle;
use crate::waiter::{Waiter, WaiterId, WaiterIds, Waiters};

pub(super) struct State<K, V> {
    /// The keys that a load may share, by their hashes.
    open: BTreeMap<Open, Arc<Entry<K, V>>>,
    calls: HashMap<CallId, Call<K, V>>,
    /// The call that gathers keys, if there is one.
    gathering: Option<CallId>,
    next_call: u64,
    waiters: WaiterIds,
}

/// Names a call of one batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct CallId(u64);

/// The place of a key in a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Seat {
    pub(super) call: CallId,
    at: usize,
}

/// An open key: its hash and its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Open {
    hash: u64,
    seat: Seat,
}

struct Call<K, V> {
    phase: Phase,
    /// `None` for a key that has left before the call.
    keys: Vec<Option<Asked<K, V>>>,
    /// How many keys have a load.
    wanted: usize,
    start: Start,
    /// The task, when it is started.
    task: Option<JoinHandle<()>>,
    /// The task, as others wait for it.
    mark: TaskMark,
    /// Wakes the task while it gathers keys.
    waker: Waiter,
    /// Whether the poll that asked for the first key has returned.
    is_released: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    Gathering,
    Full,
    InFlight,
}

/// The start of the task. Until it is over, the load that starts the task gives the error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Start {
    UnderWay,
    /// The task was dropped meanwhile.
    Lost,
    Over,
}

/// A key of a call, and its loads.
struct Asked<K, V> {
    entry: Arc<Entry<K, V>>,
    loads: usize,
    waiters: Waiters,
}

/// A load, in the table.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ticketed {
    pub(super) seat: Seat,
    pub(super) waiter: WaiterId,
}

/// The answer to a load that asks for a key.
pub(super) enum Answer<K, V> {
    /// The load shares that entry.
    Shared(Ticketed, Arc<Entry<K, V>>),
    /// The key was added to a call.
    Added {
        load: Ticketed,
        /// The call has begun with this key, and is to be started.
        begins: bool,
        /// The task of a call that is full now. It is woken.
        full: Waiter,
    },
    /// The load has to compare its key with these first.
    Compare(Vec<Arc<Entry<K, V>>>),
}

/// The rest of a load that has gone. It is woken, cancelled and dropped outside of the lock.
pub(super) struct Left<K, V> {
    /// The task of a call that has no keys any more. It is woken, and ends.
    pub(super) empty: Waiter,
    /// The task of a call in flight for which no load waits. It is cancelled.
    pub(super) unwanted: Option<JoinHandle<()>>,
    #[expect(dead_code, reason = "it is only dropped, outside of the lock")]
    waker: Option<Waker>,
    key: Option<Asked<K, V>>,
    open: Option<Arc<Entry<K, V>>>,
    call: Option<Ended<K, V>>,
}

/// A call that has ended: its loads are woken, and the rest is dropped.
pub(super) struct Ended<K, V> {
    call: Call<K, V>,
    /// The keys that were open.
    open: Vec<Arc<Entry<K, V>>>,
}

/// The next step of a task that gathers keys.
pub(super) enum Gathering {
    /// No load is left.
    Over,
    /// No more keys are waited for.
    Departs,
    /// It knows this very waker.
    Waits,
    /// It needs the waker of the poll.
    NeedsWaker,
}

/// The wait of a load, for a dump.
pub(super) struct LoadWaits {
    pub(super) keys: usize,
    pub(super) is_in_flight: bool,
    pub(super) task: TaskMark,
}

impl<K, V> Default for State<K, V> {
    fn default() -> Self {
        State {
            open: BTreeMap::new(),
            calls: HashMap::new(),
            gathering: None,
            next_call: 0,
            waiters: WaiterIds::default(),
        }
    }
}

impl<K, V> State<K, V> {
    // ---- the loads
    // ------------------------------------------------------------------------------

    /// A load asks for the key of `entry`. It has compared it with `compared`, of which `same` has
    /// an equal key. Takes the waker, unless the load has to compare first.
    pub(super) fn ask(
        &mut self,
        entry: &Arc<Entry<K, V>>,
        compared: &[Arc<Entry<K, V>>],
        same: Option<usize>,
        most: usize,
        waker: &mut Option<Waker>,
    ) -> Answer<K, V> {
        let is = |one: &Arc<Entry<K, V>>, other: &Arc<Entry<K, V>>| Arc::ptr_eq(one, other);
        let same = same.and_then(|same| compared.get(same));
        let found = same.and_then(|same| self.open_with(entry.hash).find(|(_, open)| is(open, same)));
        if let Some((seat, shared)) = found.map(|(seat, shared)| (seat, Arc::clone(shared))) {
            return Answer::Shared(self.share(seat, waker), shared);
        }
        if same.is_some()
            || !self.open_with(entry.hash).all(|(_, open)| compared.iter().any(|one| is(one, open)))
        {
            return Answer::Compare(self.open_with(entry.hash).map(|(_, open)| Arc::clone(open)).collect());
        }
        self.add(entry, most, waker)
    }

    /// The open keys with a hash.
    fn open_with(&self, hash: u64) -> impl Iterator<Item = (Seat, &Arc<Entry<K, V>>)> {
        let seat = |call, at| Seat { call: CallId(call), at };
        let first = Open { hash, seat: seat(0, 0) };
        let last = Open { hash, seat: seat(u64::MAX, usize::MAX) };
        self.open.range(first..=last).map(|(open, entry)| (open.seat, entry))
    }

    fn share(&mut self, seat: Seat, waker: &mut Option<Waker>) -> Ticketed {
        let waiter = self.waiters.next();
        if let Some(call) = self.calls.get_mut(&seat.call) {
            if let Some(asked) = &mut call.keys[seat.at] {
                call.wanted += usize::from(asked.loads == 0);
                asked.join(waiter, waker);
            }
        }
        Ticketed { seat, waiter }
    }

    fn add(&mut self, entry: &Arc<Entry<K, V>>, most: usize, waker: &mut Option<Waker>) -> Answer<K, V> {
        let waiter = self.waiters.next();
        let begins = self.gathering.is_none();
        let id = self.gathering.unwrap_or_else(|| {
            self.next_call += 1;
            CallId(self.next_call)
        });
        let call = self.calls.entry(id).or_default();
        let seat = Seat { call: id, at: call.keys.len() };
        let mut asked = Asked { entry: Arc::clone(entry), loads: 0, waiters: Waiters::default() };
        asked.join(waiter, waker);
        call.keys.push(Some(asked));
        call.wanted += 1;
        self.open.insert(Open { hash: entry.hash, seat }, Arc::clone(entry));
        let is_full = call.wanted >= most;
        let mut full = Waiter::default();
        if is_full {
            call.phase = Phase::Full;
            full = mem::take(&mut call.waker);
        }
        self.gathering = (!is_full).then_some(id);
        Answer::Added { load: Ticketed { seat, waiter }, begins, full }
    }

    /// Whether a load waits with this very waker. `None` if its call is over.
    pub(super) fn waits_with(&self, load: Ticketed, waker: &Waker) -> Option<bool> {
        let asked = self.calls.get(&load.seat.call)?.keys[load.seat.at].as_ref()?;
        Some(asked.waiters.contains(load.waiter, waker))
    }

    /// A load waits with another waker. Returns the one before; the new one if the call is over.
    pub(super) fn replace_waker(&mut self, load: Ticketed, waker: Waker) -> Result<Option<Waker>, Waker> {
        let asked = self.calls.get_mut(&load.seat.call).and_then(|call| call.keys[load.seat.at].as_mut());
        match asked {
            Some(asked) => Ok(asked.waiters.put(load.waiter, waker)),
            None => Err(waker),
        }
    }

    /// The poll that asked for the first key has returned. Returns the waker of a task that gathers
    /// keys.
    pub(super) fn release(&mut self, id: CallId) -> Waiter {
        let Some(call) = self.calls.get_mut(&id) else { return Waiter::default() };
        call.is_released = true;
        mem::take(&mut call.waker)
    }

    /// A load is dropped before its call is over.
    pub(super) fn leave(&mut self, load: Ticketed) -> Option<Left<K, V>> {
        let Ticketed { seat, waiter } = load;
        let call = self.calls.get_mut(&seat.call)?;
        let key = &mut call.keys[seat.at];
        let asked = key.as_mut()?;
        let mut left = Left { waker: asked.waiters.remove(waiter), ..Left::default() };
        asked.loads -= 1;
        if asked.loads > 0 {
            return Some(left);
        }
        if call.phase != Phase::InFlight {
            let open = Open { hash: asked.entry.hash, seat };
            left.key = key.take();
            left.open = self.open.remove(&open);
        }
        call.wanted -= 1;
        if call.wanted == 0 {
            self.abandon(seat.call, &mut left);
        }
        Some(left)
    }

    /// No load waits for that call any more. A task that gathers keys ends by itself, and another
    /// one is cancelled.
    fn abandon(&mut self, id: CallId, left: &mut Left<K, V>) {
        left.call = self.end(id);
        let Some(Ended { call, .. }) = &mut left.call else { return };
        match call.phase {
            Phase::Gathering | Phase::Full => left.empty = mem::take(&mut call.waker),
            Phase::InFlight => left.unwanted = call.task.take(),
        }
    }

    /// The later loads of the key of that entry do not share its result. A call that was not made
    /// yet gives the new value in any case, and must not get the key twice.
    pub(super) fn forget(&mut self, entry: &Arc<Entry<K, V>>) -> Option<Arc<Entry<K, V>>> {
        let (seat, _) = self.open_with(entry.hash).find(|(_, open)| Arc::ptr_eq(open, entry))?;
        if self.calls.get(&seat.call)?.phase != Phase::InFlight {
            return None;
        }
        self.open.remove(&Open { hash: entry.hash, seat })
    }

    /// The open keys with a hash, for a comparison.
    pub(super) fn open_entries(&self, hash: u64) -> Vec<Arc<Entry<K, V>>> {
        self.open_with(hash).map(|(_, open)| Arc::clone(open)).collect()
    }

    // ---- the task of a call
    // ------------------------------------------------------------------------------

    /// The task was spawned. Gives the handle back if nothing needs it: `true` if the task was
    /// dropped while it was spawned, so that its loads need an error.
    pub(super) fn started(&mut self, id: CallId, task: JoinHandle<()>) -> Result<(), (JoinHandle<()>, bool)> {
        let Some(call) = self.calls.get_mut(&id) else { return Err((task, false)) };
        if call.start == Start::Lost {
            return Err((task, true));
        }
        call.start = Start::Over;
        call.task = Some(task);
        Ok(())
    }

    /// The task is dropped before it has given the results. Returns whether it was started before.
    pub(super) fn lose(&mut self, id: CallId) -> bool {
        let Some(call) = self.calls.get_mut(&id) else { return false };
        if call.start != Start::Over {
            call.start = Start::Lost;
        }
        call.start == Start::Over
    }

    /// The task gathers keys, and is polled with `waker`.
    pub(super) fn gather(&mut self, id: CallId, waker: &Waker, mark: TaskMark) -> Gathering {
        let Some(call) = self.calls.get_mut(&id) else { return Gathering::Over };
        call.mark = mark;
        match call.phase {
            Phase::Gathering if call.is_released => Gathering::Departs,
            Phase::Gathering if call.waker.will_wake(waker) => Gathering::Waits,
            Phase::Gathering => Gathering::NeedsWaker,
            Phase::Full | Phase::InFlight => Gathering::Departs,
        }
    }

    /// Keeps the waker of a task that gathers keys. Returns the one that is to be dropped.
    pub(super) fn keep_waker(&mut self, id: CallId, waker: Waiter) -> Waiter {
        match self.calls.get_mut(&id) {
            Some(call) => mem::replace(&mut call.waker, waker),
            None => waker,
        }
    }

    /// The task takes the keys. `None` if no load is left.
    #[expect(clippy::type_complexity, reason = "the keys, and a waker that is to be dropped")]
    pub(super) fn depart(&mut self, id: CallId) -> Option<(Vec<Arc<Entry<K, V>>>, Waiter)> {
        let call = self.calls.get_mut(&id)?;
        call.phase = Phase::InFlight;
        self.gathering.take_if(|gathering| *gathering == id);
        let keys = call.keys.iter().flatten().map(|asked| Arc::clone(&asked.entry));
        Some((keys.collect(), mem::take(&mut call.waker)))
    }

    /// The call is over. `None` if it was before.
    pub(super) fn end(&mut self, id: CallId) -> Option<Ended<K, V>> {
        let call = self.calls.remove(&id)?;
        self.gathering.take_if(|gathering| *gathering == id);
        let mut open = Vec::new();
        for (at, asked) in call.keys.iter().enumerate() {
            let Some(Asked { entry, .. }) = asked else { continue };
            open.extend(self.open.remove(&Open { hash: entry.hash, seat: Seat { call: id, at } }));
        }
        Some(Ended { call, open })
    }

    // ---- a dump
    // ------------------------------------------------------------------------------

    pub(super) fn waits_for(&self, load: Ticketed) -> Option<LoadWaits> {
        let call = self.calls.get(&load.seat.call)?;
        let is_in_flight = call.phase == Phase::InFlight;
        Some(LoadWaits { keys: call.keys.iter().flatten().count(), is_in_flight, task: call.mark })
    }
}

impl<K, V> Asked<K, V> {
    fn join(&mut self, waiter: WaiterId, waker: &mut Option<Waker>) {
        self.loads += 1;
        // The name is new, so no other waker comes back.
        drop(waker.take().and_then(|waker| self.waiters.put(waiter, waker)));
    }
}

impl<K, V> Default for Call<K, V> {
    fn default() -> Self {
        Call {
            phase: Phase::Gathering,
            keys: Vec::new(),
            wanted: 0,
            start: Start::UnderWay,
            task: None,
            mark: TaskMark::OUTSIDE,
            waker: Waiter::default(),
            is_released: false,
        }
    }
}

impl<K, V> Ended<K, V> {
    /// The entries that no load has.
    pub(super) fn unread(&self) -> impl Iterator<Item = &Arc<Entry<K, V>>> {
        self.call.keys.iter().flatten().filter(|asked| asked.loads == 0).map(|asked| &asked.entry)
    }

    /// Wakes the loads, in the order in which they have come. Before, the table lets go of the
    /// entry, so that the last load takes the result without a clone.
    pub(super) fn wake(self) {
        let Ended { call, open } = self;
        let Call { keys, .. } = call;
        // The key of an entry that no load has is dropped here.
        contain("the drop of a key of a batch", || drop(open));
        for Asked { entry, waiters, .. } in keys.into_iter().flatten() {
            contain("the drop of a key of a batch", || drop(entry));
            waiters.wake();
        }
    }
}

impl<K, V> Default for Left<K, V> {
    fn default() -> Self {
        Left { empty: Waiter::default(), unwanted: None, waker: None, key: None, open: None, call: None }
    }
}
