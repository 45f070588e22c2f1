//! Many children that are ready in one poll: other tasks get their turn, and no child is polled in
//! vain.

use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::mpsc::{channel, Receiver, Sender};
use std::task::{Context, Poll};
use std::thread;

use behaviour::{Budget, Children, Poller, Task};
use gen::yield_;

/// More children than may end in one poll.
const MANY: usize = 1_000;

/// Of the children that are woken together, every tenth is pending again.
fn is_pending(child: usize) -> bool {
    child % 10 == 0
}

/// Otherwise children that are left to the next poll would be lost, or change places.
#[test]
fn of_many_that_were_woken_some_wait_for_the_next_poll_in_the_order_of_their_wakes() {
    #[gen::coroutine]
    fn wait(children: Vec<behaviour::Child>) -> gen::Result<Vec<u32>> {
        yield_!(children)
    }
    let (children, futures) = Children::of(MANY);
    let mut task = Task::new(wait(futures));
    assert!(task.poll().is_pending());
    children.journal();
    let order = || (0..MANY).map(|child| (child * 7 + 3) % MANY);
    for child in order() {
        match is_pending(child) {
            true => children.wake(child),
            false => children.end(child, Ok(child as u32)),
        }
    }
    assert_eq!(task.poller.wakes(), 1);
    let mut polls = 0;
    loop {
        assert!(task.poll().is_pending());
        polls += 1;
        if task.poller.wakes() == 0 {
            break;
        }
    }
    assert!((5..=MANY / 50).contains(&polls), "{polls}");
    let expected: Vec<_> = order()
        .map(|child| {
            format!(
                "poll {child}{}",
                if is_pending(child) { String::new() } else { format!(", drop {child}") }
            )
        })
        .collect();
    assert_eq!(children.journal(), expected.join(", "));
    (0..MANY).filter(|&child| is_pending(child)).for_each(|child| children.end(child, Ok(child as u32)));
    assert!(task.run().unwrap().into_iter().eq(0..MANY as u32));
}

/// Otherwise a child that is woken while others are left would never be polled.
#[test]
fn who_is_woken_meanwhile_comes_behind_those_that_are_left() {
    let (children, futures) = Children::of(MANY);
    let mut list = Box::pin(gen::multi(futures).join());
    let poller = Poller::new();
    assert!(poller.poll(list.as_mut()).is_pending());
    for child in 1..MANY {
        if !is_pending(child) {
            children.set(child, Ok(0));
        }
        children.wake(child);
    }
    assert!(poller.poll(list.as_mut()).is_pending());
    children.end(0, Ok(0));
    children.journal();
    while poller.wakes() > 0 {
        assert!(poller.poll(list.as_mut()).is_pending());
    }
    assert!(children.journal().ends_with("poll 0, drop 0"));
}

/// Otherwise two thousand moments would take several turns instead of one.
#[test]
fn those_that_are_all_ready_end_in_one_poll() {
    let (children, futures) = Children::of(MANY);
    let mut list = Box::pin(gen::multi(futures).join());
    let poller = Poller::new();
    assert!(poller.poll(list.as_mut()).is_pending());
    (0..MANY).for_each(|child| children.end(child, Ok(0)));
    assert!(poller.poll(list.as_mut()).is_ready());
}

/// Otherwise a list of ready children would cost turns of the loop.
#[test]
fn those_that_are_ready_at_the_first_poll_end_in_it() {
    let (children, futures) = Children::of(MANY);
    (0..MANY).for_each(|child| children.set(child, Ok(0)));
    assert!(Poller::new().poll(Box::pin(gen::multi(futures).join()).as_mut()).is_ready());
}

/// Otherwise the children that are left would lose a cancellation, or the cancellation would
/// replace a result.
#[test]
fn a_cancellation_reaches_those_that_are_left_and_their_results_win() {
    #[gen::coroutine]
    fn body() -> gen::Result<usize> {
        let (promises, futures): (Vec<_>, Vec<_>) = (0..MANY).map(|_| gen::promise::<u32>()).unzip();
        let (last, never) = gen::promise::<u32>();
        let all = futures.into_iter().chain([never]).map(|future| async move { yield_!(future) });
        let task = behaviour::spawn(gen::multi(all.collect::<Vec<_>>()).settle().join());
        promises.iter().try_for_each(|promise| promise.set(7)).unwrap();
        yield_!(task.cancel("stop"))?;
        let results = yield_!(task)?;
        drop(last);
        assert!(results[MANY].as_ref().unwrap_err().is::<gen::Cancelled>());
        Ok(results.into_iter().filter(|result| matches!(result, Ok(7))).count())
    }
    assert_eq!(behaviour::run(body()), MANY);
}

