//! The figures of a limit are worth nothing if it loses work.

use std::cell::Cell;
use std::future::{poll_fn, Future};
use std::pin::pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

use super::{poll_all, try_join, Executor};
use crate::fixtures::{child, drive, Failed, Group, Wakes};

type Cells = &'static [crate::fixtures::Cell];

#[test]
fn a_task_that_wakes_itself_as_it_ends_is_not_polled_again() {
    let executor = Executor::default();
    let polls = Rc::new(Cell::new(0));
    let counted = Rc::clone(&polls);
    executor.spawn(poll_fn(move |cx| {
        counted.set(counted.get() + 1);
        cx.waker().wake_by_ref();
        Poll::Ready(())
    }));
    executor.run();
    assert_eq!(polls.get(), 1);
    assert_eq!(Rc::strong_count(&polls), 1, "the future was dropped");
}

/// Every list gives each result in the place of its future.
fn results_have_the_order_of_the_futures<F>(join: impl Fn(Cells) -> F)
where
    F: Future<Output = Result<Vec<u64>, Failed>>,
{
    for (length, wakes) in [(10, Wakes::Batch), (10, Wakes::OneByOne), (100, Wakes::OneByOne)] {
        let group = Group::new(length, 200);
        group.reset(wakes);
        for (cells, order) in group.lists() {
            let results = drive(join(cells), wakes, cells, order).expect("no child fails");
            assert_eq!(results, (0..length as u64).collect::<Vec<_>>());
        }
    }
}

/// The first error ends the list, whose other children may be woken after its drop.
fn an_error_ends_the_list<F>(join: impl Fn(Cells) -> F)
where
    F: Future<Output = Result<Vec<u64>, Failed>>,
{
    let group = Group::new(10, 10);
    let (cells, _) = group.lists().next().expect("one list");
    let mut cx = Context::from_waker(Waker::noop());
    {
        let mut joined = pin!(join(cells));
        assert!(joined.as_mut().poll(&mut cx).is_pending());
        cells[3].fire(3);
        cells[5].fire(u64::MAX);
        assert!(matches!(joined.as_mut().poll(&mut cx), Poll::Ready(Err(Failed))));
    }
    cells[0].fire(0);
}

#[test]
fn a_block_keeps_the_order_of_its_futures() {
    results_have_the_order_of_the_futures(|cells| try_join(cells.iter().map(child)));
}

#[test]
fn an_error_ends_a_block() {
    an_error_ends_the_list(|cells| try_join(cells.iter().map(child)));
}

#[test]
fn a_list_that_is_polled_again_keeps_the_order_of_its_futures() {
    results_have_the_order_of_the_futures(|cells| poll_all(cells.iter().map(child)));
}

#[test]
fn an_error_ends_a_list_that_is_polled_again() {
    an_error_ends_the_list(|cells| poll_all(cells.iter().map(child)));
}
