//! Owners: which thread may use the plain cells of a block.
//!
//! A block belongs to an [`OwnerId`] for all its life. A thread holds one from its first group to
//! its end. Then a later thread may hold it, so that there are never more than [`OWNERS`] of them.
//! A thread that finds none free has no id, and its blocks belong to [`OwnerId::NONE`].
//!
//! | state of an id | a thread makes its first group | a handle is [left](leave) to the owner | the holder makes a group | the holder ends |
//! |---|---|---|---|---|
//! | free | held by this thread | held by the thread that leaves it, until it has settled it | | |
//! | held | | added to `left` | settles what was left | settles what was left: free |
//!
//! # Invariants
//!
//! 1. At most one thread holds an id. It passes from thread to thread through the mutex of the
//!    holder, so all that the last one did with its cells happened before.
//! 2. [`here`] is the id that the thread holds, or an id that no block has. At the end of the
//!    thread it changes before the id becomes free. So destructors of thread-locals that run later
//!    find that their thread owns nothing.

use std::cell::Cell;
use std::mem;
use std::ptr::NonNull;

use crate::shims::{lazy_static, lock, thread_local, AtomicBool, Mutex, MutexGuard, Ordering};

/// The number of ids. A model of loom needs few, and must destroy all of them.
const OWNERS: usize = if cfg!(loom) { 3 } else { 256 };

/// The number of handles for which an owner keeps memory. Loom has to see all memory freed.
const KEPT: usize = if cfg!(loom) { 0 } else { 32 };

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct OwnerId(u32);

impl OwnerId {
    /// The owner of blocks whose cells belong to the group, on whatever thread it is.
    pub(super) const NONE: OwnerId = OwnerId(OWNERS as u32);
    /// The thread has made no group.
    const UNKNOWN: OwnerId = OwnerId(u32::MAX);
    /// The thread holds no id, and will hold none.
    const STRANGER: OwnerId = OwnerId(u32::MAX - 1);
}

/// A handle that was dropped on another thread than that of its block's owner.
pub(super) struct Left {
    pub(super) block: NonNull<()>,
    /// Must be called once with the block, by the holder of the id.
    pub(super) settle: unsafe fn(NonNull<()>),
}

// SAFETY: the block is only passed to `settle`, by the holder of the id.
unsafe impl Send for Left {}

struct Holder {
    /// Whether something was left since the holder last looked.
    has_left: AtomicBool,
    state: Mutex<State>,
}

struct State {
    is_held: bool,
    left: Vec<Left>,
}

impl Holder {
    fn free() -> Holder {
        let state = Mutex::new(State { is_held: false, left: Vec::new() });
        Holder { has_left: AtomicBool::new(false), state }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        lock(&self.state)
    }

    /// Settles what was left. By the holder.
    #[cold]
    fn settle(&self) {
        self.has_left.store(false, Ordering::Relaxed);
        // Not locked meanwhile, because the waker of a parent is dropped, which may run any code.
        let next = || self.state().take_left();
        while let Some(left) = next() {
            left.settle();
        }
    }

    /// Settles what was left, and lets the id go.
    fn let_go(&self) {
        loop {
            let mut state = self.state();
            let left = state.take_left();
            state.is_held = left.is_some();
            drop(state);
            match left {
                Some(left) => left.settle(),
                None => return,
            }
        }
    }
}

impl State {
    /// Takes one of the handles. The memory is kept for the next ones, so that a group that moves
    /// between threads does not allocate for it.
    fn take_left(&mut self) -> Option<Left> {
        let left = self.left.pop();
        if self.left.is_empty() {
            self.left.shrink_to(KEPT);
        }
        left
    }
}

impl Left {
    /// By the holder of the id.
    fn settle(self) {
        // SAFETY: this thread holds the id to which it was left, and `self` is used up.
        unsafe { (self.settle)(self.block) };
    }
}

lazy_static! {
    static ref HOLDERS: [Holder; OWNERS] = std::array::from_fn(|_| Holder::free());
}

thread_local! {
    // No destructor, so it can be read until the very end of the thread.
    static HERE: Cell<OwnerId> = const { Cell::new(OwnerId::UNKNOWN) };
}

thread_local! {
    static AT_EXIT: AtExit = const { AtExit(Cell::new(None)) };
}

/// Lets the id of the thread go when the thread ends.
struct AtExit(Cell<Option<&'static Holder>>);

impl Drop for AtExit {
    fn drop(&mut self) {
        // Loom may have destroyed it before.
        let _ = HERE.try_with(|here| here.set(OwnerId::STRANGER));
        if let Some(holder) = self.0.get() {
            holder.let_go();
        }
    }
}

/// The id that this thread holds, or one that no block has.
#[inline]
pub(super) fn here() -> OwnerId {
    HERE.try_with(Cell::get).unwrap_or(OwnerId::STRANGER)
}

/// The owner of a block that this thread makes. Settles what was left to this thread.
#[inline]
pub(super) fn of_new_block() -> OwnerId {
    match here() {
        OwnerId::UNKNOWN => find(),
        OwnerId::STRANGER => OwnerId::NONE,
        id => {
            let holder = &HOLDERS[id.0 as usize];
            if holder.has_left.load(Ordering::Relaxed) {
                holder.settle();
            }
            id
        }
    }
}

/// Finds an id for this thread, which holds none yet.
#[cold]
fn find() -> OwnerId {
    let is_free = |holder: &Holder| !mem::replace(&mut holder.state().is_held, true);
    let found = AT_EXIT.try_with(|at_exit| {
        let id = HOLDERS.iter().position(is_free)?;
        at_exit.0.set(Some(&HOLDERS[id]));
        Some(OwnerId(id as u32))
    });
    let id = found.ok().flatten();
    HERE.with(|here| here.set(id.unwrap_or(OwnerId::STRANGER)));
    id.unwrap_or(OwnerId::NONE)
}

/// Leaves a handle to the owner of its block, which settles it when it makes its next group, or at
/// its end. If no thread holds the id, this one does it.
#[cold]
pub(super) fn leave(owner: OwnerId, handle: Left) {
    let holder = &HOLDERS[owner.0 as usize];
    let mut state = holder.state();
    state.left.push(handle);
    if mem::replace(&mut state.is_held, true) {
        holder.has_left.store(true, Ordering::Relaxed);
    } else {
        drop(state);
        holder.let_go();
    }
}
