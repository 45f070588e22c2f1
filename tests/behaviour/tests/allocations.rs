//! Allocations: a call or a yield allocates nothing, and a parallel yield allocates as often for
//! many children as for few.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::collections::{BTreeMap, HashMap, VecDeque};
use std::future::{ready, Future};
use std::pin::{pin, Pin};
use std::sync::{mpsc, Arc, Mutex};
use std::task::{Context, Poll, Waker};
use std::thread;

use gen::yield_;

thread_local! {
    static ALLOCATIONS: Cell<usize> = const { Cell::new(0) };
    static BYTES: Cell<usize> = const { Cell::new(0) };
}

/// Counts for each thread, so that tests may run side by side.
struct Counting;

fn count(bytes: usize) {
    ALLOCATIONS.set(ALLOCATIONS.get() + 1);
    BYTES.set(BYTES.get().wrapping_add(bytes));
}

fn uncount(bytes: usize) {
    BYTES.set(BYTES.get().wrapping_sub(bytes));
}

// SAFETY: the system's allocator does all the work; counting neither allocates nor unwinds.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(layout.size());
        // SAFETY: the caller keeps the contract of `alloc`.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        uncount(layout.size());
        // SAFETY: the caller keeps the contract of `dealloc`.
        unsafe { System.dealloc(pointer, layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        count(size);
        uncount(layout.size());
        // SAFETY: the caller keeps the contract of `realloc`.
        unsafe { System.realloc(pointer, layout, size) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// A lock that no other task wants would cost an allocation whenever it is taken.
#[test]
fn a_lock_that_is_free_allocates_nothing() {
    use gen::sync::{Barrier, Condition, Event, Lock, RwLock, Semaphore};
    let mut cx = Context::from_waker(Waker::noop());
    let count = allocations(|| {
        let (lock, rw_lock, semaphore) = (Lock::new(1), RwLock::new(1), Semaphore::new(1));
        let (event, _condition, barrier) = (Event::new(), Condition::new(), Barrier::new(1));
        for _ in 0..3 {
            assert!(pin!(lock.lock()).poll(&mut cx).is_ready());
            assert!(pin!(rw_lock.read()).poll(&mut cx).is_ready());
            assert!(pin!(rw_lock.write()).poll(&mut cx).is_ready());
            assert!(pin!(semaphore.acquire()).poll(&mut cx).is_ready());
            assert!(pin!(barrier.wait()).poll(&mut cx).is_ready());
        }
        event.set();
        assert!(pin!(event.wait()).poll(&mut cx).is_ready());
    });
    assert_eq!(count, 0);
}

/// A line in which tasks come and go would allocate for each of them.
#[test]
fn a_line_keeps_its_memory_for_the_next_ones() {
    let lock = gen::sync::Lock::new(1);
    let mut cx = Context::from_waker(Waker::noop());
    let mut contend = || {
        let guard = lock.try_lock();
        let (mut first, mut second) = (lock.lock(), lock.lock());
        assert!(Pin::new(&mut first).poll(&mut cx).is_pending());
        assert!(Pin::new(&mut second).poll(&mut cx).is_pending());
        drop(guard);
        assert!(Pin::new(&mut first).poll(&mut cx).is_ready());
        drop(second);
    };
    contend();
    assert_eq!(allocations(|| (0..10).for_each(|_| contend())), 0);
}

/// The number of allocations of `run`.
fn allocations<R>(run: impl FnOnce() -> R) -> usize {
    let before = ALLOCATIONS.get();
    let output = run();
    let after = ALLOCATIONS.get();
    drop(output);
    after - before
}

/// Is pending that many times, and wakes its waker each time.
struct Suspends(u32);

impl Future for Suspends {
    type Output = u64;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<u64> {
        if self.0 == 0 {
            return Poll::Ready(1);
        }
        self.0 -= 1;
        cx.waker().wake_by_ref();
        Poll::Pending
    }
}

/// Polls a future to its end.
fn run<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            return output;
        }
    }
}

