//! A value that passes from a callback to the future that waits for it, on one thread. An operation
//! is one value: the channel is made, awaited, filled by a callback, and read.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::future::Future;
use std::hint::black_box;
use std::pin::pin;
use std::rc::Rc;
use std::task::{Context, Poll};

use crate::fixtures::unit_waker;
use crate::harness::{limit, ours, peer, Entry, Meter, Runner};
use crate::limits;

const VALUES: u64 = 1_000_000;

/// `is_awaited_first`: the future is polled before the callback runs.
fn pass<S, F: Future>(
    meter: &mut Meter,
    is_awaited_first: bool,
    make: impl Fn() -> (S, F),
    send: impl Fn(S, u64),
) {
    let waker = unit_waker();
    let mut cx = Context::from_waker(&waker);
    meter.time(|| {
        let mut callbacks = VecDeque::with_capacity(4);
        for value in 0..VALUES {
            let (sender, future) = make();
            callbacks.push_back(sender);
            let mut future = pin!(future);
            if is_awaited_first {
                assert!(future.as_mut().poll(&mut cx).is_pending());
            }
            let sender = callbacks.pop_front().expect("it was pushed");
            send(sender, value);
            match future.poll(&mut cx) {
                Poll::Ready(value) => black_box(value),
                Poll::Pending => panic!("a value was lost"),
            };
        }
    });
}

type Callbacks = Rc<RefCell<VecDeque<gen::Callable<u64>>>>;

#[gen::coroutine]
fn callback_and_wait(callbacks: Callbacks, is_awaited_first: bool) -> gen::Result<u64> {
    let mut sum = 0_u64;
    for value in 0..VALUES {
        let callback = gen::yield_!(gen::Callback::<u64>::new("key"))?;
        if is_awaited_first {
            callbacks.borrow_mut().push_back(callback);
        } else {
            callback.call(value);
        }
        sum = sum.wrapping_add(gen::yield_!(gen::Wait::<u64>::new("key"))?);
    }
    Ok(sum)
}

fn pass_by_key(meter: &mut Meter, is_awaited_first: bool) {
    let waker = unit_waker();
    let mut cx = Context::from_waker(&waker);
    meter.time(|| {
        let callbacks = Callbacks::default();
        let mut body = pin!(callback_and_wait(Rc::clone(&callbacks), is_awaited_first));
        while body.as_mut().poll(&mut cx).is_pending() {
            let callback = callbacks.borrow_mut().pop_front();
            callback.expect("it was pushed").call(1);
        }
    });
}

fn from_callback() -> (gen::Resolve<u64>, gen::CallbackFuture<u64>) {
    let mut resolve = None;
    let future = gen::from_callback(|given| resolve = Some(given));
    (resolve.expect("it was given"), future)
}

fn entries(is_awaited_first: bool) -> Vec<Entry> {
    let (of_callback, of_promise, of_keys) = (gen::IoLoop::new(), gen::IoLoop::new(), gen::IoLoop::new());
    vec![
        ours("`promise`", move |meter| {
            of_promise.block_on(async {
                pass(meter, is_awaited_first, gen::promise::<u64>, |promise, value| {
                    promise.set(value).unwrap();
                });
            });
        }),
        ours("`from_callback`", move |meter| {
            of_callback.block_on(async {
                pass(meter, is_awaited_first, from_callback, |resolve, value| resolve.call(value));
            });
        }),
        ours("`Callback` and `Wait`", move |meter| {
            of_keys.block_on(async { pass_by_key(meter, is_awaited_first) });
        }),
        peer("oneshot", move |meter| {
            pass(meter, is_awaited_first, oneshot::async_channel::<u64>, |sender, value| {
                sender.send(value).unwrap();
            });
        }),
        peer("tokio", move |meter| {
            pass(meter, is_awaited_first, tokio::sync::oneshot::channel::<u64>, |sender, value| {
                sender.send(value).unwrap();
            });
        }),
        peer("futures", move |meter| {
            pass(meter, is_awaited_first, futures::channel::oneshot::channel::<u64>, |sender, value| {
                sender.send(value).unwrap();
            });
        }),
        peer("async-channel", move |meter| {
            let make = || {
                let (sender, receiver) = async_channel::bounded::<u64>(1);
                (sender, async move { receiver.recv().await.unwrap() })
            };
            pass(meter, is_awaited_first, make, |sender, value| sender.try_send(value).unwrap());
        }),
        // For one thread only.
        limit("async-unsync", move |meter| {
            let make = || async_unsync::oneshot::channel::<u64>().into_split();
            pass(meter, is_awaited_first, make, |sender, value| sender.send(value).unwrap());
        }),
        limit("a cell behind an `Rc`", move |meter| {
            pass(meter, is_awaited_first, limits::channel::<u64>, |sender, value| sender.send(value));
        }),
    ]
}

pub fn run(runner: &mut Runner) {
    runner.case("a value of a callback, awaited first", 1, VALUES, entries(true));
    runner.case("a value of a callback that has run", 1, VALUES, entries(false));
}
