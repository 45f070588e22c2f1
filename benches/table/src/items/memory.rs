//! The heap of tasks and children that are suspended three calls deep. Each program runs in a
//! process of its own.

use std::future::Future;
use std::hint::black_box;
use std::pin::{pin, Pin};
use std::task::{Context, Poll};

use crate::fixtures::{
    monoio_runtime, task_queue, tokio_local_runtime, tokio_runtime, unit_waker, Cell, CellFuture,
};
use crate::harness::{allocations, Measured, Side};
use crate::limits;

const SUSPENDED: usize = 100_000;

/// A program, whose figure is the heap that it leaves for each of its tasks or children.
pub struct Program {
    pub case: &'static str,
    pub name: &'static str,
    side: Side,
    run: fn(&'static [Cell]) -> allocations::Counts,
}

const TASKS: &str = "heap bytes of a suspended task";
const ENDED: &str = "heap bytes that a loop keeps for a task that has ended";
const LIST: &str = "heap bytes of a child of a list";
const RESULTS: &str = "heap bytes of a child, results as they come";

macro_rules! program {
    ($case:ident, $side:ident, $name:literal, $run:expr) => {
        Program { case: $case, name: $name, side: Side::$side, run: $run }
    };
}

pub const PROGRAMS: &[Program] = &[
    program!(TASKS, Ours, "`spawn_local` of a coroutine", |cells| on_loop(cells, coroutine)),
    program!(TASKS, Ours, "`spawn_local` of an `async fn`", |cells| on_loop(cells, |c| gen::ok(body(c)))),
    program!(TASKS, Peer, "tokio `spawn`", tokio_spawn),
    program!(TASKS, Peer, "tokio `spawn_local`", tokio_spawn_local),
    program!(TASKS, Peer, "async-task", async_task),
    program!(TASKS, Peer, "monoio", monoio_spawn),
    program!(TASKS, Limit, "a queue of plain cells", own_executor),
    program!(ENDED, Ours, "`spawn_local` of a coroutine that has ended", ended),
    program!(LIST, Ours, "a list of `async fn`s", |cells| {
        counted(|| gen::multi(cells.iter().map(|cell| gen::ok(body(cell))).collect::<Vec<_>>()).join())
    }),
    program!(LIST, Peer, "futures-buffered `join_all`", |cells| {
        counted(|| futures_buffered::join_all(cells.iter().map(body)))
    }),
    program!(LIST, Peer, "futures `join_all`", |cells| {
        counted(|| futures::future::join_all(cells.iter().map(body)))
    }),
    program!(RESULTS, Ours, "`WaitIterator`", |cells| {
        allocations::start();
        let mut results = gen::WaitIterator::new(cells.iter().map(|cell| gen::ok(body(cell))));
        poll_pending(pin!(results.next()));
        allocations::stop()
    }),
    program!(RESULTS, Ours, "`WaitIterator`, grown by `push`", |cells| {
        allocations::start();
        let mut results = gen::WaitIterator::new(cells[..1].iter().map(|cell| gen::ok(body(cell))));
        for cell in &cells[1..] {
            results.push(gen::ok(body(cell)));
        }
        poll_pending(pin!(results.next()));
        allocations::stop()
    }),
    program!(RESULTS, Peer, "futures-buffered, bounded", |cells| {
        of_stream(|| cells.iter().map(body).collect::<futures_buffered::FuturesUnorderedBounded<_>>())
    }),
    program!(RESULTS, Peer, "futures `FuturesUnordered`", |cells| {
        of_stream(|| cells.iter().map(body).collect::<futures::stream::FuturesUnordered<_>>())
    }),
    program!(RESULTS, Limit, "one block of plain cells", |cells| {
        allocations::start();
        let mut group = limits::Group::new(cells.iter().map(body));
        let waker = unit_waker();
        assert!(group.poll_next(&mut Context::from_waker(&waker)).is_pending());
        allocations::stop()
    }),
];

/// Runs a program, in a process that ends after it.
pub fn measure(name: &str) -> Option<Measured> {
    let program = PROGRAMS.iter().find(|program| program.name == name)?;
    let cells: Vec<Cell> = (0..SUSPENDED).map(|_| Cell::default()).collect();
    let counts = (program.run)(cells.leak());
    let each = |count: f64| count / SUSPENDED as f64;
    let live = each(counts.live as f64);
    Some(Measured {
        item: "memory".to_owned(),
        case: program.case.to_owned(),
        size: SUSPENDED as u64,
        side: program.side,
        name: name.to_owned(),
        least: live,
        median: live,
        repetitions: 1,
        allocations: each(counts.allocations as f64),
        bytes: each(counts.bytes as f64),
        peak: each(counts.peak as f64),
        notes: Default::default(),
        instructions: None,
    })
}

/// Each level has 32 bytes that live across its await.
async fn third(cell: &'static Cell) -> u64 {
    let kept = black_box([1_u64; 4]);
    CellFuture(cell).await + black_box(&kept)[1]
}

async fn second(cell: &'static Cell) -> u64 {
    let kept = black_box([2_u64; 4]);
    third(cell).await + black_box(&kept)[1]
}

async fn first(cell: &'static Cell) -> u64 {
    let kept = black_box([3_u64; 4]);
    second(cell).await + black_box(&kept)[1]
}

async fn body(cell: &'static Cell) {
    black_box(first(cell).await);
}

#[gen::coroutine]
fn third_coroutine(cell: &'static Cell) -> gen::Result<u64> {
    let kept = black_box([1_u64; 4]);
    Ok(gen::yield_!(CellFuture(cell))? + black_box(&kept)[1])
}

#[gen::coroutine]
fn second_coroutine(cell: &'static Cell) -> gen::Result<u64> {
    let kept = black_box([2_u64; 4]);
    Ok(gen::yield_!(third_coroutine(cell))? + black_box(&kept)[1])
}

#[gen::coroutine]
fn first_coroutine(cell: &'static Cell) -> gen::Result<u64> {
    let kept = black_box([3_u64; 4]);
    Ok(gen::yield_!(second_coroutine(cell))? + black_box(&kept)[1])
}

#[gen::coroutine]
fn coroutine(cell: &'static Cell) -> gen::Result {
    black_box(gen::yield_!(first_coroutine(cell))?);
    Ok(())
}

fn poll_pending<F: Future>(future: Pin<&mut F>) {
    let waker = unit_waker();
    assert!(future.poll(&mut Context::from_waker(&waker)).is_pending());
}

/// Counts while a future is made and polled once.
fn counted<F: Future>(make: impl FnOnce() -> F) -> allocations::Counts {
    allocations::start();
    let mut future = pin!(make());
    poll_pending(future.as_mut());
    allocations::stop()
}

fn of_stream<S: futures::Stream + Unpin>(make: impl FnOnce() -> S) -> allocations::Counts {
    let waker = unit_waker();
    let mut cx = Context::from_waker(&waker);
    allocations::start();
    let mut stream = make();
    // Some streams wake themselves before they have polled all of their futures.
    for _ in 0..SUSPENDED {
        assert!(matches!(Pin::new(&mut stream).poll_next(&mut cx), Poll::Pending));
    }
    allocations::stop()
}

fn on_loop<C>(cells: &'static [Cell], make: impl Fn(&'static Cell) -> C) -> allocations::Counts
where
    C: Future<Output = gen::Result> + 'static,
{
    gen::IoLoop::new().block_on(async {
        allocations::start();
        cells.iter().for_each(|cell| drop(gen::spawn_local(make(cell))));
        allocations::stop()
    })
}

