//! Tasks on a loop: their slots, their wakers, and their turns.

use std::cell::Cell;
use std::future::{pending, poll_fn, Future};
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};
use std::thread;
use std::time::Duration;

use gen::{IoLoop, JoinHandle, NoHost, VirtualClock};
use loop_behaviour::{logged, on_a_small_stack, until, Drops, Order};

type Done = gen::Result;

/// Each loop on its own nests half as deep.
#[test]
fn tasks_of_two_loops_that_spawn_on_each_other_do_not_overflow_the_stack() {
    type Loops = Rc<[gen::IoLoopHandle; 2]>;
    fn bounce(left: usize, loops: Loops, begun: Rc<Cell<usize>>) {
        let next = loops.clone();
        drop(loops[left % 2].spawn_local(async move {
            begun.set(begun.get() + 1);
            if left > 0 {
                bounce(left - 1, next, begun);
            }
            Ok::<(), gen::Error>(())
        }));
    }
    on_a_small_stack(|| {
        let (one, other, begun) = (IoLoop::new(), IoLoop::new(), Rc::new(Cell::new(0)));
        bounce(99_999, Rc::new([one.handle(), other.handle()]), begun.clone());
        while begun.get() < 100_000 {
            one.run_sync(async { gen::moment().await }).unwrap();
            other.run_sync(async { gen::moment().await }).unwrap();
        }
    });
}

#[test]
fn futures_that_add_each_other_to_the_loop_do_not_overflow_the_stack() {
    fn add(left: usize, begun: Rc<Cell<usize>>) {
        let io_loop = IoLoop::current().expect("it runs");
        let inner = begun.clone();
        let future = async move {
            begun.set(begun.get() + 1);
            if left > 0 {
                add(left - 1, begun);
            }
        };
        io_loop.add_future(future, move |()| drop(inner));
    }
    on_a_small_stack(|| {
        let begun = Rc::new(Cell::new(0));
        gen::block_on(async {
            add(99_999, begun.clone());
            while begun.get() < 100_000 {
                gen::moment().await.unwrap();
            }
        });
    });
}

#[test]
fn without_a_loop_the_handle_says_so_and_the_body_never_runs() {
    let drops = Drops::new();
    let held = drops.one();
    let mut handle = gen::spawn_local(async move {
        drop(held);
        unreachable!("there is no loop to run on");
        #[allow(unreachable_code)] // gives the block its type
        Done::Ok(())
    });
    assert!(handle.is_done());
    assert_eq!(drops.count(), 1);
    let error = gen::block_on(&mut handle).unwrap_err();
    assert!(error.is::<NoHost>(), "{error}");
}

#[test]
fn a_task_is_polled_once_a_turn_however_often_it_was_woken() {
    let (io_loop, order) = (IoLoop::new(), Order::new());
    let inner = order.clone();
    drop(io_loop.spawn_local(gen::ok(poll_fn(move |cx| {
        inner.push("p");
        for _ in 0..10 {
            let waker = cx.waker().clone();
            waker.wake_by_ref();
            waker.wake();
        }
        Poll::<()>::Pending
    }))));
    io_loop.block_on(async {
        for _ in 0..3 {
            order.push("|");
            gen::moment().await.unwrap();
        }
    });
    assert_eq!(order.text(), "pp|p|p|p");
}

#[test]
fn a_waker_of_an_ended_task_does_not_wake_the_next_one_in_its_place() {
    let (kept, polls) = (Rc::new(Cell::new(None)), Rc::new(Cell::new(0)));
    gen::block_on(async {
        let keep = kept.clone();
        gen::spawn_local(gen::ok(poll_fn(move |cx| {
            keep.set(Some(cx.waker().clone()));
            Poll::Ready(())
        })))
        .await
        .unwrap();
        let old: Waker = kept.take().unwrap();
        let counted = polls.clone();
        let _next: JoinHandle<()> =
            gen::spawn_local(gen::ok(until(move |_| counted.set(counted.get() + 1), || false)));
        old.wake_by_ref();
        gen::moment().await.unwrap();
        old.wake();
        gen::moment().await.unwrap();
    });
    assert_eq!(polls.get(), 1, "its first step only");
}

