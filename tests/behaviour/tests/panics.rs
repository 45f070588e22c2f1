//! A panic ends its task only: the waiting task gets the panic as an error, and the executor goes
//! on.

use std::future::{poll_fn, Future};
use std::panic::panic_any;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Wake, Waker};

use behaviour::{logged, needs, run, spawn, Count, Guard, PanicsInDrop};
use gen::Panicked;

/// Otherwise a supervisor could not tell a panic from an error, or raise it again.
#[test]
fn who_waits_for_a_task_that_panicked_gets_an_error_with_its_payload() {
    run(async {
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
        Ok(())
    });
}

/// Otherwise the panic of one request would end the server.
#[test]
fn a_panic_in_the_first_step_does_not_reach_the_spawner() {
    let dropped = Count::default();
    run(async {
        let held = Guard(dropped.clone());
        let task = spawn(async move {
            let _held = held;
            if true {
                panic!("at once");
            }
            Ok::<(), gen::Error>(())
        });
        assert!(task.is_done());
        assert_eq!(dropped.get(), 1, "what the body held is free");
        assert!(task.await.unwrap_err().is::<Panicked>());
        Ok(())
    });
}

/// Otherwise a panic would go unnoticed.
#[test]
fn a_panic_that_nobody_looks_at_is_logged() {
    needs!(OneThread);
    let ((), lines) = logged(|| {
        run(async {
            drop(gen::spawn(async {
                gen::moment().await?;
                if true {
                    panic!("unseen");
                }
                Ok::<(), gen::Error>(())
            }));
            gen::moment().await?;
            gen::moment().await
        });
    });
    assert_eq!(lines, ["ERROR gen: a task failed, and its result was never read: panicked: unseen"]);
}

/// Otherwise a destructor would end the executor, or lose the result.
#[test]
fn a_panic_in_the_drop_of_a_body_does_not_reach_the_executor_nor_the_result() {
    let guard = PanicsInDrop;
    let mut is_polled = false;
    let body = poll_fn(move |cx| {
        let _ = &guard;
        if std::mem::replace(&mut is_polled, true) {
            return Poll::Ready(Ok::<_, gen::Error>(7));
        }
        cx.waker().wake_by_ref();
        Poll::Pending
    });
    let (seven, lines) = logged(|| run(async { spawn(body).await }));
    assert_eq!(seven, 7);
    assert_eq!(lines, ["ERROR gen: the drop of a task's body panicked: in a drop"]);
}

/// The same for a result that is not read.
#[test]
fn a_panic_in_the_drop_of_an_unread_result_does_not_reach_the_executor() {
    needs!(OneThread);
    let ((), lines) = logged(|| {
        run(async {
            drop(spawn(async {
                gen::moment().await?;
                Ok::<_, gen::Error>(PanicsInDrop)
            }));
            gen::moment().await?;
            gen::moment().await
        });
    });
    assert_eq!(lines, ["ERROR gen: the drop of a task's result panicked: in a drop"]);
}

/// The same for the waker of a future that waits for the task.
#[test]
fn a_panic_in_the_waker_of_who_waits_does_not_reach_the_executor() {
    struct Panics;
    impl Wake for Panics {
        fn wake(self: Arc<Self>) {
            panic!("in a waker");
        }
    }
    needs!(OneThread);
    let ((), lines) = logged(|| {
        run(async {
            let mut task = spawn(async { gen::moment().await });
            let waker = Waker::from(Arc::new(Panics));
            assert!(Pin::new(&mut task).poll(&mut Context::from_waker(&waker)).is_pending());
            gen::moment().await?;
            gen::moment().await?;
            task.await
        });
    });
    assert_eq!(lines, ["ERROR gen: a waker panicked: in a waker"]);
}

/// A waker that owns the handle with which it waits. Dropping one drops the other.
#[test]
fn a_handle_dropped_by_the_drop_of_the_waker_it_held_does_not_lock_up() {
    struct Owner(Mutex<Option<gen::JoinHandle<u8>>>);
    impl Wake for Owner {
        fn wake(self: Arc<Self>) {}
    }
    run(async {
        let (promise, future) = gen::promise();
        let owner = Arc::new(Owner(Mutex::new(None)));
        let waker = Waker::from(owner.clone());
        let mut task = spawn(future);
        assert!(Pin::new(&mut task).poll(&mut Context::from_waker(&waker)).is_pending());
        *owner.0.lock().unwrap() = Some(task);
        drop((owner, waker));
        promise.set(7)?;
        gen::moment().await?;
        gen::moment().await
    });
}
