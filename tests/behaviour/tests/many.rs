//! Many children, many yields, deep chains: the work for each must not grow with their number.

use std::future::{pending, ready, Future};

use behaviour::{
    elsewhere, in_a_process_of_its_own, logged, with_waker_that_panics_in_its_drop, Child, Children, Poller,
    Task,
};
use gen::yield_;

fn number_of_polls(children: &Children) -> usize {
    children.polls().split(' ').map(|polls| polls.parse::<usize>().expect("a number")).sum()
}

#[gen::coroutine]
fn list(children: Vec<Child>) -> gen::Result<Vec<u32>> {
    yield_!(children)
}

#[gen::coroutine]
fn list_of_lists(children: Vec<Vec<Child>>) -> gen::Result<Vec<Vec<u32>>> {
    yield_!(children)
}

/// Otherwise a hundred thousand requests would be polled for each one that is answered.
#[test]
fn t18_a_list_of_100_000_children_polls_each_once_and_once_for_each_wake() {
    const COUNT: usize = 100_000;
    let (children, futures) = Children::of(COUNT);
    let mut task = Task::new(list(futures));
    assert!(task.poll().is_pending());
    assert_eq!(number_of_polls(&children), COUNT);
    // Every third child is woken without need, one by one, with a poll after each hundredth. Then
    // all end.
    for child in (0..COUNT).step_by(3) {
        children.wake(child);
        if child % 100 == 0 {
            assert!(task.poll().is_pending());
        }
    }
    assert!(task.poll().is_pending());
    let wakes = COUNT.div_ceil(3);
    assert_eq!(number_of_polls(&children), COUNT + wakes);
    (0..COUNT).for_each(|child| children.end(child, Ok(child as u32)));
    let results = task.run().expect("no child fails");
    assert!(results.into_iter().eq(0..COUNT as u32));
    assert_eq!(number_of_polls(&children), COUNT + wakes + COUNT);
}

/// Otherwise a list in a list would poll all children of the inner one.
#[test]
fn t18_nested_lists_poll_each_child_once_and_once_for_each_wake() {
    const ROWS: usize = 300;
    let (children, mut futures) = Children::of(ROWS * ROWS);
    let rows = (0..ROWS).map(|_| futures.split_off(futures.len() - ROWS)).collect();
    let mut task = Task::new(list_of_lists(rows));
    assert!(task.poll().is_pending());
    for child in 0..ROWS * ROWS {
        children.end(child, Ok(1));
        if child % 1_000 == 0 {
            assert!(task.poll().is_pending());
        }
    }
    let rows = task.run().expect("no child fails");
    assert_eq!(rows.into_iter().flatten().sum::<u32>() as usize, ROWS * ROWS);
    assert_eq!(number_of_polls(&children), 2 * ROWS * ROWS);
}

/// Otherwise a loop that always yields ready futures would overflow the stack.
#[test]
fn t18_100_000_ready_yields_in_a_row_take_no_stack() {
    #[gen::coroutine]
    fn sum() -> gen::Result<u64> {
        let mut sum = 0;
        for number in 0..100_000 {
            sum += yield_!(ready(number))?;
        }
        Ok(sum)
    }
    assert_eq!(Task::new(sum()).run().unwrap(), 4_999_950_000);
}

/// Otherwise a recursion over a directory tree or a chain of pages would overflow the stack when it
/// runs, receives an error, or is dropped.
#[test]
fn t18_a_recursion_of_1_000_levels_fits_a_test_threads_stack() {
    #[gen::coroutine(boxed)]
    fn level(depth: u32) -> gen::Result<u32> {
        if depth == 0 {
            yield_!(pending::<()>())?;
        }
        Ok(yield_!(level(depth - 1))? + 1)
    }
    let mut task = Task::new(level(1_000));
    assert!(task.poll().is_pending());
    let std::task::Poll::Ready(Err(error)) = task.throw("stop") else {
        panic!("the innermost level takes it")
    };
    assert_eq!(error.trace().len(), 1_001);
    let mut dropped = Task::new(level(1_000));
    assert!(dropped.poll().is_pending());
}

/// Thirty coroutines, each of which yields the previous one.
mod nested {
    use super::*;

    macro_rules! nested {
        ($($outer:ident $inner:ident)+) => { $(
            #[gen::coroutine]
            pub(super) fn $outer() -> gen::Result<u32> {
                Ok(yield_!($inner())? + 1)
            }
        )+ };
    }

    #[gen::coroutine]
    pub(super) fn f0() -> gen::Result<u32> {
        yield_!(ready(0))
    }

    nested! {
        f1 f0 f2 f1 f3 f2 f4 f3 f5 f4 f6 f5 f7 f6 f8 f7 f9 f8 f10 f9 f11 f10 f12 f11 f13 f12 f14 f13 f15 f14 f16 f15
        f17 f16 f18 f17 f19 f18 f20 f19 f21 f20 f22 f21 f23 f22 f24 f23 f25 f24 f26 f25 f27 f26 f28 f27 f29 f28 f30 f29
    }
}

