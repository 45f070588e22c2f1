//! `run_sync_timeout` asks the coroutine where it is suspended, and the coroutine goes on later.

use std::cell::{Cell, RefCell};
use std::fmt;
use std::future::{poll_fn, Future};
use std::rc::Rc;
use std::task::{Poll, Waker};
use std::thread;
use std::time::Duration;

use gen::{yield_, IoLoop, TimeoutError, VirtualClock};
use loop_behaviour::{ready_without_a_wake, Order};

const SECOND: Duration = Duration::from_secs(1);

/// Is ready in its second poll, which is that of the question.
fn ready_when_asked() -> impl Future<Output = gen::Result> {
    ready_without_a_wake(())
}

/// The error of a call that gives up after a second.
#[track_caller]
fn given_up<T: fmt::Debug + 'static>(
    io_loop: &IoLoop,
    script: impl Future<Output = gen::Result<T>> + 'static,
) -> gen::Error {
    io_loop.run_sync_timeout(SECOND, script).unwrap_err()
}

/// Runs a script for a second, and later again. Asserts that it has not ended at first, and has
/// ended at last.
#[track_caller]
fn ends_later<F>(script: impl FnOnce(Order) -> F)
where
    F: Future<Output = gen::Result> + 'static,
{
    let (io_loop, order) = (IoLoop::with_clock(VirtualClock::new()), Order::new());
    let error = given_up(&io_loop, script(order.clone()));
    assert!(error.is::<TimeoutError>());
    assert_eq!(order.text(), "", "the question has not let it go on");
    io_loop.run_sync(async { gen::sleep(SECOND * 60).await }).unwrap();
    assert_eq!(order.text(), "done");
}

/// Otherwise a script whose last child has ended in the question would hang for ever.
#[test]
fn a_group_that_the_question_has_ended_goes_on_in_the_next_run() {
    #[gen::coroutine]
    fn list(order: Order) -> gen::Result {
        yield_!(vec![ready_when_asked(), ready_when_asked()])?;
        order.push("done");
        Ok(())
    }
    #[gen::coroutine]
    fn nested(order: Order) -> gen::Result {
        yield_!((vec![vec![ready_when_asked()]], gen::sleep(SECOND * 2)))?;
        order.push("done");
        Ok(())
    }
    #[gen::coroutine]
    fn race(order: Order) -> gen::Result {
        yield_!(gen::first_of((ready_when_asked(), std::future::pending::<gen::Result>())))?;
        order.push("done");
        Ok(())
    }
    #[gen::coroutine]
    fn patient_race(order: Order) -> gen::Result {
        let loser = patient(order.clone());
        yield_!(gen::first_of((ready_when_asked(), loser)).cancel()).map(drop)
    }
    #[gen::coroutine]
    fn patient(order: Order) -> gen::Result {
        let end = yield_!(std::future::pending::<()>());
        order.push("done");
        end
    }
    #[gen::coroutine]
    fn iterator(order: Order) -> gen::Result {
        let mut results = gen::WaitIterator::new([ready_when_asked()]);
        yield_!(results.next())?;
        order.push("done");
        Ok(())
    }
    #[gen::coroutine]
    fn limited(order: Order) -> gen::Result {
        yield_!(gen::limit(1, [ready_when_asked()]))?;
        order.push("done");
        Ok(())
    }
    #[gen::coroutine]
    fn hedged(order: Order) -> gen::Result {
        yield_!(gen::hedge(SECOND * 3600, 2, ready_when_asked))?;
        order.push("done");
        Ok(())
    }
    #[gen::coroutine]
    fn patient_hedge(order: Order) -> gen::Result {
        let mut tries = vec![gen::boxed(ready_when_asked()), gen::boxed(patient(order.clone()))];
        yield_!(gen::hedge(SECOND / 2, 2, || tries.pop().expect("two tries")).cancel()).map(drop)
    }
    ends_later(list);
    ends_later(nested);
    ends_later(race);
    ends_later(patient_race);
    ends_later(iterator);
    ends_later(limited);
    ends_later(hedged);
    ends_later(patient_hedge);
}

/// Otherwise a question would send a request.
#[test]
fn a_question_starts_no_try_of_a_hedge() {
    let (io_loop, starts) = (IoLoop::with_clock(VirtualClock::new()), Rc::new(Cell::new(0)));
    let counted = Rc::clone(&starts);
    let start = move || {
        counted.set(counted.get() + 1);
        let is_first = counted.get() == 1;
        async move {
            ready_when_asked().await?;
            gen::ensure!(!is_first, "down");
            Ok::<_, gen::Error>(7)
        }
    };
    let script = async { gen::hedge(SECOND * 3600, 2, start).join().await };
    let error = given_up(&io_loop, script);
    assert!(error.is::<TimeoutError>());
    assert_eq!(starts.get(), 1, "its failure counts in the next run");
    io_loop.run_sync(async { gen::sleep(SECOND).await }).unwrap();
    assert_eq!(starts.get(), 2);
}

