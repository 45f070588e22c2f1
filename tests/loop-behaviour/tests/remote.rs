//! Wakes, callbacks and stops from other threads.
use std::cell::Cell;
use std::future::{poll_fn, Future};
use std::rc::Rc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{mpsc, Arc};
use std::task::{Poll, Waker};
use std::thread;
use std::time::Duration;

use gen::IoLoop;
use loop_behaviour::{logged, until, Order, WatchedClock};

#[test]
fn a_wake_from_another_thread_resumes_a_task_of_an_idle_loop() {
    let (tx, rx) = mpsc::channel::<Waker>();
    let ready = Arc::new(AtomicBool::new(false));
    let thread = thread::spawn({
        let ready = ready.clone();
        move || {
            let waker = rx.recv().unwrap();
            ready.store(true, Ordering::Release);
            waker.wake();
        }
    });
    gen::block_on(async {
        let task = gen::spawn_local(gen::ok(until(
            move |waker| tx.send(waker.clone()).unwrap(),
            move || ready.load(Ordering::Acquire),
        )));
        task.await.unwrap();
    });
    thread.join().unwrap();
}

#[test]
fn wakes_from_many_threads_lose_nothing() {
    const THREADS: usize = 4;
    const ROUNDS: usize = 500;
    let done = Arc::new(AtomicUsize::new(0));
    gen::block_on(async {
        let mut tasks = Vec::new();
        for _ in 0..THREADS {
            let (tx, rx) = mpsc::channel::<Waker>();
            let (count, seen) = (Arc::new(AtomicUsize::new(0)), Rc::new(Cell::new(0)));
            let thread = thread::spawn({
                let count = count.clone();
                move || {
                    for waker in rx {
                        count.fetch_add(1, Ordering::Release);
                        waker.wake_by_ref();
                    }
                }
            });
            let done = done.clone();
            tasks.push(gen::spawn_local(async move {
                for round in 1..=ROUNDS {
                    let sent = Cell::new(false);
                    until(
                        |waker| {
                            if !sent.replace(true) {
                                tx.send(waker.clone()).unwrap();
                            }
                        },
                        || count.load(Ordering::Acquire) == round,
                    )
                    .await;
                    seen.set(seen.get() + 1);
                }
                drop(tx);
                thread.join().unwrap();
                done.fetch_add(seen.get(), Ordering::Relaxed);
                Ok::<(), gen::Error>(())
            }));
        }
        for task in tasks {
            task.await.unwrap();
        }
    });
    assert_eq!(done.load(Ordering::Relaxed), THREADS * ROUNDS);
}

#[test]
fn remote_callbacks_run_on_the_loops_thread_in_order() {
    let (io_loop, order) = (IoLoop::new(), Order::new());
    let remote = io_loop.remote();
    let home = thread::current().id();
    let (tx, rx) = mpsc::channel();
    thread::spawn(move || {
        for letter in ['a', 'b', 'c'] {
            let tx = tx.clone();
            remote.add_callback(move || tx.send((letter, thread::current().id())).unwrap()).unwrap();
        }
        let stop = remote.clone();
        remote.add_callback(move || stop.stop()).unwrap();
    })
    .join()
    .unwrap();
    io_loop.start();
    for (letter, thread) in rx.try_iter() {
        assert_eq!(thread, home);
        order.push(letter);
    }
    assert_eq!(order.text(), "abc");
}

#[test]
fn a_remote_callback_that_fails_is_logged_and_stops_nobody() {
    let io_loop = IoLoop::new();
    let remote = io_loop.remote();
    remote.add_callback(|| Err::<(), _>("far away")).unwrap();
    remote.add_callback(|| -> () { panic!("there") }).unwrap();
    let stop = remote.clone();
    remote.add_callback(move || stop.stop()).unwrap();
    let log = logged(|| io_loop.start());
    assert_eq!(log, ["ERROR gen: a callback failed: far away", "ERROR gen: a callback panicked: there"]);
}

