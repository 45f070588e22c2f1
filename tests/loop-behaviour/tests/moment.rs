//! `moment` lets other tasks run, for exactly one turn.
use std::future::{poll_fn, ready, Future};
use std::pin::{pin, Pin};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};

use gen::{yield_, IoLoop};
use loop_behaviour::Order;

#[derive(Clone, Copy)]
enum Yields {
    Done,
    Moment,
}

#[gen::coroutine]
fn letters(name: char, what: Yields, order: Order) -> gen::Result {
    for _ in 0..5 {
        order.push(name);
        match what {
            Yields::Done => yield_!(ready(()))?,
            Yields::Moment => yield_!(gen::moment())?,
        }
    }
    Ok(())
}

#[gen::coroutine]
fn pair(a: Yields, b: Yields, order: Order) -> gen::Result {
    let a = gen::spawn_local(letters('a', a, order.clone()));
    let b = gen::spawn_local(letters('b', b, order));
    yield_!(vec![a, b])?;
    Ok(())
}

/// The test `test_moment` of Tornado.
fn both(a: Yields, b: Yields) -> String {
    let order = Order::new();
    gen::run_sync(pair(a, b, order.clone())).unwrap();
    order.text()
}

#[test]
fn what_is_done_costs_no_turn() {
    assert_eq!(both(Yields::Done, Yields::Done), "aaaaabbbbb");
}

#[test]
fn moments_take_turns() {
    assert_eq!(both(Yields::Moment, Yields::Moment), "ababababab");
}

#[test]
fn a_moment_lets_one_go_by_that_needs_none() {
    assert_eq!(both(Yields::Moment, Yields::Done), "abbbbbaaaa");
}

#[test]
fn a_list_of_moments_takes_one_turn_together() {
    #[gen::coroutine]
    fn both(order: Order) -> gen::Result {
        let handle = IoLoop::current().ok_or("no loop").map_err(gen::Error::new)?;
        let inner = order.clone();
        handle.add_callback({
            let handle = handle.clone();
            move || {
                inner.push("1");
                handle.add_callback(inner.note("2"));
            }
        });
        let units = yield_!(vec![gen::moment(), gen::moment()])?;
        order.push(units.len());
        Ok(())
    }
    let order = Order::new();
    let io_loop = IoLoop::new();
    io_loop.run_sync(both(order.clone())).unwrap();
    io_loop.run_sync(async { gen::moment().await }).unwrap();
    assert_eq!(order.text(), "122", "callback, the list of two, the next turn's callback");
}

#[test]
fn a_moment_that_is_polled_too_often_still_takes_one_turn() {
    let order = Order::new();
    gen::block_on(async {
        let handle = IoLoop::current().unwrap();
        let mut moment = pin!(gen::moment());
        poll_fn(|cx| {
            for _ in 0..3 {
                assert!(moment.as_mut().poll(cx).is_pending());
            }
            Poll::Ready(())
        })
        .await;
        let (inner, again) = (order.clone(), handle.clone());
        handle.add_callback(move || {
            inner.push("1");
            again.add_callback(inner.note("2"));
        });
        moment.await.unwrap();
        order.push("m");
        gen::moment().await.unwrap();
    });
    // The wake of the first poll came before the callback was added.
    assert_eq!(order.text(), "m12");
}

#[test]
fn a_moment_on_another_executor_is_pending_once_and_wakes_itself() {
    struct Count(AtomicUsize);
    impl Wake for Count {
        fn wake(self: Arc<Self>) {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }
    let woken = Arc::new(Count(AtomicUsize::new(0)));
    let waker = Waker::from(woken.clone());
    let mut moment = gen::moment();
    let mut cx = Context::from_waker(&waker);
    assert!(Pin::new(&mut moment).poll(&mut cx).is_pending());
    assert_eq!(woken.0.load(Ordering::Relaxed), 1);
    assert!(matches!(Pin::new(&mut moment).poll(&mut cx), Poll::Ready(Ok(()))));
}