/// Otherwise a scope whose last member has ended in the question would hang for ever.
#[test]
fn a_scope_that_the_question_has_ended_goes_on_in_the_next_run() {
    #[gen::coroutine]
    fn body(order: Order) -> gen::Result {
        yield_!(gen::scope(|_| ready_when_asked()))?;
        order.push("done");
        Ok(())
    }
    #[gen::coroutine]
    fn child(order: Order) -> gen::Result {
        yield_!(gen::scope(|scope| async move {
            drop(scope.spawn(ready_when_asked()));
            Ok::<_, gen::Error>(())
        }))?;
        order.push("done");
        Ok(())
    }
    ends_later(body);
    ends_later(child);
}

/// Otherwise a script that goes on in the question would never be woken by its next wait.
#[test]
fn a_wait_that_begins_in_the_question_wakes_the_script() {
    #[gen::coroutine]
    fn list(order: Order) -> gen::Result {
        yield_!(ready_when_asked())?;
        yield_!(vec![gen::sleep(SECOND), gen::sleep(SECOND)])?;
        order.push("done");
        Ok(())
    }
    #[gen::coroutine]
    fn iterator(order: Order) -> gen::Result {
        let mut results = gen::WaitIterator::new([gen::sleep(SECOND * 2)]);
        yield_!(ready_when_asked())?;
        yield_!(results.next())?;
        order.push("done");
        Ok(())
    }
    #[gen::coroutine]
    fn added(order: Order) -> gen::Result {
        let mut results = gen::WaitIterator::new([gen::sleep(SECOND / 2)]);
        yield_!(results.next())?;
        yield_!(ready_when_asked())?;
        results.push(gen::sleep(SECOND));
        yield_!(results.next())?;
        order.push("done");
        Ok(())
    }
    #[gen::coroutine]
    fn limited(order: Order) -> gen::Result {
        yield_!(ready_when_asked())?;
        yield_!(gen::limit(1, [gen::sleep(SECOND), gen::sleep(SECOND)]))?;
        order.push("done");
        Ok(())
    }
    #[gen::coroutine]
    fn hedged(order: Order) -> gen::Result {
        yield_!(ready_when_asked())?;
        yield_!(gen::hedge(SECOND / 2, 2, || gen::sleep(SECOND)))?;
        order.push("done");
        Ok(())
    }
    #[gen::coroutine]
    fn scope(order: Order) -> gen::Result {
        yield_!(ready_when_asked())?;
        yield_!(gen::scope(|_| async { gen::sleep(SECOND).await }))?;
        order.push("done");
        Ok(())
    }
    #[gen::coroutine]
    fn handle(order: Order) -> gen::Result {
        let task = gen::spawn_local(async { gen::sleep(SECOND * 2).await });
        yield_!(ready_when_asked())?;
        yield_!(task)?;
        order.push("done");
        Ok(())
    }
    #[gen::coroutine]
    fn ended(order: Order) -> gen::Result {
        let task = gen::spawn_local(async { Ok::<_, gen::Error>(()) });
        yield_!(ready_when_asked())?;
        yield_!(task)?;
        order.push("done");
        Ok(())
    }
    /// The handle keeps the waker of the race, which is gone.
    #[gen::coroutine]
    fn polled_before(order: Order) -> gen::Result {
        let mut task = gen::spawn_local(async { gen::sleep(SECOND * 2).await });
        yield_!(gen::first_of((&mut task, gen::sleep(SECOND / 2))))?;
        yield_!(ready_when_asked())?;
        yield_!(task)?;
        order.push("done");
        Ok(())
    }
    #[gen::coroutine]
    fn sent(order: Order) -> gen::Result {
        let io_loop = IoLoop::current().expect("the script is on a loop");
        let task = io_loop.remote().spawn(async { gen::sleep(SECOND * 2).await });
        yield_!(ready_when_asked())?;
        yield_!(task)?;
        order.push("done");
        Ok(())
    }
    ends_later(list);
    ends_later(iterator);
    ends_later(added);
    ends_later(limited);
    ends_later(hedged);
    ends_later(scope);
    ends_later(handle);
    ends_later(ended);
    ends_later(polled_before);
    ends_later(sent);
}

/// Otherwise a script that another thread has just woken would go on within the question.
#[test]
fn a_script_that_another_thread_has_woken_is_not_asked() {
    let (io_loop, polls) = (IoLoop::with_clock(VirtualClock::new()), Rc::new(Cell::new(0)));
    let waker = Rc::new(RefCell::new(None::<Waker>));
    // In the last turn of the call, after its mail was read.
    let to_wake = Rc::clone(&waker);
    drop(io_loop.spawn_local(async move {
        gen::sleep(SECOND).await?;
        let waker = to_wake.take().expect("the script has begun");
        thread::spawn(|| waker.wake()).join().unwrap();
        Ok::<_, gen::Error>(())
    }));
    let counted = Rc::clone(&polls);
    let script = poll_fn(move |cx| {
        counted.set(counted.get() + 1);
        waker.replace(Some(cx.waker().clone()));
        Poll::<gen::Result>::Pending
    });
    let error = given_up(&io_loop, script);
    assert!(error.downcast_ref::<TimeoutError>().unwrap().waiting().is_none(), "{error:?}");
    assert_eq!(polls.get(), 1);
    io_loop.run_sync(async { gen::moment().await }).unwrap();
    assert_eq!(polls.get(), 2, "it goes on in the next run");
}
