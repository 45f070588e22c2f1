//! Dropping a loop drops everything on it, once, on its thread, and leaks nothing.
use std::cell::{Cell, RefCell};
use std::future::{pending, poll_fn, Future};
use std::pin::Pin;
use std::rc::Rc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{mpsc, Arc};
use std::task::{Context, Poll, Wake, Waker};
use std::thread;
use std::time::Duration;

use gen::{IoLoop, JoinHandle, LoopClosed};
use loop_behaviour::{logged, until, Drops, Order, PanicsInDrop};

/// Is suspended for ever, and owns `held`.
async fn hold<T>(held: T) -> gen::Result {
    pending::<()>().await;
    drop(held);
    Ok(())
}

#[test]
fn suspended_bodies_queued_callbacks_and_timers_are_dropped_with_the_loop() {
    let (io_loop, drops) = (IoLoop::new(), Drops::new());
    drop(io_loop.spawn_local(hold(drops.one())));
    let callback = drops.one();
    io_loop.add_callback(move || drop(callback));
    let timer = drops.one();
    io_loop.call_later(Duration::from_secs(1), move || drop(timer));
    let far = Arc::new(());
    let held = far.clone();
    io_loop.remote().add_callback(move || drop(held)).unwrap();
    assert_eq!(drops.count(), 0);
    drop(io_loop);
    assert_eq!(drops.count(), 3);
    assert_eq!(Arc::strong_count(&far), 1);
}

#[test]
fn bodies_that_hold_their_own_loop_do_not_leak() {
    let (io_loop, drops) = (IoLoop::new(), Drops::new());
    drop(io_loop.spawn_local(hold((io_loop.handle(), drops.one()))));
    let (handle, held) = (io_loop.handle(), drops.one());
    io_loop.add_callback(move || drop((handle, held)));
    let (handle, held) = (io_loop.handle(), drops.one());
    io_loop.call_later(Duration::from_secs(1), move || drop((handle, held)));
    drop(io_loop);
    assert_eq!(drops.count(), 3);
}

#[test]
fn a_task_that_holds_its_own_handle_does_not_leak() {
    let (io_loop, drops) = (IoLoop::new(), Drops::new());
    let place: Rc<RefCell<Option<JoinHandle<()>>>> = Rc::default();
    *place.borrow_mut() = Some(io_loop.spawn_local(hold((place.clone(), drops.one()))));
    drop(place);
    drop(io_loop);
    assert_eq!(drops.count(), 1);
}

#[test]
fn a_task_that_waits_for_its_own_handle_does_not_leak() {
    let (io_loop, drops) = (IoLoop::new(), Drops::new());
    let place: Rc<RefCell<Option<JoinHandle<()>>>> = Rc::default();
    let (inside, held) = (place.clone(), drops.one());
    let task = io_loop.spawn_local(async move {
        let _held = held;
        gen::moment().await?;
        let me = inside.borrow_mut().take().expect("it was put there");
        me.await
    });
    *place.borrow_mut() = Some(task);
    io_loop.run_sync(async { gen::moment().await }).unwrap();
    io_loop.run_sync(async { gen::moment().await }).unwrap();
    assert!(place.borrow().is_none(), "it waits");
    drop(io_loop);
    assert_eq!(drops.count(), 1);
}

#[test]
fn whoever_waits_for_a_task_of_a_closed_loop_is_told() {
    let io_loop = IoLoop::new();
    let mut task = io_loop.spawn_local(hold(()));
    let woken = Arc::new(Woken::default());
    let waker = Waker::from(woken.clone());
    assert!(Pin::new(&mut task).poll(&mut Context::from_waker(&waker)).is_pending());
    drop(io_loop);
    assert_eq!(Arc::strong_count(&woken), 2, "the waker was used up");
    assert!(woken.0.load(Ordering::Relaxed));
    assert!(task.is_done());
    for _ in 0..2 {
        assert!(gen::block_on(&mut task).unwrap_err().is::<LoopClosed>());
    }
}

#[derive(Default)]
struct Woken(AtomicBool);

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Ordering::Relaxed);
    }
}

