//! Models of [`StageLock`], [`two_sides`] and [`Shared`] for loom, in every order that the memory
//! model allows.
//!
//! `RUSTFLAGS="--cfg loom" cargo test -p gen-runtime --lib --release models`
//!
//! loom checks each access to the data of a lock, and that of a block's content.

use loom::cell::UnsafeCell;
use loom::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use loom::sync::Arc;
use loom::thread;

use super::{two_sides, Counted, Owners, Shared, StageLock, TwoSided};

#[test]
fn two_changes_of_the_data_are_one_after_the_other() {
    loom::model(|| {
        let lock = Arc::new(StageLock::new(0_u32));
        let theirs = lock.clone();
        let add = |lock: &StageLock<u32>| {
            lock.with_word(|stage, data| {
                *data += 1;
                *stage += 1;
            });
        };
        let thread = thread::spawn(move || add(&theirs));
        add(&lock);
        thread.join().unwrap();
        assert_eq!(lock.with(|stage, data| (*stage, *data)), (2, 2));
    });
}

/// A thread that reads the new stage, without the lock, sees what was written before.
#[test]
fn a_stage_shows_what_was_written_before() {
    loom::model(|| {
        let shared = Arc::new((StageLock::new(()), UnsafeCell::new(0)));
        let theirs = shared.clone();
        let thread = thread::spawn(move || {
            theirs.0.with_word(|stage, ()| {
                // SAFETY: loom fails if another thread has the cell at the same time.
                theirs.1.with_mut(|value| unsafe { *value = 7 });
                *stage = 1;
            });
        });
        if shared.0.stage() == 1 {
            // SAFETY: as above.
            shared.1.with(|value| assert_eq!(unsafe { *value }, 7));
        }
        thread.join().unwrap();
    });
}

/// The stage is never taken for another one while the lock is held.
#[test]
fn a_lock_that_is_held_hides_no_stage() {
    loom::model(|| {
        let lock = Arc::new(StageLock::new(()));
        lock.with(|stage, ()| *stage = 1);
        let theirs = lock.clone();
        let thread = thread::spawn(move || theirs.with_word(|_, ()| {}));
        assert_eq!(lock.stage(), 1);
        thread.join().unwrap();
    });
}

/// Counts what is called, and is written to by each owner. Its drop must have seen all of that.
struct Content {
    gone: [AtomicUsize; 2],
    dropped: Arc<AtomicUsize>,
    written: StageLock<usize>,
    /// Only accessed when all owners are gone, and by the last co-owner.
    of_co_owners: UnsafeCell<usize>,
}

impl TwoSided for Content {
    unsafe fn sole_owner_gone(&self) {
        assert_eq!(self.gone[0].fetch_add(1, Ordering::Relaxed), 0);
    }

    unsafe fn co_owners_gone(&self) {
        assert_eq!(self.gone[1].fetch_add(1, Ordering::Relaxed), 0);
        // SAFETY: loom fails if another thread has the cell at the same time.
        self.of_co_owners.with_mut(|count| unsafe { *count += 1 });
    }
}

impl Drop for Content {
    fn drop(&mut self) {
        assert!(self.gone.iter().all(|gone| gone.load(Ordering::Relaxed) == 1));
        // SAFETY: as above.
        self.of_co_owners.with(|count| assert_eq!(unsafe { *count }, 1));
        self.dropped.fetch_add(1, Ordering::Relaxed);
    }
}

fn content() -> (Content, Arc<AtomicUsize>) {
    let dropped = Arc::new(AtomicUsize::new(0));
    let content = Content {
        gone: Default::default(),
        dropped: dropped.clone(),
        written: StageLock::new(0),
        of_co_owners: UnsafeCell::new(0),
    };
    (content, dropped)
}

#[test]
fn two_owners_that_go_at_once_free_the_block_once() {
    loom::model(|| {
        let (content, dropped) = content();
        let (sole, co) = two_sides(content);
        let thread = thread::spawn(move || {
            sole.written.with(|_, count| *count += 1);
        });
        drop(co);
        thread.join().unwrap();
        assert_eq!(dropped.load(Ordering::Relaxed), 1);
    });
}

#[test]
fn of_two_co_owners_that_go_at_once_one_is_the_last() {
    let mut model = loom::model::Builder::new();
    model.preemption_bound = Some(3);
    model.check(|| {
        let (content, dropped) = content();
        let (sole, co) = two_sides(content);
        let other = co.clone();
        let threads = [thread::spawn(move || drop(other)), thread::spawn(move || drop(sole))];
        drop(co);
        threads.into_iter().for_each(|thread| thread.join().unwrap());
        assert_eq!(dropped.load(Ordering::Relaxed), 1);
    });
}