/// A cancellation may come when all children are ready and some are left. Otherwise it would be
/// lost without a recipient.
#[test]
fn a_cancellation_that_nobody_needs_is_for_the_next_yield() {
    #[gen::coroutine]
    fn waits(futures: Vec<gen::SharedFuture<u32>>) -> gen::Result<usize> {
        let count = yield_!(futures)?.len();
        let error = yield_!(std::future::pending::<gen::Result>()).unwrap_err();
        assert!(error.is::<gen::Cancelled>());
        Ok(count)
    }
    #[gen::coroutine]
    fn body() -> gen::Result<usize> {
        let (promises, futures): (Vec<_>, Vec<_>) = (0..MANY).map(|_| gen::promise::<u32>()).unzip();
        let task = behaviour::spawn(waits(futures));
        promises.iter().try_for_each(|promise| promise.set(7)).unwrap();
        yield_!(task.cancel("stop"))?;
        yield_!(task)
    }
    assert_eq!(behaviour::run(body()), MANY);
}

/// A resource like tokio's: if a poll of the task has used up its budget, all resources that are
/// ready say that they are pending, and wake.
struct Cooperative {
    budget: Rc<Budget>,
    is_due: bool,
}

impl Future for Cooperative {
    type Output = gen::Result<u32>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let is_due = std::mem::replace(&mut self.is_due, true);
        if self.budget.poll(is_due, cx.waker()) {
            Poll::Ready(Ok(0))
        } else {
            Poll::Pending
        }
    }
}

/// Each child is polled twice, and once in vain at the end of each budget.
fn assert_few(polls: usize, count: usize) {
    assert!(
        (2 * count..=2 * count + count / 50).contains(&polls),
        "{count} children were polled {polls} times"
    );
}

/// Otherwise 100,000 timers of tokio that are due together would take seconds of processor time,
/// because each poll of the task would poll all that are left.
#[test]
fn children_that_share_a_budget_are_not_polled_for_nothing() {
    const COUNT: usize = 10_000;
    let budget = Rc::new(Budget::of(128));
    let children = (0..COUNT).map(|_| Cooperative { budget: budget.clone(), is_due: false });
    let mut list = Box::pin(gen::multi(children.collect::<Vec<_>>()).join());
    budget.run(list.as_mut()).unwrap();
    assert_few(budget.polls(), COUNT);
}

/// The same for results that come one by one.
#[test]
fn children_of_an_iterator_that_share_a_budget_are_not_polled_for_nothing() {
    const COUNT: usize = 10_000;
    let budget = Rc::new(Budget::of(128));
    let children = (0..COUNT).map(|_| Cooperative { budget: budget.clone(), is_due: false });
    let mut waits = gen::WaitIterator::new(children);
    let body = async {
        while !waits.done() {
            waits.next().await?;
        }
        Ok::<_, gen::Error>(())
    };
    budget.run(Box::pin(body).as_mut()).unwrap();
    assert_few(budget.polls(), COUNT);
}

/// The same for a limit, and for a scope.
#[test]
fn children_of_a_limit_or_a_scope_that_share_a_budget_are_not_polled_for_nothing() {
    const COUNT: usize = 10_000;
    let budget = Rc::new(Budget::of(128));
    let children = || (0..COUNT).map(|_| Cooperative { budget: budget.clone(), is_due: false });
    budget.run(Box::pin(gen::multi(gen::limit(COUNT, children())).join()).as_mut()).unwrap();
    assert_few(budget.polls(), COUNT);
    let scope = gen::scope_local(|scope| {
        children().for_each(|child| drop(scope.spawn(child)));
        std::future::ready(Ok::<_, gen::Error>(()))
    });
    budget.run(Box::pin(scope).as_mut()).unwrap();
    assert_few(budget.polls(), COUNT);
}

/// A future whose poll lasts until the other end is dropped.
struct Lasting {
    began: Sender<()>,
    end: Receiver<()>,
}

impl Future for Lasting {
    type Output = gen::Result;

    fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<gen::Result> {
        self.began.send(()).expect("the test waits for it");
        let _ended = self.end.recv();
        Poll::Pending
    }
}

/// Otherwise one thread that throws errors would make the groups of all threads poll their children
/// in vain.
#[test]
fn an_error_in_flight_on_another_thread_changes_no_poll() {
    #[gen::coroutine]
    fn wait(lasting: Lasting) -> gen::Result {
        yield_!(lasting)
    }
    let (began, has_begun) = channel();
    let (end, ended) = channel();
    let thrower = thread::spawn(move || {
        let mut task = Task::new(wait(Lasting { began, end: ended }));
        task.thrown = Some(gen::Error::new("stop"));
        task.resume().map(|result| result.unwrap_err().to_string())
    });
    has_begun.recv().expect("the poll has begun");
    children_that_share_a_budget_are_not_polled_for_nothing();
    children_of_an_iterator_that_share_a_budget_are_not_polled_for_nothing();
    children_of_a_limit_or_a_scope_that_share_a_budget_are_not_polled_for_nothing();
    drop(end);
    assert_eq!(thrower.join().unwrap(), Poll::Ready("stop".to_owned()));
}
