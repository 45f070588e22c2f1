//! The holders of the permits of a lock or a semaphore.

use std::panic::Location;
use std::thread;

use crate::executor::current::running_task;
use crate::executor::TaskMark;

/// A task that asks for permits, or has them.
#[derive(Debug, Clone, Copy)]
pub(super) struct Holder {
    pub(super) permits: u32,
    /// Whether the future that was granted the permits has taken them. Until then it has only been
    /// woken.
    pub(super) has_taken: bool,
    /// Whether the thread was panicking already when the permits were taken, so that a panic at
    /// their end says nothing.
    was_panicking: bool,
    /// The call that has asked for the permits.
    pub(super) at: &'static Location<'static>,
    /// The task that has asked for them.
    pub(super) task: TaskMark,
}

impl Holder {
    /// The task that is polled now asks for permits, for the call at that position.
    #[inline]
    pub(super) fn now(permits: u32, at: &'static Location<'static>) -> Self {
        let was_panicking = thread::panicking();
        Holder { permits, has_taken: true, was_panicking, at, task: running_task() }
    }

    /// It has to wait.
    pub(super) fn in_line(self) -> Self {
        Holder { has_taken: false, ..self }
    }

    /// It has waited, and takes the permits now.
    pub(super) fn take(&mut self) {
        self.has_taken = true;
        self.was_panicking = thread::panicking();
    }

    /// Whether the permits are given back by a panic.
    #[inline]
    pub(super) fn panics(&self) -> bool {
        thread::panicking() && !self.was_panicking
    }

    /// As [`panics`](Self::panics): the call by which the permits were taken.
    #[inline]
    pub(super) fn panics_at(&self) -> Option<&'static Location<'static>> {
        self.panics().then_some(self.at)
    }
}

/// All holders of one lock. The first one has its room in the lock, so that an uncontended lock
/// needs no memory.
#[derive(Debug, Default)]
pub(super) struct Holders {
    first: Option<Holder>,
    /// `None` if there was never more than one.
    others: Option<Box<Others>>,
}

/// Names a holder, until it gives its permits back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HolderKey(u32);

#[derive(Debug, Default)]
struct Others {
    all: Vec<Option<Holder>>,
    free: Vec<u32>,
}

/// The memory of so many holders is kept.
const KEPT: usize = 64;

impl HolderKey {
    /// The holder that is alone.
    pub(super) const FIRST: HolderKey = HolderKey(0);
}

impl Holders {
    #[inline]
    pub(super) fn add(&mut self, holder: Holder) -> HolderKey {
        if self.first.is_none() {
            self.first = Some(holder);
            return HolderKey::FIRST;
        }
        self.add_other(holder)
    }

    /// # Panics
    ///
    /// If there are 2^32 holders.
    #[inline(never)]
    fn add_other(&mut self, holder: Holder) -> HolderKey {
        let Others { all, free } = &mut **self.others.get_or_insert_default();
        if let Some(key) = free.pop() {
            all[key as usize - 1] = Some(holder);
            return HolderKey(key);
        }
        all.push(Some(holder));
        HolderKey(u32::try_from(all.len()).expect("fewer than 2^32 holders of one lock"))
    }

    #[inline]
    pub(super) fn remove(&mut self, key: HolderKey) -> Option<Holder> {
        match key {
            HolderKey::FIRST => self.first.take(),
            HolderKey(key) => self.remove_other(key),
        }
    }

    #[inline(never)]
    fn remove_other(&mut self, key: u32) -> Option<Holder> {
        let Others { all, free } = self.others.as_deref_mut()?;
        let holder = all[key as usize - 1].take();
        free.push(key);
        if free.len() == all.len() && all.len() > KEPT {
            self.others = None;
        }
        holder
    }

    #[inline]
    pub(super) fn get_mut(&mut self, key: HolderKey) -> Option<&mut Holder> {
        match key {
            HolderKey::FIRST => self.first.as_mut(),
            HolderKey(key) => self.others.as_mut()?.all[key as usize - 1].as_mut(),
        }
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Holder> {
        let others = self.others.iter().flat_map(|others| &others.all);
        self.first.iter().chain(others.flatten())
    }
}
