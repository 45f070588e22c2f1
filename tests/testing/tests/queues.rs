//! Queues, with a failure, a cancellation, a drop, a panic, a lost reply, and two of them, at every
//! yield of the tasks that use them. A panic unwinds the task. The comment above a test says what
//! users would lose if it failed.

// The replies that are lost need them.
#![cfg(any(debug_assertions, feature = "testing"))]

use std::cell::Cell;
use std::cmp::Ordering;
use std::rc::Rc;
use std::time::Duration;

use gen::testing::{explore, Fault};
use gen::{yield_, JoinHandle};
use testing::unwind::unwinding;

const HOUR: Duration = Duration::from_secs(3600);

/// Everything but `LostReply`, which drops the item that a yield gives.
const FAULTS: [Fault; 5] = [Fault::Error, Fault::Timeout, Fault::Panic, Fault::Cancel, Fault::Drop];

/// The number of items, and of tasks, of each fate.
#[derive(Debug, Default)]
struct Ledger {
    made: Cell<u32>,
    consumed: Cell<u32>,
    /// Given back to the task that wanted to put them.
    returned: Cell<u32>,
    dropped: Cell<u32>,
    tasks_begun: Cell<u32>,
    tasks_ended: Cell<u32>,
    /// The consumers that have seen the end of the queue.
    consumers_at_end: Cell<u32>,
}

fn count(counter: &Cell<u32>) {
    counter.set(counter.get() + 1);
}

/// Counts its drop.
struct Item(u32, Rc<Ledger>);

impl Item {
    fn new(ledger: &Rc<Ledger>) -> Self {
        count(&ledger.made);
        Item(ledger.made.get(), ledger.clone())
    }
}

impl Drop for Item {
    fn drop(&mut self) {
        count(&self.1.dropped);
    }
}

impl Ord for Item {
    fn cmp(&self, other: &Self) -> Ordering {
        self.0.cmp(&other.0)
    }
}