#[test]
fn what_run_sync_leaves_behind_is_dropped_with_its_loop() {
    let drops = Drops::new();
    let held = drops.one();
    gen::run_sync(async move {
        drop(gen::spawn_local(hold(held)));
        Ok::<(), gen::Error>(())
    })
    .unwrap();
    assert_eq!(drops.count(), 1);
}

#[test]
fn what_a_loop_is_asked_while_it_closes_does_no_harm() {
    struct Asks(gen::IoLoopHandle, Order);
    impl Drop for Asks {
        fn drop(&mut self) {
            let Asks(handle, order) = self;
            handle.add_callback(order.note("never"));
            let key = handle.call_later(Duration::ZERO, order.note("never"));
            handle.remove_timeout(key);
            let task = handle.spawn_local(hold(()));
            assert!(gen::block_on(task).unwrap_err().is::<LoopClosed>());
            assert!(IoLoop::current().is_none());
            assert!(handle.remote().add_callback(|| ()).is_err());
            handle.stop();
            order.push("asked");
        }
    }
    let (io_loop, order) = (IoLoop::new(), Order::new());
    drop(io_loop.spawn_local(hold(Asks(io_loop.handle(), order.clone()))));
    drop(io_loop);
    assert_eq!(order.text(), "asked");
}

#[test]
fn a_body_that_wakes_others_while_it_is_dropped_does_no_harm() {
    struct WakesInDrop(Waker);
    impl Drop for WakesInDrop {
        fn drop(&mut self) {
            self.0.wake_by_ref();
        }
    }
    let (io_loop, count) = (IoLoop::new(), Rc::new(Cell::new(0)));
    let wakers: Rc<RefCell<Vec<Waker>>> = Rc::default();
    for _ in 0..3 {
        let (wakers, count) = (wakers.clone(), count.clone());
        drop(io_loop.spawn_local(async move {
            let mut held = Vec::new();
            poll_fn(move |cx| {
                count.set(count.get() + 1);
                wakers.borrow_mut().push(cx.waker().clone());
                held.extend(wakers.borrow().iter().cloned().map(WakesInDrop));
                Poll::<()>::Pending
            })
            .await;
            Ok::<(), gen::Error>(())
        }));
    }
    drop(io_loop);
    assert_eq!(count.get(), 3, "nothing was polled again");
}

#[test]
fn a_panic_in_one_drop_does_not_keep_the_others_from_being_dropped() {
    let (io_loop, drops) = (IoLoop::new(), Drops::new());
    drop(io_loop.spawn_local(hold((drops.one(), PanicsInDrop))));
    drop(io_loop.spawn_local(hold(drops.one())));
    let callback = PanicsInDrop;
    io_loop.add_callback(move || drop(callback));
    let held = drops.one();
    io_loop.call_later(Duration::ZERO, move || drop(held));
    let log = logged(|| drop(io_loop));
    assert_eq!(drops.count(), 3);
    assert_eq!(
        log,
        [
            "ERROR gen: the drop of a task's body panicked: in a drop",
            "ERROR gen: the drop of a callback panicked: in a drop"
        ]
    );
}

#[test]
fn a_body_whose_first_step_drops_the_loop_is_dropped_after_that_step() {
    let (io_loop, order, drops) = (IoLoop::new(), Order::new(), Drops::new());
    let (handle, inner, held) = (io_loop.handle(), order.clone(), drops.one());
    drop(io_loop.spawn_local(hold(drops.one())));
    let seen = drops.clone();
    let task = handle.spawn_local(async move {
        let _held = held;
        drop(io_loop);
        inner.push(seen.count());
        gen::moment().await?;
        inner.push("never");
        Ok::<(), gen::Error>(())
    });
    assert_eq!(order.text(), "1", "the other one went at once, this one not under its own feet");
    assert_eq!(drops.count(), 2);
    assert!(gen::block_on(task).unwrap_err().is::<LoopClosed>());
}