#[test]
fn a_stop_from_another_thread_ends_an_idle_start() {
    let io_loop = IoLoop::new();
    let remote = io_loop.remote();
    let thread = thread::spawn(move || remote.stop());
    io_loop.start();
    thread.join().unwrap();
}

#[test]
fn a_remote_of_a_closed_loop_says_so_and_drops_the_callback() {
    let remote = IoLoop::new().remote();
    let counted = Arc::new(());
    let held = counted.clone();
    let refused = remote.add_callback(move || drop(held));
    assert!(matches!(refused, Err(gen::LoopClosed { .. })));
    assert_eq!(Arc::strong_count(&counted), 1);
    remote.stop();
}

#[test]
fn a_waker_whose_loop_is_gone_does_nothing_on_any_thread() {
    let io_loop = IoLoop::new();
    let (tx, rx) = mpsc::channel::<Waker>();
    drop(io_loop.spawn_local(gen::ok(until(move |waker| tx.send(waker.clone()).unwrap(), || false))));
    let waker = rx.recv().unwrap();
    let far = waker.clone();
    drop(io_loop);
    waker.wake_by_ref();
    // It does not reach the task in the same slot of the next loop either.
    let (next, polls) = (IoLoop::new(), Rc::new(Cell::new(0)));
    let counted = polls.clone();
    drop(next.spawn_local(gen::ok(until(move |_| counted.set(counted.get() + 1), || false))));
    next.block_on(async {
        waker.wake_by_ref();
        gen::moment().await.unwrap();
        waker.wake();
        gen::moment().await.unwrap();
    });
    assert_eq!(polls.get(), 1, "its first step only");
    thread::spawn(move || far.wake()).join().unwrap();
}

#[test]
fn a_sleep_dropped_on_another_thread_takes_its_timer_back() {
    let clock = WatchedClock::default();
    let io_loop = IoLoop::with_clock(clock.clone());
    let mut moved = None;
    io_loop.block_on(async {
        let mut sleep = Box::pin(gen::sleep(Duration::from_secs(60)));
        poll_fn(|cx| {
            assert!(sleep.as_mut().poll(cx).is_pending());
            Poll::Ready(())
        })
        .await;
        moved = Some(sleep);
    });
    thread::spawn(move || drop(moved)).join().unwrap();
    io_loop.run_sync(async { gen::sleep(Duration::from_secs(3600)).await }).unwrap();
    assert_eq!(clock.waits(), [3600]);
}

#[test]
fn a_join_handle_can_be_waited_for_on_another_thread() {
    let io_loop = IoLoop::new();
    let handle = io_loop.spawn_local(async {
        gen::moment().await?;
        Ok::<_, gen::Error>(String::from("from there"))
    });
    let stop = io_loop.remote();
    let thread = thread::spawn(move || {
        let result = gen::block_on(handle);
        stop.stop();
        result
    });
    io_loop.start();
    assert_eq!(thread.join().unwrap().unwrap(), "from there");
}

#[test]
fn a_wake_while_the_thread_is_torn_down_does_not_abort() {
    struct WakesInDrop(Waker);
    impl Drop for WakesInDrop {
        fn drop(&mut self) {
            self.0.wake_by_ref();
        }
    }
    thread_local!(static LAST: std::cell::RefCell<Option<WakesInDrop>> = const { std::cell::RefCell::new(None) });
    let (io_loop, ready) = (IoLoop::new(), Arc::new(AtomicBool::new(false)));
    let (tx, rx) = mpsc::channel::<Waker>();
    let thread = thread::spawn({
        let ready = ready.clone();
        move || {
            // Registered first, so destroyed after the loop's own thread-local.
            LAST.with(|last| assert!(last.borrow().is_none()));
            assert!(IoLoop::current().is_none());
            let waker = rx.recv().unwrap();
            ready.store(true, Ordering::Release);
            LAST.with(|last| *last.borrow_mut() = Some(WakesInDrop(waker)));
        }
    });
    io_loop
        .block_on(until(move |waker| tx.send(waker.clone()).unwrap_or(()), || ready.load(Ordering::Acquire)));
    thread.join().unwrap();
}
