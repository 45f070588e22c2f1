//! Results in the order in which the children end. An operation is one child.

use std::future::Future;
use std::hint::black_box;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures::Stream;

use crate::fixtures::{child, coroutine_child, take_woken, unit_waker, Cell, Group, Wakes, TOTAL};
use crate::harness::{limit, ours, Entry, Runner, Side};
use crate::limits;

type Cells = &'static [Cell];

/// Polls for results until there are no more for now. Returns whether there will be none.
fn poll_results<T>(
    next: &mut impl FnMut(&mut Context<'_>) -> Poll<Option<T>>,
    cx: &mut Context<'_>,
    results: &mut usize,
) -> bool {
    loop {
        take_woken();
        match next(cx) {
            Poll::Ready(Some(result)) => {
                black_box(result);
                *results += 1;
            }
            Poll::Ready(None) => return true,
            Poll::Pending if take_woken() => {}
            Poll::Pending => return false,
        }
    }
}

/// Takes all results of a list, and fires its cells.
fn consume<T>(
    mut next: impl FnMut(&mut Context<'_>) -> Poll<Option<T>>,
    wakes: Wakes,
    cells: &[Cell],
    order: &[u32],
) {
    let waker = unit_waker();
    let mut cx = Context::from_waker(&waker);
    let mut results = 0;
    let mut has_ended = poll_results(&mut next, &mut cx, &mut results);
    if !has_ended {
        for &index in order {
            cells[index as usize].fire(u64::from(index));
            if wakes == Wakes::OneByOne {
                has_ended = poll_results(&mut next, &mut cx, &mut results);
            }
        }
        has_ended = has_ended || poll_results(&mut next, &mut cx, &mut results);
    }
    assert!(has_ended && results == cells.len(), "a result was lost");
}

fn of_stream<S: Stream + Unpin>(
    name: (Side, &str),
    (group, wakes): (Group, Wakes),
    make: impl Fn(Cells) -> S + 'static,
) -> Entry {
    Entry::new(name, move |meter| {
        group.reset(wakes);
        meter.time(|| {
            for (cells, order) in group.lists() {
                let mut stream = make(cells);
                consume(|cx| Pin::new(&mut stream).poll_next(cx), wakes, cells, order);
            }
        });
    })
}

/// `next` and `done`, as a program of Tornado uses them.
fn next_and_done((group, wakes): (Group, Wakes)) -> Entry {
    ours("`WaitIterator`, `next` and `done`", move |meter| {
        group.reset(wakes);
        meter.time(|| {
            for (cells, order) in group.lists() {
                let mut results = gen::WaitIterator::new(cells.iter().map(child));
                let next = |cx: &mut Context<'_>| match results.done() {
                    true => Poll::Ready(None),
                    false => Pin::new(&mut results.next()).poll(cx).map(Some),
                };
                consume(next, wakes, cells, order);
            }
        });
    })
}

fn by_hand((group, wakes): (Group, Wakes)) -> Entry {
    limit("one block of plain cells", move |meter| {
        group.reset(wakes);
        meter.time(|| {
            for (cells, order) in group.lists() {
                let mut group = limits::Group::new(cells.iter().map(child));
                consume(|cx| group.poll_next(cx), wakes, cells, order);
            }
        });
    })
}

/// The entries that are measured at every size, up to a million.
pub fn main_entries(work: (Group, Wakes)) -> Vec<Entry> {
    vec![
        of_stream((Side::Ours, "`WaitIterator`"), work, |cells| {
            gen::WaitIterator::new(cells.iter().map(child))
        }),
        of_stream((Side::Peer, "futures-buffered, bounded"), work, |cells| {
            cells.iter().map(child).collect::<futures_buffered::FuturesUnorderedBounded<_>>()
        }),
        by_hand(work),
    ]
}

fn entries(work: (Group, Wakes)) -> Vec<Entry> {
    let mut entries = main_entries(work);
    entries.extend([
        of_stream((Side::Ours, "`WaitIterator` of coroutines"), work, |cells| {
            gen::WaitIterator::new(cells.iter().map(coroutine_child))
        }),
        next_and_done(work),
        of_stream((Side::Peer, "futures-buffered"), work, |cells| {
            let mut futures = futures_buffered::FuturesUnordered::new();
            cells.iter().for_each(|cell| futures.push(child(cell)));
            futures
        }),
        of_stream((Side::Peer, "futures `FuturesUnordered`"), work, |cells| {
            cells.iter().map(child).collect::<futures::stream::FuturesUnordered<_>>()
        }),
    ]);
    entries
}

pub fn run(runner: &mut Runner) {
    for wakes in Wakes::ALL {
        for length in [10, 1_000, 100_000] {
            let case = format!("results as they come, {}", wakes.name());
            let group = Group::new(length, TOTAL);
            runner.case(&case, length as u64, TOTAL as u64, entries((group, wakes)));
        }
    }
}
