//! Streams: their items can be yielded one by one, and they can give the children of a `limit`.

use std::cell::{Cell, RefCell};
use std::future::ready;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

use behaviour::{logged, run, run_to_result, spawn, Child, Children, Fault, Poller, Task};
use futures::channel::mpsc;
use futures::{stream, SinkExt, Stream, StreamExt};
use gen::yield_;

/// A stream that the test fills, and that counts its polls.
#[derive(Clone, Default)]
struct Fed(Rc<RefCell<Inside>>);

#[derive(Default)]
struct Inside {
    children: Vec<Child>,
    has_ended: bool,
    polls: u32,
    waker: Option<Waker>,
}

impl Fed {
    fn feed(&self, child: Option<Child>) {
        let mut inside = self.0.borrow_mut();
        inside.has_ended = child.is_none();
        inside.children.extend(child);
        let waker = inside.waker.take();
        drop(inside);
        waker.into_iter().for_each(Waker::wake);
    }

    fn polls(&self) -> u32 {
        self.0.borrow().polls
    }

    /// The number of owners: the test is one of them.
    fn owners(&self) -> usize {
        Rc::strong_count(&self.0)
    }
}

impl Stream for Fed {
    type Item = Child;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Child>> {
        let mut inside = self.0.borrow_mut();
        inside.polls += 1;
        inside.waker = Some(cx.waker().clone());
        match (inside.children.is_empty(), inside.has_ended) {
            (false, _) => Poll::Ready(Some(inside.children.remove(0))),
            (true, true) => Poll::Ready(None),
            (true, false) => Poll::Pending,
        }
    }
}

#[gen::coroutine]
fn limited(at_once: usize, children: Fed) -> gen::Result<Vec<u32>> {
    yield_!(gen::limit(at_once, children))
}

/// The children that come with the second look at the stream get the first wakers of the limit.
#[test]
fn children_that_a_stream_gives_behind_one_that_is_ready_at_once_wake_their_limit() {
    let (children, futures) = Children::of(8);
    children.set(0, Ok(0));
    let (mut futures, mut looks) = (futures.into_iter(), 0);
    let source = stream::poll_fn(move |_| {
        looks += 1;
        match looks {
            2 => Poll::Pending,
            _ => Poll::Ready(futures.next()),
        }
    });
    let poller = Poller::new();
    let mut limit = std::pin::pin!(gen::limit(10, source).join());
    assert!(poller.poll(limit.as_mut()).is_pending());
    for child in 1..8 {
        poller.wakes();
        children.end(child, Ok(child as u32));
        assert_eq!(poller.wakes(), 1);
        let _ = poller.poll(limit.as_mut());
    }
}

/// Otherwise a loop over a stream would need an `.await`, and could not be cancelled.
#[test]
fn the_items_are_yielded_one_by_one() {
    #[gen::coroutine]
    fn with_futures(mut numbers: impl Stream<Item = u32> + Unpin) -> gen::Result<u32> {
        let mut sum = 0;
        while let Some(number) = yield_!(numbers.next())? {
            sum += number;
        }
        Ok(sum)
    }
    #[gen::coroutine]
    fn with_futures_lite(numbers: impl Stream<Item = u32>) -> gen::Result<u32> {
        let mut numbers = std::pin::pin!(numbers);
        let mut sum = 0;
        while let Some(number) = yield_!(futures_lite::StreamExt::next(&mut numbers))? {
            sum += number;
        }
        Ok(sum)
    }
    #[gen::coroutine]
    fn that_may_fail(texts: Vec<&'static str>) -> gen::Result<u8> {
        let mut numbers = stream::iter(texts).map(str::parse::<u8>);
        let mut sum = 0;
        while let Some(number) = yield_!(numbers.next())? {
            sum += number?;
        }
        Ok(sum)
    }
    assert_eq!(run(with_futures(stream::iter(1..=3))), 6);
    assert_eq!(run(with_futures_lite(stream::iter(1..=3))), 6);
    assert_eq!(run(that_may_fail(vec!["1", "2"])), 3);
    assert!(run_to_result(that_may_fail(vec!["1", "x"])).unwrap_err().is::<std::num::ParseIntError>());
}

