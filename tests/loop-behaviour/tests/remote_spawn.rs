//! Tasks that other threads spawn on a loop.
use std::future::pending;
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use gen::{yield_, IoLoop, LoopClosed, Panicked, VirtualClock};

#[gen::coroutine]
fn cleans_up() -> gen::Result<&'static str> {
    let error = yield_!(pending::<()>()).unwrap_err();
    yield_!(gen::moment())?;
    if error.is_cancelled() {
        Ok("cleaned up")
    } else {
        Err(error)
    }
}

#[gen::coroutine]
fn swallows() -> gen::Result {
    loop {
        let _ = yield_!(pending::<()>());
    }
}

#[test]
fn the_body_runs_on_the_thread_of_the_loop() {
    let io_loop = IoLoop::new();
    let remote = io_loop.remote();
    let thread = thread::spawn(move || {
        let task = remote.spawn(async {
            let first = thread::current().id();
            gen::moment().await?;
            Ok::<_, gen::Error>([first, thread::current().id()])
        });
        let ids = gen::run_sync(task);
        remote.stop();
        ids
    });
    io_loop.start();
    assert_eq!(thread.join().unwrap().unwrap(), [thread::current().id(); 2]);
}

#[test]
fn the_body_begins_in_the_next_turn_after_what_was_queued_before() {
    let io_loop = IoLoop::new();
    let order = Arc::new(Mutex::new(String::new()));
    let note = |what: &'static str| {
        let order = Arc::clone(&order);
        move || order.lock().unwrap().push_str(what)
    };
    io_loop.add_callback(note("queued before, "));
    let begins = note("the body");
    let task = io_loop.remote().spawn(async move {
        begins();
        Ok::<_, gen::Error>(())
    });
    note("after the call, ")();
    io_loop.run_sync(task).unwrap();
    assert_eq!(*order.lock().unwrap(), "after the call, queued before, the body");
}

#[test]
fn requests_reach_a_task_that_the_loop_has_not_begun() {
    let io_loop = IoLoop::new();
    let remote = io_loop.remote();
    let cancelled = remote.spawn(cleans_up());
    let completion = cancelled.cancel("early");
    let thrown = remote.spawn(cleans_up());
    thrown.throw("early");
    let traced = remote.spawn(cleans_up());
    let trace = traced.trace();
    io_loop
        .run_sync(async {
            completion.await;
            assert_eq!(cancelled.await?, "cleaned up");
            assert_eq!(thrown.await.unwrap_err().to_string(), "early");
            assert_eq!(trace.await[0].function(), "cleans_up");
            traced.cancel("the end").await;
            Ok::<_, gen::Error>(())
        })
        .unwrap();
}

#[test]
fn requests_from_another_thread_reach_a_task_that_runs() {
    let io_loop = IoLoop::new();
    let remote = io_loop.remote();
    let thread = thread::spawn(move || {
        let result = gen::run_sync(async {
            let task = remote.spawn(cleans_up());
            // Answered after the loop has begun the task.
            assert_eq!(task.trace().await.len(), 1);
            task.cancel("enough").await;
            task.await
        });
        remote.stop();
        result
    });
    io_loop.start();
    assert_eq!(thread.join().unwrap().unwrap(), "cleaned up");
}

#[test]
fn the_grace_of_a_task_that_the_loop_has_not_begun_counts() {
    let clock = VirtualClock::new();
    let io_loop = IoLoop::with_clock(clock.clone());
    let task = io_loop.remote().spawn(swallows());
    let began = clock.now();
    let completion = task.cancel("early").grace(Duration::from_secs(5));
    io_loop.block_on(completion);
    assert_eq!(clock.now() - began, Duration::from_secs(5));
    assert!(gen::run_sync(task).unwrap_err().is_cancelled());
}

#[test]
fn a_loop_that_is_gone_or_goes_says_so_through_the_handle() {
    let io_loop = IoLoop::new();
    let remote = io_loop.remote();
    let held = Arc::new(());
    let holds = |held: &Arc<()>| {
        let held = Arc::clone(held);
        async move {
            drop(held);
            gen::moment().await
        }
    };
    let in_the_mail = remote.spawn(holds(&held));
    let completion = in_the_mail.cancel("early");
    drop(io_loop);
    let too_late = remote.spawn(holds(&held));
    assert_eq!(Arc::strong_count(&held), 1);
    gen::block_on(completion);
    for task in [in_the_mail, too_late] {
        assert!(gen::run_sync(task).unwrap_err().is::<LoopClosed>());
    }
}

#[test]
fn a_panic_of_the_body_arrives_through_the_handle() {
    let io_loop = IoLoop::new();
    let task = io_loop.remote().spawn(async { panic!("no value") as gen::Result });
    assert!(io_loop.run_sync(task).unwrap_err().is::<Panicked>());
}

#[test]
fn shutdown_cancels_a_task_that_another_thread_has_spawned() {
    let io_loop = IoLoop::new();
    let task = thread::scope(|scope| {
        let remote = io_loop.remote();
        scope.spawn(move || remote.spawn(cleans_up())).join().unwrap()
    });
    io_loop.run_sync(gen::moment()).unwrap();
    assert_eq!(io_loop.shutdown(Duration::from_secs(1)), 0);
    assert_eq!(gen::run_sync(task).unwrap(), "cleaned up");
}