#[gen::coroutine]
fn leaf(suspends: u32) -> gen::Result<u64> {
    yield_!(Suspends(suspends))
}

#[gen::coroutine]
fn yields(suspends: u32) -> gen::Result<u64> {
    let mut sum = 0;
    for number in 0..10 {
        sum += yield_!(ready(number))?;
        sum += yield_!(leaf(suspends))?;
        sum += yield_!(Some(Suspends(suspends)))?.unwrap_or_default();
    }
    Ok(sum)
}

#[gen::coroutine]
fn outer(suspends: u32) -> gen::Result<u64> {
    Ok(yield_!(yields(suspends))? + yield_!(yields(suspends))?)
}

/// Otherwise a coroutine would cost more than the `async fn` that it replaces.
#[test]
fn calls_and_yields_of_futures_allocate_nothing() {
    assert_eq!(allocations(|| run(outer(0)).unwrap()), 0, "ready");
    assert_eq!(allocations(|| run(outer(3)).unwrap()), 0, "suspending");
    assert_eq!(allocations(|| drop(outer(3))), 0, "never polled");
}

#[gen::coroutine]
fn round_trips(count: u32) -> gen::Result<u32> {
    let mut sum = 0;
    for number in 0..count {
        yield_!(gen::Callback::<u32>::new("key"))?.call(number);
        sum += yield_!(gen::Wait::<u32>::new("key"))?;
    }
    Ok(sum)
}

/// Otherwise a callback would cost more with each use of its key.
#[test]
fn a_callback_allocates_one_registration() {
    let first = allocations(|| run(round_trips(1)).unwrap());
    assert_eq!(allocations(|| run(round_trips(101)).unwrap()), first + 100);
}

/// Waits for a container that was created before, so that only the allocations of the yield count.
macro_rules! of_a_yield {
    ($container:expr) => {{
        let container = $container;
        allocations(|| run(async_wait(container)))
    }};
}

fn async_wait<Y, M>(container: Y) -> impl Future<Output = gen::Result<Y::Output>>
where
    Y: gen::Yieldable<M, gen::modes::Raw>,
{
    #[gen::coroutine]
    fn wait<Y, M>(container: Y) -> gen::Result<Y::Output>
    where
        Y: gen::Yieldable<M, gen::modes::Raw>,
    {
        yield_!(gen::raw(container))
    }
    wait(container)
}

fn children<C: FromIterator<Suspends>>(count: usize) -> C {
    (0..count).map(|_| Suspends(3)).collect()
}

/// One allocation each for the children and their wakers, and at most one for the output, whatever
/// their number. The output of a few children is in the allocation of the children.
#[test]
fn a_list_allocates_at_most_three_times_whatever_its_length() {
    // Where a pointer has 32 bits, a list of results is cut to its length once more.
    let most = if cfg!(target_pointer_width = "64") { 3 } else { 4 };
    for count in [1, 2, 10, 17, 1_000] {
        assert!(of_a_yield!(children::<Vec<_>>(count)) <= most, "a vector of {count}");
        assert!(of_a_yield!(children::<Box<[_]>>(count)) <= most, "a slice of {count}");
        assert!(of_a_yield!(children::<VecDeque<_>>(count)) <= most, "a deque of {count}");
    }
    assert_eq!(of_a_yield!(children::<Vec<_>>(17)), most - 1);
    assert_eq!(of_a_yield!([(); 100].map(|()| Suspends(3))), 2, "the output of an array is no allocation");
}

/// Otherwise a list of a few results would keep the memory of all its children.
#[test]
fn a_list_of_results_keeps_little_of_the_memory_of_its_children() {
    struct Large([u64; 100]);
    impl Future for Large {
        type Output = u64;

        fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<u64> {
            Poll::Ready(self.0[99])
        }
    }
    let children: Vec<_> = (0..100).map(|number| Large([number; 100])).collect();
    let results = run(async_wait(children)).expect("no child fails");
    assert!(results.iter().copied().eq(0..100));
    assert!(results.capacity() <= 300, "{}", results.capacity());
}