/// The loop has forgotten the slots of the burst.
#[test]
fn a_waker_of_a_burst_of_tasks_does_not_wake_a_later_task() {
    const TASKS: usize = 2_000;
    let (wakers, polls) = (Rc::new(Cell::new(Vec::new())), Rc::new(Cell::new(0)));
    gen::block_on(async {
        for _ in 0..TASKS {
            let (kept, mut is_fresh) = (wakers.clone(), true);
            drop(gen::spawn_local(gen::ok(poll_fn(move |cx| {
                let mut wakers: Vec<Waker> = kept.take();
                wakers.push(cx.waker().clone());
                cx.waker().wake_by_ref();
                kept.set(wakers);
                if std::mem::take(&mut is_fresh) {
                    Poll::Pending
                } else {
                    Poll::Ready(())
                }
            }))));
        }
        for _ in 0..3 {
            gen::moment().await.unwrap();
        }
        let later: Vec<JoinHandle<()>> = (0..TASKS)
            .map(|_| {
                let counted = polls.clone();
                gen::spawn_local(gen::ok(until(move |_| counted.set(counted.get() + 1), || false)))
            })
            .collect();
        let old = wakers.take();
        assert_eq!(old.len(), 2 * TASKS);
        old.into_iter().for_each(Waker::wake);
        gen::moment().await.unwrap();
        drop(later);
    });
    assert_eq!(polls.get(), TASKS, "their first steps only");
}

/// A body that goes on for some turns.
async fn some_turns() -> gen::Result<u32> {
    for _ in 0..50 {
        gen::moment().await?;
    }
    Ok(7)
}

#[test]
fn a_handle_gives_the_result_on_another_thread_as_well() {
    let io_loop = IoLoop::new();
    let elsewhere = [false, true].map(|is_polled_here| {
        let mut task = io_loop.spawn_local(some_turns());
        if is_polled_here {
            let polled = Pin::new(&mut task).poll(&mut Context::from_waker(Waker::noop()));
            assert!(polled.is_pending());
        }
        thread::spawn(move || gen::block_on(task))
    });
    io_loop.block_on(async {
        while !elsewhere.iter().all(thread::JoinHandle::is_finished) {
            gen::moment().await.unwrap();
        }
    });
    for thread in elsewhere {
        assert_eq!(thread.join().unwrap().unwrap(), 7);
    }
}

#[test]
fn a_handle_that_waits_on_another_thread_learns_that_the_loop_is_closed() {
    let io_loop = IoLoop::new();
    let [polled, unpolled] = [(); 2].map(|()| io_loop.spawn_local(async { pending::<gen::Result>().await }));
    let waits = thread::spawn(move || gen::block_on(polled));
    drop(io_loop);
    assert!(waits.join().unwrap().unwrap_err().is::<gen::LoopClosed>());
    let late = thread::spawn(move || gen::block_on(unpolled));
    assert!(late.join().unwrap().unwrap_err().is::<gen::LoopClosed>());
}

/// The body holds a value that may not leave its thread.
#[test]
fn a_task_whose_handle_is_dropped_on_another_thread_goes_on_and_its_error_is_logged_once() {
    let log = logged(|| {
        let io_loop = IoLoop::new();
        let stays = Rc::new(());
        let held = stays.clone();
        let task = io_loop.spawn_local(async move {
            gen::moment().await?;
            drop(held);
            Err::<(), _>(gen::Error::new("alone"))
        });
        thread::spawn(move || drop(task)).join().unwrap();
        assert_eq!(Rc::strong_count(&stays), 2);
        io_loop.run_sync(async { gen::moment().await }).unwrap();
        assert_eq!(Rc::strong_count(&stays), 1);
    });
    assert_eq!(log, ["ERROR gen: a task failed, and its result was never read: alone"]);
}

/// Polls a handle on another thread, and takes it back.
fn polled_elsewhere<T: Send>(mut task: JoinHandle<T>) -> JoinHandle<T> {
    thread::scope(|scope| {
        let poll = || {
            let polled = Pin::new(&mut task).poll(&mut Context::from_waker(Waker::noop()));
            assert!(polled.is_pending());
            task
        };
        scope.spawn(poll).join().unwrap()
    })
}

/// Starts a task that fails after two seconds, and holds a value until then.
fn fails_late(io_loop: &IoLoop, drops: &Drops) -> JoinHandle<()> {
    let held = drops.one();
    io_loop.spawn_local(async move {
        gen::sleep(Duration::from_secs(2)).await?;
        drop(held);
        Err(gen::Error::new("alone"))
    })
}