/// All tasks are alive at once, and end before the heap is read.
fn ended(cells: &'static [Cell]) -> allocations::Counts {
    gen::IoLoop::new().block_on(async {
        allocations::start();
        cells.iter().for_each(|cell| drop(gen::spawn_local(coroutine(cell))));
        cells.iter().for_each(|cell| cell.fire(1));
        gen::moment().await.unwrap();
        gen::moment().await.unwrap();
        allocations::stop()
    })
}

fn tokio_spawn(cells: &'static [Cell]) -> allocations::Counts {
    tokio_runtime().block_on(async {
        allocations::start();
        cells.iter().for_each(|cell| drop(tokio::spawn(body(cell))));
        tokio::task::yield_now().await;
        allocations::stop()
    })
}

fn tokio_spawn_local(cells: &'static [Cell]) -> allocations::Counts {
    tokio_local_runtime().block_on(async {
        allocations::start();
        cells.iter().for_each(|cell| drop(tokio::task::spawn_local(body(cell))));
        tokio::task::yield_now().await;
        allocations::stop()
    })
}

fn async_task(cells: &'static [Cell]) -> allocations::Counts {
    allocations::start();
    cells.iter().for_each(|cell| task_queue::spawn(body(cell)).detach());
    task_queue::run();
    allocations::stop()
}

fn monoio_spawn(cells: &'static [Cell]) -> allocations::Counts {
    monoio_runtime().block_on(async {
        allocations::start();
        cells.iter().for_each(|cell| drop(monoio::spawn(body(cell))));
        monoio::spawn(async {}).await;
        allocations::stop()
    })
}

fn own_executor(cells: &'static [Cell]) -> allocations::Counts {
    let executor = limits::Executor::default();
    allocations::start();
    cells.iter().for_each(|cell| executor.spawn(body(cell)));
    executor.run();
    allocations::stop()
}