impl PartialOrd for Item {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Item {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Item {}

/// Counts a task until it ends, in any way.
struct Counted(Rc<Ledger>);

impl Counted {
    fn begin(ledger: &Rc<Ledger>) -> Self {
        count(&ledger.tasks_begun);
        Counted(ledger.clone())
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        count(&self.0.tasks_ended);
    }
}

/// `lost` is the number of items that may be dropped in other ways.
fn check(ledger: &Ledger, left: usize, lost: u32) -> gen::Result {
    let Ledger { made, consumed, returned, dropped, .. } = ledger;
    gen::ensure!(ledger.tasks_begun == ledger.tasks_ended, "a task waits for ever: {ledger:?}");
    let known = consumed.get() + returned.get();
    gen::ensure!(dropped.get() <= known + lost, "an item was lost: {ledger:?}");
    let left = u32::try_from(left)?;
    gen::ensure!(made.get() == dropped.get() + left, "{left} items are left: {ledger:?}");
    gen::ensure!(left == 0 || ledger.consumers_at_end.get() == 0, "an item was left behind: {ledger:?}");
    Ok(())
}

macro_rules! of_each_queue {
    ($($module:ident: $queue:ident;)+) => {$(
        mod $module {
            use super::*;

            type Q = gen::queue::$queue<Item>;

            /// Closes the queue, also if the body is dropped.
            struct Closes(Q);

            impl Drop for Closes {
                fn drop(&mut self) {
                    self.0.close();
                }
            }

            /// An item is done, also if its task ends before.
            struct Done(Q);

            impl Drop for Done {
                fn drop(&mut self) {
                    self.0.task_done().expect("an item was taken");
                }
            }

            #[gen::coroutine]
            fn puts(ledger: Rc<Ledger>, queue: Q) -> gen::Result {
                let _counted = Counted::begin(&ledger);
                for _ in 0..2 {
                    let mut put = queue.put(Item::new(&ledger));
                    let result = yield_!(&mut put);
                    if put.into_item().is_some() {
                        count(&ledger.returned);
                    }
                    unwinding(result)?;
                }
                Ok(())
            }

            #[gen::coroutine]
            fn reserves(ledger: Rc<Ledger>, queue: Q) -> gen::Result {
                let _counted = Counted::begin(&ledger);
                for _ in 0..2 {
                    let permit = unwinding(yield_!(queue.reserve()))?;
                    // The permit is held for a while.
                    unwinding(yield_!(gen::moment()))?;
                    permit.send(Item::new(&ledger));
                }
                Ok(())
            }

            #[gen::coroutine]
            fn gets(ledger: Rc<Ledger>, queue: Q) -> gen::Result {
                let _counted = Counted::begin(&ledger);
                while let Some(item) = unwinding(yield_!(queue.next()))? {
                    let _done = Done(queue.clone());
                    count(&ledger.consumed);
                    drop(item);
                    unwinding(yield_!(gen::moment()))?;
                }
                count(&ledger.consumers_at_end);
                Ok(())
            }

            /// Waits for an item for one turn at a time: it gives up when it was handed one.
            #[gen::coroutine]
            fn gives_up(ledger: Rc<Ledger>, queue: Q) -> gen::Result {
                let _counted = Counted::begin(&ledger);
                for _ in 0..3 {
                    let first = unwinding(yield_!(gen::first_of((gen::moment(), queue.get()))))?;
                    if let gen::OneOf2::Second(_item) = first {
                        count(&ledger.consumed);
                        queue.task_done()?;
                    }
                }
                Ok(())
            }

            #[gen::coroutine]
            fn joins(ledger: Rc<Ledger>, queue: Q) -> gen::Result {
                let _counted = Counted::begin(&ledger);
                unwinding(yield_!(queue.join()))
            }

            #[gen::coroutine]
            fn body(ledger: Rc<Ledger>, queue: Q, reserving: usize) -> gen::Result {
                let closes = Closes(queue.clone());
                drop(gen::spawn_local(gives_up(ledger.clone(), queue.clone())));
                // One is left after two faults.
                let consumers = [(); 3].map(|()| gen::spawn_local(gets(ledger.clone(), queue.clone())));
                let producers: [JoinHandle<()>; 2] = [0, 1].map(|producer| {
                    match producer < reserving {
                        true => gen::spawn_local(reserves(ledger.clone(), queue.clone())),
                        false => gen::spawn_local(puts(ledger.clone(), queue.clone())),
                    }
                });
                for producer in producers {
                    let _ = yield_!(producer);
                }
                let joiner = gen::spawn_local(joins(ledger, queue));
                drop(closes);
                for consumer in consumers {
                    let _ = yield_!(consumer);
                }
                let _ = yield_!(joiner.cancel("all consumers have ended"));
                Ok(())
            }

            fn world(reserving: usize) -> ((Rc<Ledger>, Q), impl gen::Coroutine<Output = gen::Result>) {
                let (ledger, queue) = (Rc::<Ledger>::default(), Q::bounded(1));
                ((ledger.clone(), queue.clone()), body(ledger, queue, reserving))
            }

            /// A task that is cancelled, fails or panics would take an item with it.
            #[test]
            fn no_item_is_lost_whatever_fails() {
                let kept = FAULTS.into_iter().filter(|fault| *fault != Fault::Drop);
                explore(|| world(1))
                    .faults(kept)
                    .linger(HOUR)
                    .invariant(|(ledger, queue), _| check(ledger, queue.len(), 0))
                    .check();
            }

            /// As above: a producer that makes its item when it has room loses none if it is
            /// dropped.
            #[test]
            fn no_item_is_lost_if_a_task_is_dropped() {
                explore(|| world(2))
                    .faults(FAULTS)
                    .linger(HOUR)
                    .invariant(|(ledger, queue), _| check(ledger, queue.len(), 0))
                    .check();
            }

            /// The tasks that are left would hang. A fault drops at most one item: that of the
            /// producer that is dropped, or of the reply that is lost.
            #[test]
            fn two_faults_at_any_yields_leave_the_others_unharmed() {
                explore(|| world(1))
                    .pairs()
                    .visits(2)
                    .linger(HOUR)
                    .invariant(|(ledger, queue), _| check(ledger, queue.len(), 2))
                    .check();
            }
        }
    )+};
}

of_each_queue! {
    queue: Queue;
    priority_queue: PriorityQueue;
    stack: Stack;
}
