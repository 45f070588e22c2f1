//! Scopes: children that are spawned one by one, and end before the scope does. An operation is one
//! child, from its spawn to its end.

use std::future::{ready, Future};
use std::hint::black_box;
use std::pin::pin;
use std::task::Context;

use tokio::task::JoinSet;

use crate::fixtures::{poll_until_stalled, tokio_runtime, unit_waker, yield_now, TOTAL};
use crate::harness::{ours, peer, Entry, Runner};

type Fallible = gen::Result<u64>;

fn at_once() -> impl Future<Output = Fallible> + Send {
    ready(Ok(7))
}

async fn later() -> Fallible {
    yield_now().await;
    Ok(7)
}

/// Polls a future that wakes itself until it is ready.
fn poll<F: Future<Output = gen::Result>>(future: F) {
    let waker = unit_waker();
    let polled = poll_until_stalled(pin!(future), &mut Context::from_waker(&waker));
    assert!(matches!(polled, std::task::Poll::Ready(Ok(()))), "no child fails, or waits");
}

/// The handles are dropped, and the scope waits for the children.
async fn scope<F>(children: u64, child: fn() -> F) -> gen::Result
where
    F: Future<Output = Fallible> + Send + 'static,
{
    gen::scope(|scope| async move {
        (0..children).for_each(|_| drop(scope.spawn(child())));
        Ok::<(), gen::Error>(())
    })
    .await
}

/// The body awaits the handles.
async fn scope_with_results<F>(children: u64, child: fn() -> F) -> gen::Result
where
    F: Future<Output = Fallible> + Send + 'static,
{
    gen::scope(|scope| async move {
        let handles: Vec<_> = (0..children).map(|_| scope.spawn(child())).collect();
        for handle in handles {
            let _ = black_box(handle.await?);
        }
        Ok::<(), gen::Error>(())
    })
    .await
}

async fn list<F>(children: u64, child: fn() -> F) -> gen::Result
where
    F: Future<Output = Fallible>,
{
    let children: Vec<_> = (0..children).map(|_| child()).collect();
    black_box(gen::multi(children).join().await?);
    Ok(())
}

async fn join_set<F>(children: u64, child: fn() -> F)
where
    F: Future<Output = Fallible> + Send + 'static,
{
    let mut set = JoinSet::new();
    for _ in 0..children {
        set.spawn(child());
    }
    while let Some(ended) = set.join_next().await {
        let _ = black_box(ended.expect("it does not panic"));
    }
}

/// The entries of a repetition with `total` children, in scopes of `children`.
pub fn entries<F>(children: u64, total: u64, child: fn() -> F) -> Vec<Entry>
where
    F: Future<Output = Fallible> + Send + 'static,
{
    let rounds = total / children;
    let tokio = tokio_runtime();
    vec![
        ours("`scope`", move |meter| {
            meter.time(|| (0..rounds).for_each(|_| poll(scope(children, child))));
        }),
        ours("`scope`, whose body awaits the handles", move |meter| {
            meter.time(|| (0..rounds).for_each(|_| poll(scope_with_results(children, child))));
        }),
        ours("a list, which cannot grow", move |meter| {
            meter.time(|| (0..rounds).for_each(|_| poll(list(children, child))));
        }),
        peer("tokio `JoinSet`", move |meter| {
            meter.time(|| (0..rounds).for_each(|_| tokio.block_on(join_set(children, child))));
        }),
    ]
}

/// How the cost of a child grows with their number.
pub fn growth(runner: &mut Runner, children: usize, total: usize) {
    let (children, total) = (children as u64, total as u64);
    runner.case("growth: children of a scope", children, total, entries(children, total, later));
}

pub fn run(runner: &mut Runner) {
    let total = TOTAL as u64;
    for children in [10, 100, 1_000] {
        runner.case("scope, all ready", children, total, entries(children, total, at_once));
        runner.case("scope, each suspends once", children, total, entries(children, total, later));
    }
}
