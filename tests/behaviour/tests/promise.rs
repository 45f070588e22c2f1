//! `gen::promise`: how long values are stored, and the code that may run in the middle of a set.
//! The conformance tests have the behaviour of Tornado's `Future`.

use std::cell::RefCell;
use std::future::{poll_fn, Future};
use std::pin::{pin, Pin};
use std::rc::{Rc, Weak};
use std::sync::mpsc;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};
use std::thread;

use behaviour::{logged, needs, run, spawn, Poller};
use gen::{yield_, BrokenPromiseError, SharedFuture};

/// Otherwise large results would live as long as the code that set them.
#[test]
fn t26_the_result_goes_with_the_last_reader() {
    let (promise, future) = gen::promise();
    let value = Rc::new(7);
    let weak = Rc::downgrade(&value);
    let other = future.clone();
    promise.set(value).unwrap();
    drop(future.result());
    drop(future);
    assert_eq!(weak.strong_count(), 1);
    drop(other);
    assert_eq!(weak.strong_count(), 0);
    // A value is not stored either if no reader is left.
    let (promise, future) = gen::promise();
    let value = Rc::new(7);
    let weak = Rc::downgrade(&value);
    drop(future);
    promise.set(value).unwrap();
    assert_eq!(weak.strong_count(), 0);
    assert!(promise.set(Rc::new(8)).is_err(), "it was set all the same");
}

/// Otherwise a coroutine would keep each result that it has read until its end.
#[test]
fn t26_the_result_is_freed_by_the_yield_that_reads_it() {
    #[gen::coroutine]
    fn reads(future: SharedFuture<Rc<u32>>, weak: Weak<u32>) -> gen::Result<usize> {
        let value = yield_!(future)?;
        assert_eq!(weak.strong_count(), 1);
        drop(value);
        let left = weak.strong_count();
        yield_!(gen::moment())?;
        Ok(left)
    }
    let (promise, future) = gen::promise();
    let value = Rc::new(7);
    let weak = Rc::downgrade(&value);
    promise.set(value).unwrap();
    assert_eq!(run(reads(future, weak)), 0);
}

/// Otherwise an error would be kept with everything that it holds.
#[test]
fn t26_an_error_is_freed_when_it_was_handled() {
    #[derive(Debug)]
    struct Holds(#[expect(dead_code, reason = "what counts is that it lives")] Arc<()>);
    impl std::fmt::Display for Holds {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("holds something")
        }
    }
    impl std::error::Error for Holds {}

    let held = Arc::new(());
    let (promise, future) = gen::promise::<u32>();
    promise.fail(Holds(held.clone())).unwrap();
    assert!(gen::block_on(future).is_err());
    assert_eq!(Arc::strong_count(&held), 1);
    drop(promise);
}

/// Otherwise a reader that has stopped waiting would be kept, or woken, for as long as the promise
/// is open.
#[test]
fn t26_nothing_is_kept_of_whoever_waits_no_more() {
    let (promise, future) = gen::promise::<u32>();
    let waiting = |mut future: SharedFuture<u32>| {
        let poller = Poller::new();
        assert!(poller.poll(Pin::new(&mut future)).is_pending());
        (poller, future)
    };
    let (first, second, last) = (waiting(future.clone()), waiting(future.clone()), waiting(future));
    for (poller, future) in [second, first] {
        drop(future);
        assert_eq!(poller.into_leak().clones(), 0);
    }
    // This one is now polled by another task.
    let (poller, mut future) = last;
    let now = Poller::new();
    assert!(now.poll(Pin::new(&mut future)).is_pending());
    assert_eq!(poller.into_leak().clones(), 0);
    promise.set(7).unwrap();
    assert_eq!(now.wakes(), 1);
    assert_eq!(now.into_leak().clones(), 0);
}