/// Otherwise the user's crate would need a `recursion_limit`.
///
/// rustc allows 128 steps. To find out whether the outermost coroutine is `Send`, it takes five of
/// them for each level, and three for an `async fn`. Rust 1.85 needs a few more, and so does a
/// coroutine that notices that it was not started.
#[test]
fn t18_30_nested_coroutines_compile_and_24_are_send() {
    fn send<T: Send>(value: T) -> T {
        value
    }
    assert_eq!(Task::new(nested::f30()).run().unwrap(), 30);
    #[cfg(feature = "unstarted")]
    use nested::f22 as deepest;
    #[cfg(not(feature = "unstarted"))]
    #[rustversion::before(1.86)]
    use nested::f23 as deepest;
    #[cfg(not(feature = "unstarted"))]
    #[rustversion::since(1.86)]
    use nested::f24 as deepest;
    assert!(matches!(Task::new(send(deepest())).run().unwrap(), 22..=24));
}

/// A future that is listed twice, by reference or shared, is waited for twice.
#[test]
fn t19_a_shared_future_may_be_listed_twice() {
    use futures::FutureExt;

    #[gen::coroutine]
    fn twice(child: Child) -> gen::Result<Vec<Result<u32, behaviour::Fault>>> {
        let shared = child.shared();
        yield_!(gen::raw(vec![shared.clone(), shared]))
    }
    let (children, mut futures) = Children::of(1);
    let mut task = Task::new(twice(futures.remove(0)));
    assert!(task.poll().is_pending());
    children.end(0, Ok(7));
    assert_eq!(task.run().unwrap(), [Ok(7), Ok(7)]);
}

/// Otherwise a waker whose drop runs code of the user's, like that of the last task of a loop,
/// would lock the group for ever.
#[test]
fn t19_dropping_the_waker_of_an_earlier_poll_may_wake_a_child() {
    use std::sync::Arc;
    use std::task::{Context, Wake};

    struct WakesInDrop(Children);
    impl Wake for WakesInDrop {
        fn wake(self: Arc<Self>) {}
    }
    impl Drop for WakesInDrop {
        fn drop(&mut self) {
            self.0.wake(0);
        }
    }
    let (children, futures) = Children::of(2);
    let mut list = Box::pin(list(futures));
    let waker = Arc::new(WakesInDrop(children.clone())).into();
    let first = Future::poll(list.as_mut(), &mut Context::from_waker(&waker));
    assert!(first.is_pending());
    drop(waker);
    // The group has the last clone of the first waker, and drops it here.
    let poller = Poller::new();
    assert!(poller.poll(list.as_mut()).is_pending());
    assert!(poller.poll(list.as_mut()).is_pending());
    assert_eq!(children.polls(), "2 1");
}

/// Otherwise the process would be aborted, or the other children would not be polled.
#[test]
fn t19_a_waker_whose_drop_panics_keeps_no_child_from_being_polled() {
    let name = "t19_a_waker_whose_drop_panics_keeps_no_child_from_being_polled";
    in_a_process_of_its_own(name, 6, || {
        // A group keeps a second waker for wakes on other threads.
        panics_in_drops(2, |poll| poll());
        // A group that has moved keeps only that.
        panics_in_drops(1, |poll| elsewhere(poll));
    });
}

/// Runs a list whose first waker panics in its drop, and drops another list that has such a waker.
/// Each keeps `count` clones of it, and `run` runs the polls.
fn panics_in_drops(count: usize, run: impl Fn(&mut (dyn FnMut() + Send))) {
    let panics = vec!["ERROR gen: the drop of a waker panicked: a waker panics in its drop"; count];
    let begun = |run: &dyn Fn(&mut (dyn FnMut() + Send))| {
        let (children, futures) = Children::of(3);
        let mut list = Box::pin(list(futures));
        assert!(Poller::new().poll(list.as_mut()).is_pending());
        run(&mut || {
            let polled = with_waker_that_panics_in_its_drop(|cx| list.as_mut().poll(cx));
            assert!(polled.is_pending());
        });
        (children, list)
    };
    let (children, mut list) = begun(&run);
    let poller = Poller::new();
    run(&mut || {
        let (polled, lines) = logged(|| poller.poll(list.as_mut()));
        assert!(polled.is_pending());
        assert_eq!(lines, panics);
    });
    (0..3).for_each(|child| children.end(child, Ok(7)));
    assert_eq!(poller.wakes(), 1);
    run(&mut || assert!(poller.poll(list.as_mut()).is_ready()));
    let (_, list) = begun(&run);
    let ((), lines) = logged(|| drop(list));
    assert_eq!(lines, panics);
}
