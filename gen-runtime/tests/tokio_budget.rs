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