/// Otherwise a coroutine that waits for a promise of its own would never be freed.
#[test]
fn t26_a_coroutine_that_waits_for_its_own_promise_goes_with_its_loop() {
    needs!(LocalTasks);
    let held = Arc::new(());
    let weak = Arc::downgrade(&held);
    let body = async {
        drop(spawn(async move {
            let _held = held;
            let (_promise, future) = gen::promise::<u32>();
            future.add_done_callback(drop);
            future.await
        }));
        gen::moment().await?;
        assert_eq!(weak.strong_count(), 1);
        Ok(())
    };
    let ((), lines) = logged(|| run(body));
    assert_eq!(weak.strong_count(), 0);
    assert_eq!(lines, Vec::<String>::new());
}

/// Otherwise an executor that sleeps would go on sleeping.
#[test]
fn a_set_on_another_thread_wakes_the_executor() {
    let (promise, mut future) = gen::promise();
    let (waiting, go) = mpsc::channel();
    let setter = thread::spawn(move || {
        go.recv().unwrap();
        promise.set("from afar")
    });
    let mut waits = Some(waiting);
    let text = run(poll_fn(move |cx| {
        let polled = Pin::new(&mut future).poll(cx);
        if let Some(waiting) = waits.take() {
            waiting.send(()).unwrap();
        }
        polled
    }));
    assert_eq!(text, "from afar");
    setter.join().unwrap().unwrap();
}

/// Otherwise a reader on another thread would wait for ever for a promise that is dropped with its
/// coroutine.
#[test]
fn a_promise_that_goes_with_its_executor_is_broken() {
    needs!(EndDropsTasks);
    let (promise, future) = gen::promise::<u32>();
    let reader = thread::spawn(move || gen::run_sync(future));
    run(async {
        drop(spawn(async move {
            let _promise = promise;
            std::future::pending::<gen::Result>().await
        }));
        Ok(())
    });
    assert!(reader.join().unwrap().unwrap_err().is::<BrokenPromiseError>());
}

/// Otherwise a reader behind one whose waker panics would not be woken.
#[test]
fn a_waker_that_panics_keeps_nobody_from_being_woken() {
    struct Panics;
    impl Wake for Panics {
        fn wake(self: Arc<Self>) {
            panic!("in a waker");
        }
    }
    let (promise, future) = gen::promise();
    let (mut first, mut second) = (future.clone(), future);
    let poller = Poller::new();
    let polled = Future::poll(Pin::new(&mut first), &mut Context::from_waker(&Waker::from(Arc::new(Panics))));
    assert!(polled.is_pending());
    assert!(poller.poll(Pin::new(&mut second)).is_pending());
    let (set, lines) = logged(|| promise.set(7));
    set.unwrap();
    assert_eq!(lines, ["ERROR gen: a waker panicked: in a waker"]);
    assert_eq!(poller.wakes(), 1);
}

/// Otherwise a value whose drop uses the same promise would lock it for ever.
#[test]
fn drops_may_look_at_the_promise_that_they_belong_to() {
    thread_local!(static PROMISE: RefCell<Option<gen::Promise<Looks>>> = const { RefCell::new(None) });
    #[derive(Clone)]
    struct Looks;
    impl Drop for Looks {
        fn drop(&mut self) {
            PROMISE.with_borrow(|promise| assert!(promise.as_ref().is_some_and(gen::Promise::is_set)));
        }
    }
    let (promise, future) = gen::promise();
    PROMISE.set(Some(promise));
    let set = || PROMISE.with_borrow(|promise| promise.as_ref().map(|promise| promise.set(Looks)));
    assert!(set().is_some_and(|set| set.is_ok()));
    assert!(set().is_some_and(|set| set.is_err()));
    drop(future.result());
    drop(future);
    assert!(set().is_some_and(|set| set.is_err()));
    PROMISE.set(None);
}