#[test]
fn a_handle_on_another_thread_may_outlive_loop_and_body() {
    let (io_loop, drops) = (IoLoop::new(), Drops::new());
    let held = drops.one();
    let task = io_loop.spawn_local(async move {
        pending::<()>().await;
        drop(held);
        Ok::<String, gen::Error>(String::new())
    });
    let (tx, rx) = mpsc::channel::<()>();
    let thread = thread::spawn(move || {
        rx.recv().unwrap();
        gen::block_on(task).unwrap_err().is::<LoopClosed>()
    });
    drop(io_loop);
    assert_eq!(drops.count(), 1, "here, not on the other thread");
    tx.send(()).unwrap();
    assert!(thread.join().unwrap());
}

#[test]
fn an_idle_task_keeps_no_waker_alive() {
    // The name in a waker owns nothing. A forgotten waker keeps neither its task nor its loop
    // alive.
    let (io_loop, drops) = (IoLoop::new(), Drops::new());
    let kept: Rc<RefCell<Vec<Waker>>> = Rc::default();
    let (inside, held) = (kept.clone(), drops.one());
    drop(io_loop.spawn_local(async move {
        let _held = held;
        until(|waker| inside.borrow_mut().push(waker.clone()), || false).await;
        Ok::<(), gen::Error>(())
    }));
    drop(io_loop);
    assert_eq!(drops.count(), 1);
    assert_eq!(kept.borrow().len(), 1);
    kept.borrow_mut().drain(..).for_each(Waker::wake);
}

/// Runs the function when it is dropped.
struct OnDrop<F: FnMut()>(F);

impl<F: FnMut()> Drop for OnDrop<F> {
    fn drop(&mut self) {
        (self.0)();
    }
}

/// Sends the handle of a task to another thread, which cancels the task in the middle of the first
/// of the two functions that `end` receives. `end` must call the second function when the task is
/// dropped.
fn cancelled_meanwhile(end: impl FnOnce(Box<dyn FnMut()>, Box<dyn FnMut()>, mpsc::Sender<JoinHandle<()>>)) {
    let (send_handle, handle) = mpsc::channel::<JoinHandle<()>>();
    let (going, goes) = mpsc::channel();
    let (asked, was_asked) = mpsc::channel();
    let is_gone = Arc::new(AtomicBool::new(false));
    let seen = is_gone.clone();
    let thread = thread::spawn(move || {
        let task = handle.recv().unwrap();
        goes.recv().unwrap();
        let mut cancelling = task.cancel("from afar").grace(Duration::from_secs(1));
        let polled = Pin::new(&mut cancelling).poll(&mut Context::from_waker(Waker::noop()));
        asked.send(()).unwrap();
        gen::block_on(cancelling);
        assert!(polled.is_pending() && seen.load(Ordering::SeqCst), "the task has not ended yet");
        assert!(gen::block_on(task).unwrap_err().is::<LoopClosed>());
    });
    let meanwhile = move || {
        going.send(()).unwrap();
        was_asked.recv().unwrap();
    };
    let gone = move || is_gone.store(true, Ordering::SeqCst);
    end(Box::new(meanwhile), Box::new(gone), send_handle);
    thread.join().unwrap();
}

/// Otherwise a task that waits for the end of another would go on while the local variables of that
/// one still live, and they may hold a resource that it needs.
#[test]
fn a_task_that_another_thread_cancels_meanwhile_has_ended_when_that_is_said() {
    cancelled_meanwhile(|mut meanwhile, mut gone, send_handle| {
        let io_loop = IoLoop::new();
        let held = OnDrop(move || {
            meanwhile();
            gone();
        });
        send_handle.send(io_loop.spawn_local(hold(held))).unwrap();
        drop(io_loop);
    });
}

/// The same for a task that has to wait to be dropped, because another one is dropped first.
#[test]
fn so_has_one_whose_turn_to_be_dropped_has_not_come() {
    cancelled_meanwhile(|meanwhile, gone, send_handle| {
        let io_loop = IoLoop::new();
        drop(io_loop.spawn_local(hold(OnDrop(meanwhile))));
        send_handle.send(io_loop.spawn_local(hold(OnDrop(gone)))).unwrap();
        drop(io_loop);
    });
}
