//! Cancellation from another thread.

use std::future::poll_fn;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::task::Poll;
use std::thread;

use super::*;

#[gen::coroutine]
fn cleans_up(cleaned: Arc<AtomicUsize>) -> gen::Result<u32> {
    let end = yield_!(std::future::pending::<u32>());
    yield_!(gen::moment())?;
    cleaned.fetch_add(1, Ordering::Relaxed);
    end
}

/// Otherwise a handle on another thread would have no power over its task.
#[test]
fn t21_another_thread_may_cancel_and_wait_for_the_end() {
    let cleaned = Arc::new(AtomicUsize::new(0));
    let error = run(async {
        let task = gen::spawn(cleans_up(cleaned.clone()));
        let (tell, told) = gen_channel();
        let thread = thread::spawn(move || {
            let cancelling = task.cancel("from afar");
            gen::block_on(cancelling);
            assert!(task.is_done());
            tell.call(task);
        });
        let task = told.await?;
        thread.join().expect("the thread does not panic");
        Ok::<_, gen::Error>(task.await.unwrap_err())
    });
    assert_eq!((reason(&error), cleaned.load(Ordering::Relaxed)), ("from afar".to_owned(), 1));
}

fn gen_channel() -> (gen::Resolve<gen::JoinHandle<u32>>, gen::CallbackFuture<gen::JoinHandle<u32>>) {
    let mut sender = None;
    let task = gen::from_callback(|callback| {
        sender = Some(callback);
    });
    (sender.expect("the closure is called at once"), task)
}

type Told = Arc<Mutex<Vec<String>>>;

/// Is ready after `left` turns. Unlike `moment`, it can receive a cancellation meanwhile.
fn turns(mut left: u32) -> impl Future<Output = ()> {
    poll_fn(move |cx| {
        if left == 0 {
            return Poll::Ready(());
        }
        left -= 1;
        cx.waker().wake_by_ref();
        Poll::Pending
    })
}

/// Cleans up until no request has come for some turns.
#[gen::coroutine]
fn is_told(told: Told) -> gen::Result {
    let mut error = yield_!(std::future::pending::<()>()).unwrap_err();
    loop {
        told.lock().unwrap().push(reason(&error));
        match yield_!(turns(5)) {
            Ok(()) => return Err(error),
            Err(again) => error = again,
        }
    }
}

/// Many threads cancel, some of them twice, some after the end. Each task receives each request at
/// most once, each caller waits for its end, and its result is the last request.
#[test]
fn t21_many_threads_cancel_many_tasks() {
    const TASKS: usize = 50;
    let told: Vec<Told> = (0..TASKS).map(|_| Arc::default()).collect();
    let errors = run(async {
        let tasks: Vec<_> = told.iter().map(|told| spawn(is_told(Arc::clone(told)))).collect();
        let tasks = Arc::new(tasks);
        let threads = ["1", "2", "3", "4"].map(|name| {
            let tasks = Arc::clone(&tasks);
            thread::spawn(move || {
                for task in &*tasks {
                    gen::block_on(task.cancel(name));
                    assert!(task.is_done());
                }
            })
        });
        // Longer than the tasks: the executor answers a request that finds its task at the end.
        while !threads.iter().all(thread::JoinHandle::is_finished) {
            gen::moment().await?;
        }
        threads.into_iter().for_each(|thread| thread.join().unwrap());
        let mut errors = Vec::new();
        for task in Arc::into_inner(tasks).expect("the threads are over") {
            errors.push(task.await.unwrap_err());
        }
        Ok(errors)
    });
    for (error, told) in errors.into_iter().zip(told) {
        let mut told = told.lock().unwrap();
        assert_eq!(told.last(), Some(&reason(&error)));
        let times = told.len();
        told.sort();
        told.dedup();
        assert_eq!(told.len(), times, "a request was told twice: {told:?}");
    }
}

/// An error from another thread arrives like one from its own.
#[test]
fn another_thread_may_throw() {
    #[gen::coroutine]
    fn hears() -> gen::Result<String> {
        Ok(yield_!(std::future::pending::<()>()).unwrap_err().to_string())
    }
    let heard = run(async {
        let task = gen::spawn(hears());
        let task = thread::spawn(move || {
            task.throw("from afar");
            task
        })
        .join()
        .unwrap();
        task.await
    });
    assert_eq!(heard, "from afar");
}

/// Otherwise a thread that waits for the end of a task would wait for ever when the executor is
/// dropped.
#[test]
fn a_request_to_an_executor_that_goes_is_over() {
    let (cancelling, task) = run(async {
        let task = spawn(cleans_up(Arc::default()));
        Ok(thread::spawn(move || (task.cancel("from afar"), task)).join().unwrap())
    });
    gen::block_on(cancelling);
    thread::spawn(move || gen::block_on(task.cancel("again"))).join().unwrap();
}