/// With as many readers as a server has connections, each reader would be searched among all.
#[test]
fn t18_100_000_readers_are_woken_in_order() {
    const COUNT: usize = 100_000;
    let (promise, future) = gen::promise();
    let woken = Arc::new(std::sync::Mutex::new(Vec::new()));
    struct Numbered(usize, Arc<std::sync::Mutex<Vec<usize>>>);
    impl Wake for Numbered {
        fn wake(self: Arc<Self>) {
            self.1.lock().unwrap().push(self.0);
        }
    }
    let mut readers: Vec<_> = (0..COUNT).map(|_| future.clone()).collect();
    for (number, reader) in readers.iter_mut().enumerate() {
        let waker = Waker::from(Arc::new(Numbered(number, woken.clone())));
        assert!(Future::poll(Pin::new(reader), &mut Context::from_waker(&waker)).is_pending());
    }
    // Every second reader leaves.
    let mut number = 0;
    readers.retain(|_| {
        number += 1;
        number % 2 == 0
    });
    promise.set(7).unwrap();
    assert!(woken.lock().unwrap().iter().copied().eq((1..COUNT).step_by(2)));
    let poller = Poller::new();
    assert!(readers.into_iter().all(|reader| matches!(poller.poll(pin!(reader)), Poll::Ready(Ok(7)))));
}

thread_local! {
    /// The future whose value uses it, and how deep the clones are nested.
    static READ: RefCell<Option<SharedFuture<Reads>>> = const { RefCell::new(None) };
    static DEPTH: std::cell::Cell<u32> = const { std::cell::Cell::new(0) };
}

/// A value whose first clone reads the future that it is the result of, in every possible way.
struct Reads;

impl Clone for Reads {
    fn clone(&self) -> Self {
        if DEPTH.replace(1) == 0 {
            let mut future = READ.with_borrow(Clone::clone).expect("the test has set it");
            assert!(future.is_done());
            assert!(matches!(future.result(), Some(Ok(Reads))));
            assert!(matches!(Poller::new().poll(Pin::new(&mut future)), Poll::Ready(Ok(Reads))));
            drop(future);
            DEPTH.set(0);
        }
        Reads
    }
}

/// Otherwise a cache whose entries refer to each other would deadlock.
#[test]
fn a_clone_may_read_the_future_that_it_belongs_to() {
    let (promise, future) = gen::promise();
    READ.set(Some(future.clone()));
    promise.set(Reads).unwrap();
    assert!(matches!(future.result(), Some(Ok(Reads))));
    assert!(matches!(Poller::new().poll(pin!(future.clone())), Poll::Ready(Ok(Reads))));
    assert!(promise.set(Reads).is_err());
    // Drops the last reader, whose owner polls it.
    READ.set(None);
    DEPTH.set(1);
    assert!(gen::block_on(future).is_ok());
    DEPTH.set(0);
}

/// Otherwise the panic of one reader would affect all readers.
#[test]
fn a_clone_that_panics_leaves_the_value_to_the_other_readers() {
    struct PanicsOnce(Arc<std::sync::atomic::AtomicBool>);
    impl Clone for PanicsOnce {
        fn clone(&self) -> Self {
            assert!(self.0.swap(true, std::sync::atomic::Ordering::Relaxed), "the first clone");
            PanicsOnce(self.0.clone())
        }
    }
    let (promise, future) = gen::promise();
    promise.set(PanicsOnce(Arc::default())).unwrap();
    let other = future.clone();
    let read = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| drop(future.result())));
    assert!(read.is_err());
    // On this thread, and on another.
    assert!(future.result().is_some_and(|read| read.is_ok()));
    assert!(thread::spawn(move || gen::block_on(other)).join().unwrap().is_ok());
}

/// Otherwise the clones of a value that is not `Sync` would race with each other.
#[test]
fn a_value_that_is_not_sync_is_cloned_by_one_thread_at_a_time() {
    /// Counts its clones without any synchronization.
    struct Counts(std::cell::Cell<u32>);
    impl Clone for Counts {
        fn clone(&self) -> Self {
            let before = self.0.get();
            thread::yield_now();
            self.0.set(before + 1);
            Counts(self.0.clone())
        }
    }
    const READS: u32 = 1_000;
    let (promise, future) = gen::promise();
    promise.set(Counts(0.into())).unwrap();
    thread::scope(|scope| {
        for _ in 0..4 {
            let reader = future.clone();
            scope.spawn(move || (0..READS).for_each(|_| drop(reader.result())));
        }
    });
    let Some(Ok(Counts(clones))) = future.result() else { panic!("it was set") };
    assert_eq!(clones.get(), 4 * READS + 1);
}
