//! The figures of a limit are worth nothing if it loses work.

use std::cell::Cell;
use std::future::poll_fn;
use std::rc::Rc;
use std::task::Poll;

use super::Executor;

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
