//! The memory that tasks, wakes and timers need, counted by the allocator.
use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::{Cell, RefCell};
use std::future::{poll_fn, ready, Future};
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};
use std::thread;
use std::time::Duration;

use gen::{IoLoop, VirtualClock};
use loop_behaviour::pending_of;

/// Counts the allocations of the present thread, because tests run in parallel.
struct Counting;

thread_local! {
    static ALLOCATIONS: Cell<usize> = const { Cell::new(0) };
    static LIVE: Cell<isize> = const { Cell::new(0) };
}

fn count(allocations: usize, bytes: isize) {
    // The counter is destroyed at the end of a thread. Allocations after that do not matter here.
    let _ = ALLOCATIONS.try_with(|all| all.set(all.get() + allocations));
    let _ = LIVE.try_with(|live| live.set(live.get() + bytes));
}

// SAFETY: passes every call on to `System` unchanged.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(1, layout.size() as isize);
        // SAFETY: the caller keeps the contract of `alloc`.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        count(0, -(layout.size() as isize));
        // SAFETY: the caller keeps the contract of `dealloc`.
        unsafe { System.dealloc(memory, layout) }
    }

    unsafe fn realloc(&self, memory: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        count(1, size as isize - layout.size() as isize);
        // SAFETY: the caller keeps the contract of `realloc`.
        unsafe { System.realloc(memory, layout, size) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// The allocations and bytes that are left after `run`.
fn cost<R>(run: impl FnOnce() -> R) -> (usize, isize, R) {
    let before = (ALLOCATIONS.get(), LIVE.get());
    let result = run();
    (ALLOCATIONS.get() - before.0, LIVE.get() - before.1, result)
}

/// The allocations of a poll itself: its waker, where that does not fit into a pointer.
const OF_A_POLL: usize = if cfg!(target_pointer_width = "64") { 0 } else { 1 };

/// A future of 168 bytes that is pending for a number of polls.
struct Sized168 {
    polls: u64,
    _ballast: [u64; 20],
}

impl Sized168 {
    fn new(polls: u64) -> Self {
        Sized168 { polls, _ballast: [0; 20] }
    }
}

impl Future for Sized168 {
    type Output = gen::Result;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<gen::Result> {
        if self.polls == 0 {
            return Poll::Ready(Ok(()));
        }
        self.polls -= 1;
        cx.waker().wake_by_ref();
        Poll::Pending
    }
}

/// Allocates slots and jobs, so that their growth is not counted.
async fn warm_up() {
    let tasks: Vec<_> = (0..64).map(|_| gen::spawn(Sized168::new(1))).collect();
    for task in tasks {
        task.await.unwrap();
    }
}

#[test]
fn a_task_is_one_allocation_with_little_around_its_body() {
    assert_eq!(size_of::<Sized168>(), 168);
    gen::block_on(async {
        warm_up().await;
        // These use the memory of the tasks that have ended, and let slots and jobs grow once more.
        let others: Vec<_> = (0..65).map(|_| gen::spawn(Sized168::new(2))).collect();
        let (allocations, bytes, task) = cost(|| gen::spawn(Sized168::new(2)));
        assert_eq!(allocations, 1 + OF_A_POLL);
        assert!(bytes <= 168 + 48, "{} bytes around the body", bytes - 168);
        for task in others.into_iter().chain([task]) {
            task.await.unwrap();
        }
    });
}

#[test]
#[cfg_attr(not(target_pointer_width = "64"), ignore = "each poll allocates its waker")]
fn suspending_and_resuming_allocates_nothing() {
    gen::block_on(async {
        warm_up().await;
        let before = ALLOCATIONS.get();
        gen::spawn(Sized168::new(10_000)).await.unwrap();
        for _ in 0..1000 {
            gen::moment().await.unwrap();
        }
        assert_eq!(ALLOCATIONS.get() - before, 0, "the task has the memory of an earlier one");
    });
}

#[test]
fn a_task_becomes_an_error_context_by_one_allocation_when_it_first_schedules_something() {
    gen::block_on(async {
        warm_up().await;
        let handle = IoLoop::current().expect("it runs");
        handle.add_callback(|| ());
        gen::moment().await.unwrap();
        gen::spawn_local(async move {
            let handle = IoLoop::current().expect("it runs");
            let schedule = || cost(|| handle.add_callback(|| Ok::<(), gen::Error>(()))).0;
            assert_eq!(schedule(), 2, "the callback, and the context");
            assert_eq!(schedule(), 1, "the callback");
            gen::moment().await
        })
        .await
        .unwrap();
    });
}

#[test]
fn the_memory_of_ended_tasks_is_used_again() {
    gen::block_on(async {
        warm_up().await;
        let before = LIVE.get();
        for _ in 0..100_000 {
            // More tasks than a slot has generations.
            gen::spawn(Sized168::new(0)).await.unwrap();
        }
        assert_eq!(LIVE.get() - before, 0);
        for _ in 0..1000 {
            let tasks: [_; 32] = std::array::from_fn(|_| gen::spawn(Sized168::new(1)));
            for task in tasks {
                task.await.unwrap();
            }
        }
        assert_eq!(LIVE.get() - before, 0);
    });
}

#[test]
fn a_burst_of_tasks_leaves_little_memory_behind() {
    gen::block_on(async {
        warm_up().await;
        let before = LIVE.get();
        let tasks: Vec<_> = (0..100_000).map(|_| gen::spawn(Sized168::new(1))).collect();
        for task in tasks {
            task.await.unwrap();
        }
        gen::moment().await.unwrap();
        let bytes = LIVE.get() - before;
        assert!(bytes < 100_000, "{bytes} bytes are left of 100,000 tasks");
    });
}

/// The tasks of the burst have ended in an order in which the last slots would be used first.
#[test]
fn a_loop_that_is_never_empty_gives_the_memory_of_a_burst_back_too() {
    gen::block_on(async {
        let before = LIVE.get();
        let burst: Vec<_> = (0..100_000).map(|_| gen::spawn(Sized168::new(1))).collect();
        let mut steady = [(); 2].map(|()| gen::spawn(Sized168::new(7)));
        drop(burst);
        for turn in 0..5_000 {
            gen::moment().await.unwrap();
            if steady[turn % 2].is_done() {
                steady[turn % 2] = gen::spawn(Sized168::new(7));
            }
        }
        let bytes = LIVE.get() - before;
        assert!(bytes < 100_000, "{bytes} bytes are left of 100,000 tasks");
    });
}

/// Otherwise a server with many connections would move the queue after each wave of messages.
#[test]
#[cfg_attr(not(target_pointer_width = "64"), ignore = "each poll allocates its waker")]
fn tasks_that_are_woken_together_every_few_turns_allocate_nothing() {
    let wakers: Rc<RefCell<Vec<Waker>>> = Rc::default();
    gen::block_on(async {
        for _ in 0..2000 {
            let (wakers, mut is_fresh) = (wakers.clone(), true);
            drop(gen::spawn_local(poll_fn(move |cx| {
                if std::mem::take(&mut is_fresh) {
                    wakers.borrow_mut().push(cx.waker().clone());
                }
                Poll::<gen::Result>::Pending
            })));
        }
        let mut before = 0;
        for round in 0..10 {
            if round == 2 {
                before = ALLOCATIONS.get();
            }
            wakers.borrow().iter().for_each(Waker::wake_by_ref);
            gen::moment().await.unwrap();
            gen::moment().await.unwrap();
        }
        assert_eq!(ALLOCATIONS.get() - before, 0);
    });
}

/// Starts a task that stores its waker, is pending once, and adds its name when it goes on.
fn start_waiting(name: char, wakers: &Rc<RefCell<Vec<Waker>>>, order: &Rc<RefCell<String>>) {
    let (wakers, order, mut is_fresh) = (wakers.clone(), order.clone(), true);
    drop(gen::spawn_local(poll_fn(move |cx| {
        if std::mem::take(&mut is_fresh) {
            wakers.borrow_mut().push(cx.waker().clone());
            return Poll::Pending;
        }
        order.borrow_mut().push(name);
        Poll::Ready(Ok::<(), gen::Error>(()))
    })));
}

/// The bytes that are left by another thread that wakes each of these wakers again and again.
fn cost_of_waking(wakers: Vec<Waker>) -> isize {
    let wake_all = move || cost(|| (0..100_000).for_each(|_| wakers.iter().for_each(Waker::wake_by_ref))).1;
    thread::spawn(wake_all).join().unwrap()
}

#[test]
fn wakes_of_several_tasks_from_another_thread_do_not_fill_the_memory_of_a_busy_loop() {
    let (wakers, order) = (Rc::default(), Rc::default());
    gen::block_on(async {
        for name in ['a', 'b', 'c'] {
            start_waiting(name, &wakers, &order);
        }
        // The loop is busy here: it waits for the thread.
        let bytes = cost_of_waking(wakers.take());
        assert!(bytes < 4096, "{bytes} bytes for wakes of three tasks");
        gen::moment().await.unwrap();
    });
    assert_eq!(*order.borrow(), "abc");
}

/// The slot of a task that has ended now belongs to another task, while a waker of the old one
/// still exists.
#[test]
fn an_old_waker_and_that_of_the_present_task_do_not_fill_the_memory_nor_hide_each_other() {
    for old_first in [true, false] {
        let (wakers, order): (Rc<RefCell<Vec<Waker>>>, _) = (Rc::default(), Rc::default());
        gen::block_on(async {
            start_waiting('a', &wakers, &order);
            wakers.borrow()[0].wake_by_ref();
            gen::moment().await.unwrap();
            start_waiting('b', &wakers, &order);
            if !old_first {
                wakers.borrow_mut().reverse();
            }
            let bytes = cost_of_waking(wakers.take());
            assert!(bytes < 4096, "{bytes} bytes for wakes of one task");
            gen::moment().await.unwrap();
        });
        assert_eq!(*order.borrow(), "ab");
    }
}

#[test]
fn a_loop_gives_all_its_memory_back() {
    // The registry of loops may keep a node for the next one.
    drop(IoLoop::new());
    let (_, bytes, ()) = cost(|| {
        let io_loop = IoLoop::new();
        for _ in 0..1000 {
            drop(io_loop.spawn_local(async { std::future::pending::<gen::Result>().await }));
            io_loop.add_callback(|| ());
            io_loop.call_later(Duration::from_secs(1), || ());
        }
    });
    assert!(bytes <= 0, "{bytes} bytes are left");
}

#[test]
fn timers_that_are_taken_back_use_their_memory_again() {
    let io_loop = IoLoop::with_clock(VirtualClock::new());
    io_loop.block_on(async {
        let sleep_and_drop = || async {
            for duration in [Duration::from_secs(3600), Duration::MAX] {
                let mut sleep = std::pin::pin!(gen::sleep(duration));
                poll_fn(|cx| {
                    assert!(sleep.as_mut().poll(cx).is_pending());
                    Poll::Ready(())
                })
                .await;
            }
        };
        for _ in 0..1000 {
            sleep_and_drop().await;
        }
        let before = LIVE.get();
        for _ in 0..100_000 {
            sleep_and_drop().await;
        }
        assert_eq!(LIVE.get() - before, 0);
    });
}

#[test]
fn a_timeout_around_something_ready_allocates_nothing() {
    gen::block_on(async {
        let before = ALLOCATIONS.get();
        for _ in 0..100 {
            let timed = gen::with_timeout(Duration::from_secs(1), ready(Ok::<_, gen::Error>(1)));
            assert_eq!(pending_of(timed).await.unwrap(), 1);
        }
        assert_eq!(ALLOCATIONS.get() - before, 0);
    });
}

#[gen::coroutine]
fn ignores() -> gen::Result {
    loop {
        drop(gen::yield_!(std::future::pending::<()>()));
    }
}

/// The number of bytes by which ten thousand rounds need more than a hundred.
async fn growth(mut round: impl FnMut()) -> isize {
    let mut live = 0;
    for rounds in [100, 10_000] {
        live = LIVE.get();
        for _ in 0..rounds {
            round();
            gen::moment().await.unwrap();
        }
    }
    LIVE.get() - live
}

/// Otherwise a supervisor that cancels a stubborn task every second would fill the memory.
#[test]
fn requests_that_nobody_waits_for_do_not_pile_up() {
    gen::block_on(async {
        let task = gen::spawn(ignores());
        let waits = task.cancel("stop");
        let grown = growth(|| drop(task.cancel("stop"))).await;
        assert!(grown < 4096, "{grown} bytes of a task");
        let grown = growth(|| drop(task.cancel("stop").grace(Duration::from_secs(3600)))).await;
        assert!(grown < 4096, "{grown} bytes of a task, with a time");
        // A caller that waits still gets its answer.
        task.cancel("stop").grace(Duration::ZERO).await;
        waits.await;
        drop(task.await);
    });
}

/// The same for a child of a scope.
#[test]
fn requests_to_a_child_of_a_scope_do_not_pile_up() {
    let [grown, bytes] = gen::block_on(gen::scope(|scope| async move {
        let child = scope.spawn(ignores());
        let grown = growth(|| drop(child.cancel("stop"))).await;
        // This happens while the scope is not polled.
        drop(child.cancel("stop"));
        let (_, bytes, ()) = cost(|| (0..10_000).for_each(|_| drop(child.cancel("stop"))));
        // The scope looks at this request only after the child's end, so it must not be kept in a
        // scope that has failed.
        child.cancel("stop").grace(Duration::ZERO).await;
        drop(child.await);
        Ok::<_, gen::Error>([grown, bytes])
    }))
    .unwrap();
    assert!(grown < 4096, "{grown} bytes");
    assert!(bytes < 4096, "{bytes} bytes in one turn");
}

/// All requests come in one turn, before the task receives any.
#[test]
fn requests_in_one_turn_do_not_pile_up() {
    gen::block_on(async {
        let task = gen::spawn(ignores());
        drop(task.cancel("stop"));
        let (_, bytes, ()) = cost(|| (0..10_000).for_each(|_| drop(task.cancel("stop"))));
        assert!(bytes < 4096, "{bytes} bytes");
        task.cancel("stop").grace(Duration::ZERO).await;
        drop(task.await);
    });
}

/// The same from another thread while the loop is busy.
#[test]
fn requests_from_another_thread_do_not_pile_up() {
    gen::block_on(async {
        let task = gen::spawn(ignores());
        let other = gen::spawn(ignores());
        let asks = move || {
            // Two tasks by turns, and one caller that waits and must still get its answer.
            let waits = task.cancel("stop");
            drop((task.cancel("stop").grace(Duration::from_secs(3600)), other.cancel("stop")));
            let ask = || {
                drop(task.cancel("stop").grace(Duration::from_secs(1800)));
                drop(other.cancel("stop"));
            };
            let (_, bytes, ()) = cost(|| (0..10_000).for_each(|_| ask()));
            drop((task.cancel("stop").grace(Duration::ZERO), other.cancel("stop").grace(Duration::ZERO)));
            (bytes, waits, task, other)
        };
        // The loop does not read its inbox meanwhile.
        let (bytes, waits, task, other) = thread::spawn(asks).join().unwrap();
        assert!(bytes < 4096, "{bytes} bytes");
        waits.await;
        assert!(task.await.unwrap_err().is_cancelled());
        assert!(other.await.unwrap_err().is_cancelled());
    });
}
