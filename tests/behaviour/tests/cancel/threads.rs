//! Cancelled from another thread.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::Arc;
use std::thread;

use super::*;

#[gen::coroutine]
fn cleans_up(cleaned: Arc<AtomicUsize>) -> gen::Result<u32> {
    let end = yield_!(std::future::pending::<u32>());
    yield_!(gen::moment())?;
    cleaned.fetch_add(1, Ordering::Relaxed);
    end
}

/// A handle that was sent away could do nothing with its task.
#[test]
fn t21_another_thread_may_cancel_and_wait_for_the_end() {
    let cleaned = Arc::new(AtomicUsize::new(0));
    let error = gen::run_sync(async {
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
    assert_eq!((reason(&error.unwrap()), cleaned.load(Ordering::Relaxed)), ("from afar".to_owned(), 1));
}

fn gen_channel() -> (gen::TaskCallback<gen::JoinHandle<u32>>, gen::Task<gen::JoinHandle<u32>>) {
    let mut sender = None;
    let task = gen::task(|callback| {
        sender = Some(callback);
    });
    (sender.expect("the closure is called at once"), task)
}

/// Requests of many threads, some twice, some after the end: each task is told once for each, and ends.
#[test]
fn t21_many_threads_cancel_many_tasks() {
    const TASKS: usize = 50;
    let cleaned = Arc::new(AtomicUsize::new(0));
    let io_loop = gen::IoLoop::new();
    let tasks: Vec<_> =
        (0..TASKS).map(|_| Arc::new(io_loop.spawn_local(cleans_up(cleaned.clone())))).collect();
    let threads: Vec<_> = (0..4)
        .map(|_| {
            let tasks = tasks.clone();
            thread::spawn(move || {
                for task in &tasks {
                    gen::block_on(task.cancel("from afar"));
                    assert!(task.is_done());
                }
            })
        })
        .collect();
    for task in tasks.into_iter().rev() {
        while !task.is_done() {
            io_loop.run_sync(async { gen::moment().await }).unwrap();
        }
    }
    threads.into_iter().for_each(|thread| thread.join().unwrap());
    assert!(cleaned.load(Ordering::Relaxed) <= TASKS);
}

/// An error from another thread arrives as one from its own does.
#[test]
fn another_thread_may_throw() {
    #[gen::coroutine]
    fn hears() -> gen::Result<String> {
        Ok(yield_!(std::future::pending::<()>()).unwrap_err().to_string())
    }
    let heard = gen::run_sync(async {
        let task = gen::spawn(hears());
        let task = thread::spawn(move || {
            task.throw("from afar");
            task
        })
        .join()
        .unwrap();
        task.await
    });
    assert_eq!(heard.unwrap(), "from afar");
}

/// Whoever waits for the end of a task of a loop that goes would wait for ever.
#[test]
fn a_request_to_a_loop_that_goes_is_over() {
    let io_loop = gen::IoLoop::new();
    let task = io_loop.spawn_local(cleans_up(Arc::default()));
    let (cancelling, task) = thread::spawn(move || (task.cancel("from afar"), task)).join().unwrap();
    drop(io_loop);
    gen::block_on(cancelling);
    thread::spawn(move || gen::block_on(task.cancel("again"))).join().unwrap();
}