/// Children that are ready need no wakers.
#[test]
fn a_list_that_is_ready_allocates_once() {
    let children = || (0..10).map(|_| Suspends(0)).collect::<Vec<_>>();
    assert_eq!(of_a_yield!(children()), 1, "the children and the output");
    assert_eq!(of_a_yield!((Suspends(0), Suspends(0))), 0);
}

/// Otherwise a request handler with a parallel yield would allocate once more than the same
/// `async fn`.
#[test]
fn the_wakers_of_a_few_children_are_allocated_once_for_all_groups_of_a_thread() {
    #[gen::coroutine]
    fn handler() -> gen::Result<(u64, u64, u64)> {
        yield_!((Suspends(3), leaf(3), gen::ok(Suspends(3))))
    }
    #[gen::coroutine]
    fn nested() -> gen::Result<((u64, u64, u64), u64)> {
        yield_!((handler(), leaf(1)))
    }
    assert!(allocations(|| run(nested()).unwrap()) <= 2);
    assert_eq!(allocations(|| (0..100).for_each(|_| assert!(run(nested()).is_ok()))), 0);
    assert_eq!(of_a_yield!(children::<Vec<_>>(16)), 2, "the wakers of more children need more room");
    assert_eq!(of_a_yield!(children::<Vec<_>>(10)), 1, "the children and the output");
}