/// Otherwise the children would wait for the end of the stream, or the yield would end before it.
#[test]
fn children_begin_as_the_stream_gives_them() {
    let (children, futures) = Children::of(3);
    let mut futures = futures.into_iter();
    let fed = Fed::default();
    let mut task = Task::new(limited(2, fed.clone()));
    assert!(task.poll().is_pending());
    assert_eq!(children.polls(), "0 0 0");
    fed.feed(futures.next());
    assert_eq!(task.poller.wakes(), 1);
    assert!(task.poll().is_pending());
    assert_eq!(children.polls(), "1 0 0");
    children.end(0, Ok(0));
    assert!(task.poll().is_pending(), "the stream has not ended");
    fed.feed(futures.next());
    fed.feed(futures.next());
    assert!(task.poll().is_pending());
    assert_eq!(children.polls(), "2 1 1");
    children.end(2, Ok(2));
    assert!(task.poll().is_pending());
    fed.feed(None);
    assert!(task.poll().is_pending());
    children.end(1, Ok(1));
    assert_eq!(task.run().unwrap(), [0, 1, 2]);
}

/// Otherwise it would never end if the last child ends before the stream.
#[test]
fn a_limit_ends_when_its_stream_ends_after_the_last_child() {
    let (children, mut futures) = Children::of(1);
    let fed = Fed::default();
    let mut task = Task::new(limited(2, fed.clone()));
    fed.feed(futures.pop());
    children.set(0, Ok(7));
    assert!(task.poll().is_pending());
    assert_eq!(task.poller.wakes(), 0);
    fed.feed(None);
    assert_eq!(task.poller.wakes(), 1);
    assert_eq!(task.run().unwrap(), [7]);
    assert_eq!(fed.owners(), 1, "the stream is dropped");
}

/// Otherwise the stream would be read faster than its items are handled, and they would pile up.
#[test]
fn a_stream_is_not_polled_while_the_limit_is_reached() {
    let (children, futures) = Children::of(3);
    let fed = Fed::default();
    futures.into_iter().for_each(|child| fed.feed(Some(child)));
    let mut task = Task::new(limited(2, fed.clone()));
    assert!(task.poll().is_pending());
    assert_eq!((fed.polls(), children.polls().as_str()), (2, "1 1 0"));
    children.wake(0);
    assert!(task.poll().is_pending());
    assert_eq!(fed.polls(), 2);
    children.end(1, Ok(1));
    assert!(task.poll().is_pending());
    assert_eq!((fed.polls(), children.polls().as_str()), (3, "2 2 1"));
}

/// Otherwise the sender of a channel would not wait for the receiver.
#[test]
fn a_channel_makes_its_sender_wait_for_the_children() {
    let sent = Cell::new(0);
    let (children, futures) = Children::of(6);
    let (mut sender, receiver) = mpsc::channel(1);
    let send = async {
        for child in futures {
            sender.send(child).await.expect("the limit receives it");
            sent.set(sent.get() + 1);
        }
        drop(sender);
    };
    let limit = gen::limit(2, receiver).join();
    let mut both = Box::pin(futures::future::join(limit, send));
    let poller = Poller::new();
    for ended in 0..6 {
        while poller.poll(both.as_mut()).is_pending() && poller.wakes() > 0 {}
        // Two run, and the channel holds two: one for its sender, and one more.
        assert!(sent.get() <= ended + 4, "{} are sent when {ended} have ended", sent.get());
        children.end(ended, Ok(ended as u32));
    }
    let Poll::Ready((Ok(numbers), ())) = poller.poll(both.as_mut()) else { panic!("all have ended") };
    assert_eq!(numbers, [0, 1, 2, 3, 4, 5]);
}

/// Otherwise a coroutine in the stream would take an error that was thrown into the yield.
#[test]
fn an_error_that_is_thrown_does_not_reach_the_stream() {
    #[gen::coroutine]
    fn child(dropped: Rc<Cell<bool>>) -> gen::Result<Child> {
        struct Guard(Rc<Cell<bool>>);
        impl Drop for Guard {
            fn drop(&mut self) {
                self.0.set(true);
            }
        }
        let _guard = Guard(dropped);
        let error = yield_!(std::future::pending::<()>());
        panic!("the stream was resumed with {error:?}");
    }
    #[gen::coroutine]
    fn body(dropped: Rc<Cell<bool>>) -> gen::Result<Vec<u32>> {
        let children = stream::once(child(dropped)).filter_map(|child| ready(child.ok()));
        yield_!(gen::limit(2, children))
    }
    let dropped = Rc::new(Cell::new(false));
    let mut task = Task::new(body(Rc::clone(&dropped)));
    assert!(task.poll().is_pending());
    let Poll::Ready(Err(error)) = task.throw("thrown") else { panic!("the yield takes it") };
    assert_eq!((error.to_string().as_str(), dropped.get()), ("thrown", true));
}

