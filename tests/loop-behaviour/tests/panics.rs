//! A panic ends its task only: the waiting task gets the panic as an error, and the loop goes on.
use std::future::{poll_fn, Future};
use std::panic::{catch_unwind, panic_any, AssertUnwindSafe};
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};

use gen::{IoLoop, Panicked};
use loop_behaviour::{logged, Drops, Order, PanicsInDrop};

#[test]
fn who_waits_for_a_task_that_panicked_gets_an_error_with_its_payload() {
    gen::block_on(async {
        let task = gen::spawn(async {
            gen::moment().await?;
            if true {
                panic_any(String::from("no way"));
            }
            Ok::<(), gen::Error>(())
        });
        let error = task.await.unwrap_err();
        let panicked = error.downcast_ref::<Panicked>().expect("it panicked");
        assert_eq!(panicked.message(), "no way");
        let payload = panicked.take_payload().expect("nobody took it before");
        assert_eq!(payload.downcast_ref::<String>().unwrap(), "no way");
        assert!(panicked.take_payload().is_none());
    });
}

#[test]
fn a_panic_in_the_first_step_does_not_reach_the_spawner() {
    let drops = Drops::new();
    gen::block_on(async {
        let held = drops.one();
        let task = gen::spawn_local(async move {
            let _held = held;
            if true {
                panic!("at once");
            }
            Ok::<(), gen::Error>(())
        });
        assert!(task.is_done());
        assert_eq!(drops.count(), 1, "what the body held is free");
        assert!(task.await.unwrap_err().is::<Panicked>());
    });
}

#[test]
fn a_panic_that_nobody_looks_at_is_logged() {
    let log = logged(|| {
        gen::block_on(async {
            drop(gen::spawn(async {
                gen::moment().await?;
                if true {
                    panic!("unseen");
                }
                Ok::<(), gen::Error>(())
            }));
            gen::moment().await.unwrap();
        });
    });
    assert_eq!(log, ["ERROR gen: a task failed, and its result was never read: panicked: unseen"]);
}

#[test]
fn a_panic_in_the_future_of_run_sync_goes_on_in_its_caller() {
    let (io_loop, order) = (IoLoop::new(), Order::new());
    let inner = order.clone();
    let caught = catch_unwind(AssertUnwindSafe(|| {
        io_loop.run_sync(async {
            IoLoop::current().unwrap().add_callback(inner.note("a"));
            gen::moment().await?;
            if true {
                panic_any(42);
            }
            Ok::<(), gen::Error>(())
        })
    }));
    assert_eq!(caught.unwrap_err().downcast_ref::<i32>(), Some(&42));
    assert_eq!(order.text(), "a");
    // The loop still works.
    assert!(IoLoop::current().is_none());
    io_loop.run_sync(async { gen::moment().await }).unwrap();
}

#[test]
fn a_panic_in_the_future_of_run_sync_timeout_goes_on_in_its_caller() {
    let io_loop = IoLoop::new();
    let caught = catch_unwind(AssertUnwindSafe(|| {
        io_loop.run_sync_timeout(std::time::Duration::from_secs(1), async {
            if true {
                panic!("within the limit");
            }
            Ok::<(), gen::Error>(())
        })
    }));
    assert_eq!(caught.unwrap_err().downcast_ref::<&str>(), Some(&"within the limit"));
}

#[test]
fn a_panic_in_the_drop_of_a_body_does_not_kill_the_loop_nor_the_result() {
    let (io_loop, order) = (IoLoop::new(), Order::new());
    let guard = PanicsInDrop;
    let mut polled = false;
    let task = io_loop.spawn_local(poll_fn(move |cx| {
        let _ = &guard;
        if std::mem::replace(&mut polled, true) {
            return Poll::Ready(Ok::<_, gen::Error>(7));
        }
        cx.waker().wake_by_ref();
        Poll::Pending
    }));
    io_loop.add_callback(order.note("a"));
    let log = logged(|| assert_eq!(io_loop.run_sync(task).unwrap(), 7));
    assert_eq!(log, ["ERROR gen: the drop of a task's body panicked: in a drop"]);
    assert_eq!(order.text(), "a");
}

#[test]
fn a_panic_in_the_drop_of_an_unread_result_does_not_kill_the_loop() {
    let (io_loop, order) = (IoLoop::new(), Order::new());
    drop(io_loop.spawn_local(async {
        gen::moment().await?;
        Ok::<_, gen::Error>(PanicsInDrop)
    }));
    io_loop.add_callback(order.note("a"));
    let log = logged(|| io_loop.run_sync(async { gen::moment().await }).unwrap());
    assert_eq!(log, ["ERROR gen: the drop of a task's result panicked: in a drop"]);
    assert_eq!(order.text(), "a");
}

#[test]
fn a_panic_in_the_waker_of_who_waits_does_not_kill_the_loop() {
    struct Panics;
    impl Wake for Panics {
        fn wake(self: Arc<Self>) {
            panic!("in a waker");
        }
    }
    let (io_loop, order) = (IoLoop::new(), Order::new());
    let mut task = io_loop.spawn_local(async { gen::moment().await });
    let waker = Waker::from(Arc::new(Panics));
    assert!(std::pin::Pin::new(&mut task).poll(&mut Context::from_waker(&waker)).is_pending());
    io_loop.add_callback(order.note("a"));
    let log = logged(|| io_loop.run_sync(async { gen::moment().await }).unwrap());
    assert_eq!(log, ["ERROR gen: a waker panicked: in a waker"]);
    assert_eq!(order.text(), "a");
    gen::block_on(task).unwrap();
}

#[test]
fn a_handle_dropped_by_the_drop_of_the_waker_it_held_does_not_lock_up() {
    // A waker that owns the handle with which it waits. Dropping one drops the other.
    struct Owner(std::sync::Mutex<Option<gen::JoinHandle<()>>>);
    impl Wake for Owner {
        fn wake(self: Arc<Self>) {}
    }
    let io_loop = IoLoop::new();
    let owner = Arc::new(Owner(std::sync::Mutex::new(None)));
    let waker = Waker::from(owner.clone());
    let mut task = io_loop.spawn_local(async { gen::moment().await });
    assert!(std::pin::Pin::new(&mut task).poll(&mut Context::from_waker(&waker)).is_pending());
    *owner.0.lock().unwrap() = Some(task);
    drop((owner, waker));
    io_loop.run_sync(async { gen::moment().await }).unwrap();
    io_loop.run_sync(async { gen::moment().await }).unwrap();
}
