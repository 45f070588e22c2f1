//! Queues, beside the channels of tokio and async-channel. All of them run in tasks of an
//! `IoLoop` of gen. An operation is to put an item, and to get it.

use std::future::Future;
use std::hint::black_box;

use crate::harness::{ours, peer, Entry, Meter, Runner};

const ITEMS: u64 = 1_000_000;

type Fallible = gen::Result<()>;

/// Puts an item and gets it, again and again, in one task.
fn alone<P: 'static, G: 'static>(
    make: fn() -> (P, G),
    put: impl AsyncFn(&mut P, u64) + Copy + 'static,
    get: impl AsyncFn(&mut G) -> u64 + Copy + 'static,
) -> impl FnMut(&mut Meter) + 'static {
    let io_loop = gen::IoLoop::new();
    move |meter| {
        let (mut sender, mut receiver) = make();
        let body = async move {
            for item in 0..ITEMS {
                put(&mut sender, item).await;
                black_box(get(&mut receiver).await);
            }
        };
        meter.time(|| io_loop.block_on(body));
    }
}

/// A producer and a consumer, in two tasks.
fn pair<P: 'static, G: 'static, F, H>(
    make: impl Fn() -> (P, G) + 'static,
    produce: impl Fn(P) -> F + Copy + 'static,
    consume: impl Fn(G) -> H + Copy + 'static,
) -> impl FnMut(&mut Meter) + 'static
where
    F: Future<Output = ()> + 'static,
    H: Future<Output = u64> + 'static,
{
    let io_loop = gen::IoLoop::new();
    move |meter| {
        let (sender, receiver) = make();
        meter.time(|| {
            let producer = io_loop.spawn_local(async move {
                produce(sender).await;
                Fallible::Ok(())
            });
            let consumer = io_loop.spawn_local(async move { gen::Ok(consume(receiver).await) });
            io_loop.block_on(async {
                producer.await.expect("it puts all items");
                assert_eq!(consumer.await.expect("it gets them"), ITEMS);
            });
        });
    }
}

/// Gets items until the end, and counts them.
macro_rules! consume {
    ($item:ident in $get:pat = $next:expr) => {{
        let mut count = 0;
        while let $get = $next {
            black_box($item);
            count += 1;
        }
        count
    }};
}

fn alone_entries() -> Vec<Entry> {
    let queue = || {
        let queue = gen::queue::Queue::bounded(100);
        (queue.clone(), queue)
    };
    vec![
        ours(
            "`Queue`",
            alone(
                queue,
                async |queue, item| queue.put(item).await.unwrap(),
                async |queue| queue.get().await.unwrap(),
            ),
        ),
        peer(
            "tokio",
            alone(
                || tokio::sync::mpsc::channel(100),
                async |sender, item| sender.send(item).await.unwrap(),
                async |receiver| receiver.recv().await.unwrap(),
            ),
        ),
        peer(
            "async-channel",
            alone(
                || async_channel::bounded(100),
                async |sender, item| sender.send(item).await.unwrap(),
                async |receiver| receiver.recv().await.unwrap(),
            ),
        ),
    ]
}

fn pair_entries(bound: usize) -> Vec<Entry> {
    let queue = move || {
        let queue = gen::queue::Queue::bounded(bound);
        (queue.clone(), queue)
    };
    vec![
        ours(
            "`Queue`",
            pair(
                queue,
                |queue| async move {
                    for item in 0..ITEMS {
                        queue.put(item).await.unwrap();
                    }
                    queue.close();
                },
                |queue| async move { consume!(item in Some(item) = queue.next().await) },
            ),
        ),
        peer(
            "tokio",
            pair(
                move || tokio::sync::mpsc::channel(bound),
                |sender| async move {
                    for item in 0..ITEMS {
                        sender.send(item).await.unwrap();
                    }
                },
                |mut receiver| async move { consume!(item in Some(item) = receiver.recv().await) },
            ),
        ),
        peer(
            "async-channel",
            pair(
                move || async_channel::bounded(bound),
                |sender| async move {
                    for item in 0..ITEMS {
                        sender.send(item).await.unwrap();
                    }
                },
                |receiver| async move { consume!(item in Ok(item) = receiver.recv().await) },
            ),
        ),
    ]
}

pub fn run(runner: &mut Runner) {
    runner.case("put an item, and get it", 1, ITEMS, alone_entries());
    for bound in [1, 100] {
        let case = "items from a producer to a consumer, with a bound";
        runner.case(case, bound, ITEMS, pair_entries(usize::try_from(bound).expect("it is small")));
    }
}