/// The loop reads the other thread's request to wake the handle after the drop of the handle.
/// Otherwise nothing would report the error, and the memory of the task would leak.
#[test]
fn a_handle_that_waited_elsewhere_and_is_dropped_here_leaves_its_task_once() {
    let drops = Drops::new();
    let log = logged(|| {
        let io_loop = IoLoop::with_clock(VirtualClock::new());
        drop(polled_elsewhere(fails_late(&io_loop, &drops)));
        io_loop.run_sync(gen::sleep(Duration::from_secs(3))).unwrap();
    });
    assert_eq!(drops.count(), 1);
    assert_eq!(log, ["ERROR gen: a task failed, and its result was never read: alone"]);
}

/// As above, and the timeout has left the reason of the drop in the place of the handle's waker.
#[test]
fn a_handle_that_waited_elsewhere_and_is_dropped_by_a_timeout_leaves_its_task_once() {
    let drops = Drops::new();
    let log = logged(|| {
        let io_loop = IoLoop::with_clock(VirtualClock::new());
        let mut task = Some(fails_late(&io_loop, &drops));
        let mut was_polled = false;
        // The second poll is that of the deadline, which drops the handle in the same turn.
        let child = poll_fn(move |_| {
            if std::mem::replace(&mut was_polled, true) {
                task = task.take().map(polled_elsewhere);
            }
            Poll::<gen::Result>::Pending
        });
        io_loop.run_sync(gen::with_timeout(Duration::from_secs(1), child).join()).unwrap_err();
        io_loop.run_sync(gen::sleep(Duration::from_secs(3))).unwrap();
    });
    assert_eq!(drops.count(), 1);
    assert_eq!(log, ["ERROR gen: a task failed after the timeout that waited for it: alone"]);
}

#[test]
fn a_task_that_wakes_itself_for_ever_starves_nobody() {
    let io_loop = IoLoop::with_clock(VirtualClock::new());
    let order = Order::new();
    drop(io_loop.spawn_local(gen::ok(until(|waker| waker.wake_by_ref(), || false))));
    let inner = order.clone();
    io_loop.add_callback(order.note("callback "));
    io_loop.call_later(Duration::ZERO, order.note("timer "));
    io_loop
        .run_sync(async move {
            gen::moment().await?;
            inner.push("task ");
            let other = gen::spawn_local(async { gen::moment().await });
            other.await?;
            inner.push("end");
            Done::Ok(())
        })
        .unwrap();
    assert_eq!(order.text(), "callback timer task end");
}

#[test]
fn t18_a_hundred_thousand_ready_yields_end_in_one_turn_and_others_go_on() {
    // They use no stack and no turn, as in Tornado. A body that never suspends starves other tasks
    // by design, and `moment` is the remedy.
    let (io_loop, order) = (IoLoop::new(), Order::new());
    let inner = order.clone();
    io_loop.add_callback(order.note("before "));
    drop(io_loop.spawn_local(async move {
        gen::moment().await?;
        for _ in 0..100_000 {
            std::future::ready(()).await;
        }
        inner.push("yields ");
        Done::Ok(())
    }));
    io_loop.add_callback(order.note("after"));
    io_loop.run_sync(async { gen::moment().await }).unwrap();
    assert_eq!(order.text(), "before yields after");
}

#[test]
fn handles_are_send_only_if_their_results_are() {
    trait AmbiguousIfSend<A> {
        fn check() {}
    }
    impl<T: ?Sized> AmbiguousIfSend<()> for T {}
    impl<T: ?Sized + Send> AmbiguousIfSend<u8> for T {}
    fn send<T: Send>() {}
    fn sync<T: Sync>() {}
    send::<JoinHandle<String>>();
    sync::<JoinHandle<String>>();
    send::<JoinHandle<Cell<u8>>>();
    sync::<JoinHandle<Cell<u8>>>();
    send::<gen::Sleep>();
    send::<gen::Moment>();
    send::<gen::Remote>();
    sync::<gen::Remote>();
    send::<gen::TimerKey>();
    // These do not compile if the type becomes `Send`.
    <JoinHandle<Rc<()>> as AmbiguousIfSend<_>>::check();
    <IoLoop as AmbiguousIfSend<_>>::check();
    <gen::IoLoopHandle as AmbiguousIfSend<_>>::check();
}