/// The only co-owner sees what the co-owner before it has done.
#[test]
fn a_co_owner_that_is_the_only_one_has_the_content_for_itself() {
    loom::model(|| {
        let (content, _) = content();
        let (sole, mut co) = two_sides(content);
        let other = co.clone();
        let thread = thread::spawn(move || {
            // SAFETY: loom fails if another thread has the cell at the same time.
            other.of_co_owners.with_mut(|count| unsafe { *count += 1 });
        });
        if co.is_only() {
            // SAFETY: as above.
            co.of_co_owners.with_mut(|count| unsafe { *count -= 1 });
        } else {
            thread.join().unwrap();
            // SAFETY: as above.
            co.of_co_owners.with_mut(|count| unsafe { *count -= 1 });
            return drop(sole);
        }
        thread.join().unwrap();
        drop(sole);
    });
}

/// A co-owner that is cloned on one thread while another one goes.
#[test]
fn a_clone_keeps_its_side() {
    loom::model(|| {
        let (content, dropped) = content();
        let (sole, co) = two_sides(content);
        let other = co.clone();
        let thread = thread::spawn(move || drop(other));
        let third = co.clone();
        drop(co);
        assert_eq!(third.gone[1].load(Ordering::Relaxed), 0);
        thread.join().unwrap();
        drop((third, sole));
        assert_eq!(dropped.load(Ordering::Relaxed), 1);
    });
}

/// Counts its drops. Each owner writes to it, under a lock or because it is alone.
struct Owned {
    owners: Owners,
    dropped: Arc<AtomicUsize>,
    lock: StageLock<()>,
    written: UnsafeCell<usize>,
}

// SAFETY: it is the field, and only an owner uses it.
unsafe impl Counted for Owned {
    fn owners(&self) -> &Owners {
        &self.owners
    }
}

// SAFETY: loom fails if two threads use the cell at the same time.
unsafe impl Sync for Owned {}

impl Owned {
    fn write(&self) {
        // SAFETY: loom fails if another thread has the cell at the same time.
        self.lock.with(|_, ()| self.written.with_mut(|count| unsafe { *count += 1 }));
    }

    fn write_alone(&mut self) {
        // SAFETY: as above.
        self.written.with_mut(|count| unsafe { *count += 1 });
    }
}

impl Drop for Owned {
    fn drop(&mut self) {
        // SAFETY: as above.
        self.written.with(|count| assert_eq!(unsafe { *count }, 2));
        self.dropped.fetch_add(1, Ordering::Relaxed);
    }
}

fn pair() -> ((Shared<Owned>, Shared<Owned>), Arc<AtomicUsize>) {
    let dropped = Arc::new(AtomicUsize::new(0));
    let owned = Owned {
        owners: Owners::pair(),
        dropped: dropped.clone(),
        lock: StageLock::new(()),
        written: UnsafeCell::new(0),
    };
    (Shared::pair(Box::new(owned)), dropped)
}

#[test]
fn a_pair_of_owners_that_go_at_once_frees_the_block_once() {
    loom::model(|| {
        let ((one, other), dropped) = pair();
        let thread = thread::spawn(move || other.write());
        one.write();
        drop(one);
        thread.join().unwrap();
        assert_eq!(dropped.load(Ordering::Relaxed), 1);
    });
}

/// The place that joins two owners has the block for itself if the third one is gone, and sees what
/// that one has done.
#[test]
fn an_owner_that_was_joined_is_alone_when_the_others_are_gone() {
    loom::model(|| {
        let ((one, other), dropped) = pair();
        let second = one.clone();
        let thread = thread::spawn(move || other.write());
        let mut joined = one.join(second);
        match joined.get_mut() {
            Some(owned) => owned.write_alone(),
            None => joined.write(),
        }
        drop(joined);
        thread.join().unwrap();
        assert_eq!(dropped.load(Ordering::Relaxed), 1);
    });
}

/// As above, if the third owner is gone by then. Nothing but the count tells this thread what that
/// one has done.
///
/// The flag makes loom try this order. Of the accesses to the count it looks only at the last one
/// of all threads, and so it does not see that the look of `join` depends on the drop: a drop looks
/// at the count itself before it changes it.
#[test]
fn an_owner_that_is_joined_after_the_others_are_gone_is_alone() {
    loom::model(|| {
        let ((one, other), dropped) = pair();
        let second = one.clone();
        let gone = Arc::new(AtomicBool::new(false));
        let is_gone = gone.clone();
        let thread = thread::spawn(move || {
            other.write();
            drop(other);
            gone.store(true, Ordering::Relaxed);
        });
        if is_gone.load(Ordering::Relaxed) {
            let mut joined = one.join(second);
            match joined.get_mut() {
                Some(owned) => owned.write_alone(),
                None => joined.write(),
            }
        } else {
            one.write();
            drop((one, second));
        }
        thread.join().unwrap();
        assert_eq!(dropped.load(Ordering::Relaxed), 1);
    });
}

/// An owner that is cloned on one thread keeps the block while another one goes.
#[test]
fn a_clone_keeps_the_block() {
    loom::model(|| {
        let ((one, other), dropped) = pair();
        let thread = thread::spawn(move || other.write());
        let clone = one.clone();
        drop(one);
        clone.write();
        assert_eq!(dropped.load(Ordering::Relaxed), 0);
        drop(clone);
        thread.join().unwrap();
        assert_eq!(dropped.load(Ordering::Relaxed), 1);
    });
}
