//! The recipient of an error: the yields that are polled with the same waker as the poll that
//! injects the error, whatever that waker is.

use std::future::{pending, poll_fn, Future};
use std::pin::{pin, Pin};
use std::task::{Context, Poll, Waker};

use behaviour::{
    in_a_process_of_its_own, run, seconds, spawn, with_waker_on_the_stack,
    with_waker_that_panics_in_its_drop, works, Journal, Poller,
};
use futures::stream::{FuturesUnordered, StreamExt};
use futures::FutureExt;
use gen::{yield_, Coroutine, Error};

/// The functions whose yields the error has passed, innermost first.
fn way(error: &Error) -> String {
    error.trace().iter().map(gen::Site::function).collect::<Vec<_>>().join(" ")
}

/// Polls a coroutine, then resumes it with an error, each time in a context that `with` creates.
/// Returns the functions that the error has passed.
fn thrown_way(
    coroutine: impl Coroutine<Output = gen::Result>,
    with: impl Fn(&mut dyn FnMut(&mut Context<'_>)),
) -> String {
    let mut coroutine = pin!(coroutine);
    with(&mut |cx| assert!(coroutine.as_mut().poll(cx).is_pending()));
    let mut thrown = Some(Error::new("stop"));
    let mut way = None;
    with(&mut |cx| {
        way = Some(match coroutine.as_mut().resume(cx, &mut thrown) {
            Poll::Ready(Err(error)) => self::way(&error),
            Poll::Ready(Ok(())) => "nobody has taken it".to_owned(),
            Poll::Pending => format!("pending, with {thrown:?} left"),
        });
    });
    way.expect("it was polled")
}

fn with_noop(poll: &mut dyn FnMut(&mut Context<'_>)) {
    poll(&mut Context::from_waker(Waker::noop()));
}

fn on_the_stack(poll: &mut dyn FnMut(&mut Context<'_>)) {
    let poller = Poller::new();
    with_waker_on_the_stack(poller.context().waker(), |cx| poll(cx));
}

fn with_panics(poll: &mut dyn FnMut(&mut Context<'_>)) {
    with_waker_that_panics_in_its_drop(|cx| poll(cx));
}

#[gen::coroutine]
fn leaf() -> gen::Result {
    yield_!(pending::<()>())
}

#[gen::coroutine]
fn chain() -> gen::Result {
    yield_!(boxed())
}

#[gen::coroutine(boxed)]
fn boxed() -> gen::Result {
    yield_!(leaf())
}

#[gen::coroutine]
fn joins() -> gen::Result {
    yield_!(async { futures::join!(leaf(), pending::<()>()).0 })
}

#[gen::coroutine]
fn selects() -> gen::Result {
    yield_!(async {
        futures::select_biased! {
            end = pin!(leaf().fuse()) => end,
            () = pin!(pending::<()>().fuse()) => Ok(()),
        }
    })
}

/// A combinator with wakers of its own receives the error as a leaf.
#[gen::coroutine]
fn collects() -> gen::Result {
    yield_!(async {
        let mut all = FuturesUnordered::from_iter([leaf()]);
        all.next().await.unwrap()
    })
}

#[gen::coroutine]
fn lists() -> gen::Result {
    yield_!(vec![leaf()]).map(drop)
}

/// Polls its inner future with the clone of its waker, if that is another object.
#[gen::coroutine]
fn moves_to_another_waker() -> gen::Result {
    let mut child = Box::pin(leaf());
    yield_!(poll_fn(move |cx| {
        let poller = Poller::new();
        let polled = child.as_mut().poll(&mut poller.context());
        drop(cx.waker().clone());
        polled
    }))
}

macro_rules! under_each_waker {
    ($($test:ident: $coroutine:ident, $way:literal;)*) => { $(
        #[test]
        fn $test() {
            assert_eq!(thrown_way($coroutine(), with_noop), $way, "under `Waker::noop`");
            assert_eq!(thrown_way($coroutine(), on_the_stack), $way, "under a waker on the stack");
        }
    )* };
}

under_each_waker! {
    a_yield_takes_the_error_under_any_waker: leaf, "leaf";
    a_chain_is_told_at_its_innermost_yield_under_any_waker: chain, "leaf boxed chain";
    a_foreign_join_is_transparent_under_any_waker: joins, "pending, with None left";
    a_foreign_select_is_transparent_under_any_waker: selects, "leaf selects";
    a_foreign_collection_is_a_leaf_under_any_waker: collects, "collects";
    a_group_is_a_boundary_under_any_waker: lists, "lists";
    what_has_another_waker_is_a_leaf_under_any_waker: moves_to_another_waker, "moves_to_another_waker";
}

/// A foreign future that polls its inner future with a waker on its stack.
struct OnTheStack<F>(Pin<Box<F>>);

impl<F: Future> Future for OnTheStack<F> {
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        with_waker_on_the_stack(cx.waker(), |cx| self.0.as_mut().poll(cx))
    }
}

/// Otherwise the clean-up would be skipped, and the interrupted work could not be undone.
#[test]
fn below_a_foreign_waker_a_deadline_tells_its_child() {
    #[gen::coroutine]
    fn limited(journal: Journal) -> gen::Result<u32> {
        yield_!(gen::with_timeout(seconds(10), works("a", 2, journal)).cancel(seconds(5)))
    }
    let journal = Journal::default();
    run(async {
        let task = spawn(OnTheStack(Box::pin(limited(journal.clone()))));
        assert!(task.await.unwrap_err().is::<gen::TimeoutError>());
        Ok(())
    });
    assert_eq!(journal.take(), "a told, a clean");
}

/// Otherwise a shield there would hold nothing back, or would hold it back for ever.
#[test]
fn below_a_foreign_waker_a_shield_holds_and_lets_go() {
    #[gen::coroutine]
    fn shielded(journal: Journal) -> gen::Result<u32> {
        yield_!(gen::shield(gen::sleep(seconds(12))))?;
        journal.say("not interrupted");
        yield_!(works("a", 1, journal))
    }
    #[gen::coroutine]
    fn limited(journal: Journal) -> gen::Result<u32> {
        yield_!(gen::with_timeout(seconds(10), shielded(journal)).cancel(seconds(5)))
    }
    let journal = Journal::default();
    run(async {
        let task = spawn(OnTheStack(Box::pin(limited(journal.clone()))));
        assert!(task.await.unwrap_err().is::<gen::TimeoutError>());
        Ok(())
    });
    assert_eq!(journal.take(), "not interrupted, a told, a clean");
}

/// The process would be aborted, because no code may unwind where a yield takes an error.
#[test]
fn a_waker_that_panics_in_its_drop_is_not_dropped_on_the_way() {
    in_a_process_of_its_own("a_waker_that_panics_in_its_drop_is_not_dropped_on_the_way", 0, || {
        assert_eq!(thrown_way(leaf(), with_panics), "leaf");
        assert_eq!(thrown_way(chain(), with_panics), "leaf boxed chain");
        assert_eq!(thrown_way(shields(), with_panics), "leaf shields");
    });
}

#[gen::coroutine]
fn shields() -> gen::Result {
    yield_!(gen::shield(leaf()))
}

/// Work at the very end of a thread, while its thread-locals are being destroyed.
mod at_the_end_of_a_thread {
    use std::cell::RefCell;
    use std::sync::mpsc::channel;
    use std::thread;

    use super::*;

    struct AtTheEnd(Option<Box<dyn FnOnce()>>);

    impl Drop for AtTheEnd {
        fn drop(&mut self) {
            if let Some(run) = self.0.take() {
                run();
            }
        }
    }

    thread_local! {
        static AT_THE_END: RefCell<AtTheEnd> = const { RefCell::new(AtTheEnd(None)) };
    }

    /// Runs `run` while the thread-locals of a thread are destroyed. Those of the library are
    /// destroyed first, because they were created later.
    fn at_the_end(run: impl FnOnce() + Send + 'static) {
        thread::spawn(move || {
            AT_THE_END.with_borrow_mut(|at_the_end| at_the_end.0 = Some(Box::new(run)));
            assert_eq!(thrown_way(shields(), with_noop), "leaf shields");
            let io_loop = gen::IoLoop::new();
            io_loop.run_sync(gen::moment()).unwrap();
        })
        .join()
        .unwrap();
    }

    /// An action of another thread at that moment would abort the process.
    #[test]
    fn a_coroutine_is_polled_while_another_thread_has_something_in_flight() {
        let test =
            "at_the_end_of_a_thread::a_coroutine_is_polled_while_another_thread_has_something_in_flight";
        in_a_process_of_its_own(test, 0, || {
            let (in_flight, is_in_flight) = channel();
            let (over, is_over) = channel::<()>();
            let other = thread::spawn(move || {
                let mut waits = pin!(waits_in_its_poll(Box::new(move || {
                    in_flight.send(()).unwrap();
                    is_over.recv().unwrap();
                })));
                let mut thrown = Some(Error::new("stop"));
                let _ = waits.as_mut().resume(&mut Context::from_waker(Waker::noop()), &mut thrown);
            });
            is_in_flight.recv().unwrap();
            at_the_end(|| {
                for mut coroutine in [gen::BoxCoroutine::new(chain()), gen::BoxCoroutine::new(lists())] {
                    let polled = Pin::new(&mut coroutine).poll(&mut Context::from_waker(Waker::noop()));
                    assert!(polled.is_pending());
                }
            });
            over.send(()).unwrap();
            other.join().unwrap();
        });
    }

    #[gen::coroutine]
    fn waits_in_its_poll(poll: Box<dyn Fn() + Send>) -> gen::Result {
        yield_!(poll_fn(move |_| {
            poll();
            Poll::<gen::Result<()>>::Pending
        }))
    }

    /// The count of errors in flight would stay too high for ever, and each yield of the process
    /// would check for an error.
    #[test]
    fn a_coroutine_is_resumed_with_an_error() {
        in_a_process_of_its_own("at_the_end_of_a_thread::a_coroutine_is_resumed_with_an_error", 0, || {
            at_the_end(|| {
                assert_eq!(thrown_way(leaf(), with_noop), "leaf");
                assert_eq!(thrown_way(shields(), with_noop), "leaf shields");
                assert_eq!(thrown_way(lists(), with_noop), "lists");
            });
        });
    }

    /// The drop of a shield would panic.
    #[test]
    fn a_loop_is_dropped_whose_task_has_a_cancellation_in_a_shield() {
        let test = "at_the_end_of_a_thread::a_loop_is_dropped_whose_task_has_a_cancellation_in_a_shield";
        in_a_process_of_its_own(test, 0, || {
            thread::spawn(|| {
                thread_local! {
                    static LOOP: RefCell<Option<gen::IoLoop>> = const { RefCell::new(None) };
                }
                LOOP.set(Some(gen::IoLoop::new()));
                LOOP.with_borrow(|io_loop| {
                    let io_loop = io_loop.as_ref().unwrap();
                    let task = io_loop.spawn_local(shields());
                    drop(task.cancel("stop"));
                    io_loop.run_sync(gen::moment()).unwrap();
                    assert!(!task.is_done());
                });
            })
            .join()
            .unwrap();
        });
    }
}
