//! The feature `tokio`: groups stop when tokio's budget for a poll is spent, so that no child is
//! polled in vain again and again.

use std::cell::Cell;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

use tokio::runtime::Builder;
use tokio::sync::oneshot;

/// Lists in a list, with so many children each.
const MANY: usize = 200;

/// Counts the polls of a channel that has a value.
struct Counted {
    channel: oneshot::Receiver<u8>,
    polls: Rc<Cell<usize>>,
}

impl Counted {
    fn new(polls: &Rc<Cell<usize>>) -> Self {
        let (sender, channel) = oneshot::channel();
        sender.send(1).expect("the receiver is there");
        Counted { channel, polls: polls.clone() }
    }
}

impl Future for Counted {
    type Output = gen::Result<u8>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<gen::Result<u8>> {
        self.polls.set(self.polls.get() + 1);
        Pin::new(&mut self.channel).poll(cx).map(|value| Ok(value?))
    }
}

/// Each list alone ends fewer children in a poll than would make it stop. But they share one
/// budget, and a list that does not know that polls all of its children for nothing, in each of
/// three hundred polls.
#[test]
fn nested_lists_share_the_budget_of_their_task() {
    let runtime = Builder::new_current_thread().build().unwrap();
    let polls = Rc::new(Cell::new(0));
    let list = || (0..MANY / 4).map(|_| Counted::new(&polls)).collect::<Vec<_>>();
    let lists: Vec<_> = (0..MANY * 4).map(|_| list()).collect();
    let sum = runtime.block_on(async {
        let values = gen::multi(lists).join().await.unwrap();
        values.into_iter().flatten().map(usize::from).sum::<usize>()
    });
    assert_eq!(sum, MANY * MANY);
    // Each child is polled once in the first poll of its list, and once when it is ready; and each
    // of the lists polls one more child in a poll in which the budget is spent.
    assert!(polls.get() <= 3 * MANY * MANY, "{} polls of {} children", polls.get(), MANY * MANY);
}

/// The budget is spent before the iterator is polled, and the first child that was woken is not
/// ready, for a reason of its own. Otherwise the iterator would leave the second one, whose wake it
/// has taken, and never go on.
#[test]
fn an_iterator_goes_on_after_the_budget_was_spent_by_others() {
    type Child = Pin<Box<dyn Future<Output = gen::Result<u8>>>>;

    /// A child, and the promise that wakes it.
    fn woken(is_ready: bool) -> (gen::Promise<u8>, Child) {
        let (promise, future) = gen::promise();
        let mut polls = 0;
        let mut future = Box::pin(future);
        let child = std::future::poll_fn(move |cx| {
            polls += 1;
            match (polls, is_ready) {
                (1, _) | (_, true) => future.as_mut().poll(cx),
                _ => Poll::Pending,
            }
        });
        (promise, Box::pin(child))
    }
    let runtime = Builder::new_current_thread().enable_time().build().unwrap();
    let first = runtime.block_on(async {
        let ((wakes_one, one), (wakes_two, two)) = (woken(false), woken(true));
        let mut results = gen::WaitIterator::new([one, two]);
        {
            let mut next = std::pin::pin!(results.next());
            std::future::poll_fn(|cx| {
                assert!(next.as_mut().poll(cx).is_pending());
                Poll::Ready(())
            })
            .await;
        }
        wakes_one.set(1).unwrap();
        wakes_two.set(2).unwrap();
        // These wakes of the task are over when it yields.
        tokio::task::yield_now().await;
        tokio::task::yield_now().await;
        let mut is_spent = false;
        let next = async { results.next().await };
        let mut next = std::pin::pin!(next);
        let goes_on = std::future::poll_fn(|cx| {
            if !std::mem::replace(&mut is_spent, true) {
                // Not one unit more, because tokio would wake the task for that.
                while tokio::task::coop::has_budget_remaining() {
                    let Poll::Ready(unit) = tokio::task::coop::poll_proceed(cx) else { break };
                    unit.made_progress();
                }
            }
            next.as_mut().poll(cx)
        });
        tokio::time::timeout(std::time::Duration::from_secs(60), goes_on).await
    });
    assert_eq!(first.expect("it is woken").unwrap(), 2);
}
