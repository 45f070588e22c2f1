//! `WaitIterator`, and promises.

use std::collections::BTreeMap;
use std::future::ready;

use behaviour::{needs, Order};
use futures::StreamExt;
use gen::{yield_, SharedFuture, WaitIterator};

use crate::{after_turns, done, promises, run, soon, Fault};

/// With positions or with keys. The results come in the order in which they are ready. An iterator
/// may be empty.
#[test]
fn wait_iterator() {
    #[gen::coroutine]
    fn body() -> gen::Result<(Vec<u32>, Vec<u32>)> {
        let (mut by_position, mut by_key) = (Vec::new(), Vec::new());
        let mut waits = WaitIterator::new([after_turns(2, Ok(2)), after_turns(1, Ok(1))]);
        while !waits.done() {
            by_position.push(yield_!(waits.next())?);
        }
        let children = [("a", after_turns(2, Ok(2))), ("b", after_turns(1, Ok(1)))];
        let mut waits = WaitIterator::keyed(BTreeMap::from(children));
        while !waits.done() {
            by_key.push(yield_!(waits.next())?);
        }
        Ok((by_position, by_key))
    }
    assert_eq!(run(body()).unwrap(), (vec![1, 2], vec![1, 2]));
    assert!(WaitIterator::new([] as [SharedFuture<u32>; 0]).done());
}

/// True when all children have ended and all results were given. Only then the index is cleared.
#[test]
fn wait_iterator_done() {
    #[gen::coroutine]
    fn body() -> gen::Result {
        let (promises, futures) = promises(1);
        let mut waits = WaitIterator::new(futures);
        assert!(!waits.done(), "it has not ended");
        promises[0].set(1)?;
        assert!(!waits.done(), "it was not given");
        yield_!(waits.next())?;
        assert_eq!(waits.current_index(), Some(0));
        assert!(waits.done());
        assert_eq!(waits.current_index(), None);
        Ok(())
    }
    run(body()).unwrap();
}

/// A future for the next result. It is ready in place if there is a result, here position 1 before
/// position 0.
#[test]
fn wait_iterator_next() {
    needs!(OneThread);
    #[gen::coroutine]
    fn body(order: Order) -> gen::Result {
        soon(order.note("a turn, "));
        let (promises, futures) = promises(2);
        let mut waits = WaitIterator::new(futures);
        promises[1].set(1)?;
        order.push(format_args!("{}, ", yield_!(waits.next())?));
        soon(move || promises[0].set(0));
        order.push(yield_!(waits.next())?);
        Ok(())
    }
    let order = Order::new();
    run(body(order.clone())).unwrap();
    assert_eq!(order.text(), "1, a turn, 0");
}

/// `None` before the first result is given. Then its position or key, also for a failure.
#[test]
fn wait_iterator_current_index() {
    #[gen::coroutine]
    fn body() -> gen::Result {
        let mut waits = WaitIterator::new([after_turns(2, Ok(0)), after_turns(1, Err(Fault("1")))]);
        assert_eq!(waits.current_index(), None);
        assert!(yield_!(waits.next()).is_err());
        assert_eq!(waits.current_index(), Some(1));
        yield_!(waits.next())?;
        assert_eq!(waits.current_index(), Some(0));
        let mut waits = WaitIterator::keyed([("key", done(1))]);
        assert_eq!(waits.current_index(), None);
        yield_!(waits.next())?;
        assert_eq!(waits.current_index(), Some(&"key"));
        Ok(())
    }
    run(body()).unwrap();
}

/// A stream of results. An error ends a loop that does not handle it, and another loop can go on
/// after it.
#[test]
fn wait_iterator_stream() {
    #[gen::coroutine]
    fn body() -> gen::Result<(Vec<u32>, Vec<u32>)> {
        let children = [after_turns(3, Ok(3)), after_turns(1, Ok(1)), after_turns(2, Err(Fault("2")))];
        let mut waits = WaitIterator::new(children);
        let before =
            waits.by_ref().take_while(|result| ready(result.is_ok())).map(Result::unwrap).collect().await;
        let behind = waits.map(Result::unwrap).collect().await;
        Ok((before, behind))
    }
    assert_eq!(run(body()).unwrap(), (vec![1], vec![3]));
}

/// The names that are imported from there: the loop, and `Future`, which is the future of a
/// promise. `is_future` and `chain_future` have counterparts.
#[test]
fn re_exports() {
    needs!(LocalTasks);
    #[gen::coroutine]
    fn body() -> gen::Result<u32> {
        let (promise, future): (_, SharedFuture<u32>) = gen::promise();
        // chain_future
        promise.follow(after_turns(1, Ok(40)));
        // is_future
        Ok(yield_!(gen::maybe_future!(future))? + yield_!(gen::maybe_future!(2))?)
    }
    assert_eq!(run(body()).unwrap(), 42);
}