/// On a runtime with several threads, most requests are polled by more than one of them.
#[test]
fn groups_that_move_between_two_threads_allocate_nothing() {
    #[gen::coroutine]
    fn handler() -> gen::Result<(u64, u64, u64)> {
        yield_!((Suspends(3), leaf(3), gen::ok(Suspends(3))))
    }
    type Task = Pin<Box<dyn Future<Output = gen::Result<(u64, u64, u64)>> + Send>>;
    let (to_other, tasks) = mpsc::channel::<Task>();
    let (counts, of_other) = mpsc::channel();
    let other = thread::spawn(move || {
        for task in tasks {
            counts.send(allocations(|| run(task).unwrap())).unwrap();
        }
    });
    let round = || {
        let mut task: Task = Box::pin(handler());
        let here = allocations(|| {
            assert!(task.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
        });
        to_other.send(task).unwrap();
        here + of_other.recv().unwrap()
    };
    // The first groups of each thread.
    assert_ne!(round() + round(), 0);
    assert_eq!((0..50).map(|_| round()).sum::<usize>(), 0);
    drop(to_other);
    other.join().unwrap();
}

/// A tuple costs no more than its futures one after the other, because its children are part of the
/// coroutine.
#[test]
fn a_tuple_allocates_its_wakers_only() {
    assert_eq!(of_a_yield!((Suspends(3), Suspends(2))), 1);
}

/// The keys need memory too, and a sorted map allocates nodes.
#[test]
fn a_hash_map_allocates_no_more_for_many_children_than_for_few() {
    let of = |count| of_a_yield!((0..count).zip(children::<Vec<_>>(count)).collect::<HashMap<_, _>>());
    assert_eq!(of(1), of(1_000));
    assert!(of(1) <= 5, "{}", of(1));
}

#[test]
fn a_sorted_map_allocates_its_nodes_too() {
    let of = |count: u32| of_a_yield!((0..count).map(|key| (key, Suspends(3))).collect::<BTreeMap<_, _>>());
    assert!(of(1) <= 6, "{}", of(1));
    assert!(of(1_000) <= 6 + 1_000 / 5, "{}", of(1_000));
}

#[test]
fn an_empty_list_allocates_nothing() {
    assert_eq!(of_a_yield!(children::<Vec<_>>(0)), 0);
}

/// An option is not a group.
#[test]
fn an_option_allocates_nothing() {
    assert_eq!(of_a_yield!(Some(Suspends(3))), 0);
    assert_eq!(of_a_yield!(None::<Suspends>), 0);
}

/// Otherwise a crawler would use more memory with each page that it adds.
#[test]
fn an_iterator_that_is_added_to_uses_its_room_again() {
    let mut waits = gen::WaitIterator::new((0..3).map(|_| gen::ok(Suspends(1))));
    let mut round = || {
        assert!(run(waits.next()).is_ok());
        waits.push(gen::ok(Suspends(1)));
    };
    (0..10).for_each(|_| round());
    assert_eq!(allocations(|| (0..1_000).for_each(|_| round())), 0);
}

/// Memory is what bounds the number of children.
#[test]
fn a_child_of_an_iterator_takes_24_bytes_beside_its_future() {
    struct Large([u64; 20]);
    impl Future for Large {
        type Output = gen::Result<u64>;

        fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Self::Output> {
            match self.0 {
                [0, ..] => Poll::Pending,
                [number, ..] => Poll::Ready(Ok(number)),
            }
        }
    }
    const COUNT: usize = 10_000;
    let bytes = |given: usize| {
        let before = BYTES.get();
        let mut waits = gen::WaitIterator::new((0..given).map(|_| Large([0; 20])));
        for _ in given..COUNT {
            waits.push(Large([0; 20]));
        }
        assert!(pin!(waits.next()).poll(&mut Context::from_waker(Waker::noop())).is_pending());
        BYTES.get().wrapping_sub(before) / COUNT
    };
    assert_eq!(bytes(COUNT), size_of::<Large>() + 24);
    // At most a thousand slots are left over.
    assert!(bytes(0) <= size_of::<Large>() + 32);
}

/// Otherwise each child would cost an allocation.
#[test]
fn an_iterator_allocates_for_all_children_together() {
    let of = |count: usize| {
        allocations(|| {
            let mut waits = gen::WaitIterator::new((0..count).map(|_| gen::ok(Suspends(1))));
            while !waits.done() {
                assert!(run(waits.next()).is_ok());
            }
        })
    };
    assert_eq!((of(10), of(10_000)), (3, 3), "its blocks, and of one block the children and their wakers");
}

/// Otherwise the scope of a server would use more memory with each connection, or allocate for more
/// than the child and its result.
#[test]
fn a_scope_that_is_spawned_into_uses_its_room_again() {
    /// Wakes itself also in its last poll.
    fn child() -> impl Future<Output = gen::Result<u64>> {
        let mut polls = 0;
        std::future::poll_fn(move |cx| {
            polls += 1;
            cx.waker().wake_by_ref();
            if polls == 2 {
                Poll::Ready(Ok(1))
            } else {
                Poll::Pending
            }
        })
    }
    let given = Cell::new(None);
    let mut scope = pin!(gen::scope_local(|scope| {
        given.set(Some(scope));
        std::future::pending::<gen::Result>()
    }));
    let spawner = given.take().expect("the closure was called");
    let mut round = || {
        drop(spawner.spawn(child()));
        for _ in 0..2 {
            assert!(scope.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
        }
    };
    (0..10).for_each(|_| round());
    assert_eq!(allocations(|| (0..1_000).for_each(|_| round())), 2 * 1_000);
}

/// Most promises have one reader.
#[test]
fn a_promise_is_one_allocation() {
    let once = || {
        let (promise, future) = gen::promise();
        promise.set(1).expect("it is new");
        assert!(run(future).is_ok());
    };
    assert_eq!(allocations(once), 1);
}

/// Otherwise each task would cost more on an executor that is handed over than on tokio.
#[test]
fn a_task_of_a_spawner_is_one_allocation() {
    let place = Arc::new(Mutex::new(None));
    let kept = place.clone();
    let spawner = move |task| *kept.lock().unwrap() = Some(task);
    let spawn = async { allocations(|| gen::spawn(leaf(1))) };
    assert_eq!(run(gen::with_spawner(spawner, spawn)), 1);
    // Taken out, because the task holds the spawner.
    assert!(place.lock().unwrap().take().is_some());
}
