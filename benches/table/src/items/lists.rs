//! Lists of futures whose results come in the order of the futures. An operation is one child: its
//! creation, its polls, its wake, its result and its drop.

use std::future::Future;
use std::hint::black_box;

use futures_concurrency::prelude::*;

use crate::fixtures::{child, coroutine_child, drive, Cell, Failed, Group, Wakes, TOTAL};
use crate::harness::{Entry, Runner, Side};
use crate::limits::{poll_all, try_join};

type Cells = &'static [Cell];

/// An entry that makes a future of each list, and drives it.
pub fn entry<F: Future>(
    name: (Side, &str),
    (group, wakes): (Group, Wakes),
    make: impl Fn(Cells) -> F + 'static,
) -> Entry {
    Entry::new(name, move |meter| {
        group.reset(wakes);
        meter.time(|| {
            for (cells, order) in group.lists() {
                black_box(drive(make(cells), wakes, cells, order));
            }
        });
    })
}

#[gen::coroutine]
fn list(cells: Cells) -> gen::Result<Vec<u64>> {
    gen::yield_!(cells.iter().map(child).collect::<Vec<_>>())
}

#[gen::coroutine]
fn list_of_coroutines(cells: Cells) -> gen::Result<Vec<u64>> {
    gen::yield_!(cells.iter().map(coroutine_child).collect::<Vec<_>>())
}

fn entries(group: Group, wakes: Wakes) -> Vec<Entry> {
    let work = (group, wakes);
    let mut entries = vec![
        entry((Side::Ours, "a yield of a `Vec`"), work, list),
        entry((Side::Ours, "a yield of a `Vec` of coroutines"), work, list_of_coroutines),
        entry((Side::Peer, "futures `join_all`"), work, |cells| {
            futures::future::join_all(cells.iter().map(child))
        }),
        entry((Side::Peer, "futures `try_join_all`"), work, |cells| {
            futures::future::try_join_all(cells.iter().map(child))
        }),
        entry((Side::Peer, "futures-buffered `join_all`"), work, |cells| {
            futures_buffered::join_all(cells.iter().map(child))
        }),
        entry((Side::Peer, "futures-buffered `try_join_all`"), work, |cells| {
            futures_buffered::try_join_all(cells.iter().map(child))
        }),
        entry((Side::Limit, "one block of plain cells"), work, |cells| try_join(cells.iter().map(child))),
    ];
    // It looks at all children in each poll.
    if group.length <= 1_000 {
        entries.push(entry((Side::Peer, "futures-concurrency `try_join`"), work, |cells| {
            cells.iter().map(child).collect::<Vec<_>>().try_join()
        }));
    }
    if group.length == 10 {
        entries.extend(of_ten(work));
    }
    entries
}

#[gen::coroutine]
fn tuple(cells: Cells) -> gen::Result<u64> {
    let [a, b, c, d, e, f, g, h, i, j] = cells.first_chunk().expect("ten cells");
    let ten = gen::yield_!((
        child(a),
        child(b),
        child(c),
        child(d),
        child(e),
        child(f),
        child(g),
        child(h),
        child(i),
        child(j)
    ))?;
    Ok(ten.0 + ten.9)
}

async fn tokio_tuple(cells: Cells) -> Result<u64, Failed> {
    let [a, b, c, d, e, f, g, h, i, j] = cells.first_chunk().expect("ten cells");
    let ten = tokio::try_join!(
        child(a),
        child(b),
        child(c),
        child(d),
        child(e),
        child(f),
        child(g),
        child(h),
        child(i),
        child(j)
    )?;
    Ok(ten.0 + ten.9)
}

fn of_ten(work: (Group, Wakes)) -> Vec<Entry> {
    vec![
        entry((Side::Ours, "a yield of a tuple"), work, tuple),
        entry((Side::Peer, "tokio `try_join!`"), work, tokio_tuple),
        entry((Side::Limit, "all polled again after a wake"), work, |cells| {
            poll_all(cells.iter().map(child))
        }),
    ]
}

pub fn run(runner: &mut Runner) {
    for wakes in Wakes::ALL {
        for length in [10, 100, 1_000, 100_000] {
            let case = format!("list, {}", wakes.name());
            let group = Group::new(length, TOTAL);
            runner.case(&case, length as u64, TOTAL as u64, entries(group, wakes));
        }
    }
}