/// Otherwise an endless stream of ready children would keep everything else from running.
#[test]
fn a_stream_without_an_end_lets_a_cancellation_through() {
    #[gen::coroutine]
    fn endless() -> gen::Result<Vec<u32>> {
        let numbers = stream::iter(0_u32..);
        yield_!(gen::limit(2, numbers.map(|number| ready(Ok::<_, Fault>(number)))))
    }
    assert!(behaviour::a_cancellation_reaches(endless()));
}

/// Otherwise a stream that is idle would hide the failure of a child from a cancelled task.
#[test]
fn a_failure_is_raised_when_a_cancellation_ends_the_wait_for_the_stream() {
    #[gen::coroutine]
    fn body() -> gen::Result<Vec<u32>> {
        let failed = stream::iter([ready(Err::<u32, _>(Fault("down".to_owned())))]);
        yield_!(gen::limit(2, failed.chain(stream::pending())))
    }
    let (error, lines) = logged(|| {
        run(async {
            let task = spawn(body());
            gen::moment().await?;
            task.cancel("enough").await;
            Ok(task.await.unwrap_err())
        })
    });
    assert!(error.is::<Fault>());
    assert_eq!(lines, [""; 0]);
}

/// Otherwise what holds for a list would not hold for a stream.
#[test]
fn a_limit_of_a_stream_has_the_options_and_the_modes_of_a_list() {
    #[gen::coroutine]
    fn body() -> gen::Result {
        let parsed = || stream::iter(["1", "x", "3"]).map(|text| ready(text.parse::<u8>()));
        let settled = yield_!(gen::multi(gen::limit(2, parsed())).settle())?;
        assert_eq!(settled.iter().map(Result::is_ok).collect::<Vec<_>>(), [true, false, true]);
        let raw: Vec<Result<u8, _>> = yield_!(gen::raw(gen::limit(2, parsed())))?;
        assert!(raw[1].is_err());
        let plain: Vec<u8> = yield_!(gen::limit(2, stream::iter(1..=3).map(ready)))?;
        assert_eq!(plain, [1, 2, 3]);
        let pairs = yield_!(gen::limit(2, stream::iter([(ready(1), ready("one"))])))?;
        assert_eq!(pairs, [(1, "one")]);
        let error = yield_!(gen::multi(gen::limit(1, parsed())).fail_fast()).unwrap_err();
        assert!(error.is::<std::num::ParseIntError>());
        let none = yield_!(gen::limit(1, stream::empty::<std::future::Ready<u8>>()))?;
        assert!(none.is_empty());
        // A stream may be neither `Unpin` nor `'static`.
        let text = String::from("borrowed");
        let lengths = stream::once(async { text.len() }).map(ready);
        assert_eq!(yield_!(gen::limit(1, lengths))?, [8]);
        // A `WaitIterator` is a stream of results.
        let futures = gen::WaitIterator::new([ready(Ok::<_, Fault>(ready(1)))]);
        let opened = futures.filter_map(|future| ready(future.ok()));
        assert_eq!(yield_!(gen::limit(1, opened))?, [1]);
        Ok(())
    }
    logged(|| run(body()));
}

/// Otherwise the stream, and what it holds, would live on when the yield is given up.
#[test]
fn dropping_the_yield_drops_the_stream_and_the_children() {
    let (children, mut futures) = Children::of(2);
    let fed = Fed::default();
    fed.feed(futures.pop());
    let mut limit = Box::pin(gen::limit(2, fed.clone()).join());
    let polled: Poll<gen::Result<Vec<u32>>> = Poller::new().poll(limit.as_mut());
    assert!(polled.is_pending());
    drop(limit);
    assert_eq!((fed.owners(), children.drops().as_str()), (1, "0 1"));
}
