//! A lock, a permit and a queue that two threads share, beside those of tokio, of async-lock and of
//! async-channel. Each thread runs its task in an `IoLoop` of its own.
//!
//! The threads begin together and work for a fixed time. So if two processors are free, neither
//! thread works alone. An operation is to take the lock and to give it back, or to put an item and
//! to get it.

use std::hint::black_box;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::sync::Barrier;
use std::thread;
use std::time::Duration;

use crate::harness::{ours, peer, Entry, Meter, Runner};

/// How long the threads work in a repetition.
const WORK: Duration = Duration::from_millis(200);

/// The bound of the queue.
const BOUND: usize = 100;

/// The programs count their operations.
const COUNTED: u64 = 1;

/// Runs two bodies, each in a thread, which begin together. The flag says that the time is over;
/// then they give the number of their operations.
fn together(
    meter: &mut Meter,
    one: impl AsyncFnOnce(&AtomicBool) -> u64 + Send,
    other: impl AsyncFnOnce(&AtomicBool) -> u64 + Send,
) -> [u64; 2] {
    let (start, is_over) = (&Barrier::new(3), &AtomicBool::new(false));
    thread::scope(|scope| {
        let one = scope.spawn(move || {
            let io_loop = gen::IoLoop::new();
            start.wait();
            io_loop.block_on(one(is_over))
        });
        let other = scope.spawn(move || {
            let io_loop = gen::IoLoop::new();
            start.wait();
            io_loop.block_on(other(is_over))
        });
        meter.time(|| {
            start.wait();
            thread::sleep(WORK);
            is_over.store(true, Relaxed);
        });
        [one, other].map(|thread| thread.join().expect("nothing fails"))
    })
}

/// How often the lock came from one thread to the other. Its cells are used only by the thread that
/// has the lock.
#[derive(Default)]
struct Moves {
    holder: AtomicU64,
    count: AtomicU64,
}

impl Moves {
    fn note(&self, thread: u64) {
        if self.holder.load(Relaxed) != thread {
            self.holder.store(thread, Relaxed);
            self.count.store(self.count.load(Relaxed) + 1, Relaxed);
        }
    }
}

/// Runs `take` again and again in both threads, which calls its second argument while it has the
/// lock. A lock may let the thread that has just given it back take it again, and is then faster:
/// the notes tell how often it came to the other thread, and the share of the busier one.
fn shared<L: Sync + 'static>(
    make: fn() -> L,
    take: impl AsyncFn(&L, &dyn Fn()) + Copy + Send + 'static,
) -> impl FnMut(&mut Meter) + 'static {
    move |meter| {
        let (lock, moves) = (&make(), &Moves::default());
        let takes = |thread| {
            async move |is_over: &AtomicBool| {
                let mut count = 0;
                while !is_over.load(Relaxed) {
                    take(lock, &|| moves.note(thread)).await;
                    count += 1;
                }
                count
            }
        };
        let [one, other] = together(meter, takes(1), takes(2));
        let percent = |part| 100.0 * part as f64 / (one + other) as f64;
        meter.operations = Some(one + other);
        meter.notes.push(("to the other thread, %", percent(moves.count.load(Relaxed))));
        meter.notes.push(("by the busier thread, %", percent(one.max(other))));
    }
}

/// A producer in one thread, and a consumer in the other.
fn pair<P: Send + 'static, G: Send + 'static>(
    make: fn() -> (P, G),
    put: impl AsyncFn(&mut P, u64) + Copy + Send + 'static,
    close: impl Fn(P) + Copy + Send + 'static,
    get: impl AsyncFn(&mut G) -> Option<u64> + Copy + Send + 'static,
) -> impl FnMut(&mut Meter) + 'static {
    move |meter| {
        let (mut sender, mut receiver) = make();
        let produce = async move |is_over: &AtomicBool| {
            let mut count = 0;
            while !is_over.load(Relaxed) {
                put(&mut sender, count).await;
                count += 1;
            }
            close(sender);
            count
        };
        let consume = async move |_: &AtomicBool| {
            let mut count = 0;
            while let Some(item) = get(&mut receiver).await {
                black_box(item);
                count += 1;
            }
            count
        };
        let [put, got] = together(meter, produce, consume);
        assert_eq!(put, got);
        meter.operations = Some(got);
    }
}

/// Takes a lock, and says so while it has it.
macro_rules! take {
    (|$lock:ident| $taken:expr) => {
        async |$lock, is_taken: &dyn Fn()| {
            let _held = black_box($taken);
            is_taken();
        }
    };
}

fn locks() -> Vec<Entry> {
    vec![
        ours("gen", shared(|| gen::sync::Lock::new(()), take!(|lock| lock.lock().await))),
        peer("tokio", shared(|| tokio::sync::Mutex::new(()), take!(|lock| lock.lock().await))),
        peer("async-lock", shared(|| async_lock::Mutex::new(()), take!(|lock| lock.lock().await))),
    ]
}

fn permits() -> Vec<Entry> {
    vec![
        ours("gen", shared(|| gen::sync::Semaphore::new(1), take!(|lock| lock.acquire().await))),
        peer("tokio", shared(|| tokio::sync::Semaphore::new(1), take!(|lock| lock.acquire().await))),
        peer("async-lock", shared(|| async_lock::Semaphore::new(1), take!(|lock| lock.acquire().await))),
    ]
}

fn queues() -> Vec<Entry> {
    vec![
        ours(
            "`Queue`",
            pair(
                || {
                    let queue = gen::queue::Queue::bounded(BOUND);
                    (queue.clone(), queue)
                },
                async |queue, item| queue.put(item).await.unwrap(),
                |queue| queue.close(),
                async |queue| queue.next().await,
            ),
        ),
        peer(
            "tokio",
            pair(
                || tokio::sync::mpsc::channel(BOUND),
                async |sender, item| sender.send(item).await.unwrap(),
                drop,
                async |receiver| receiver.recv().await,
            ),
        ),
        peer(
            "async-channel",
            pair(
                || async_channel::bounded(BOUND),
                async |sender, item| sender.send(item).await.unwrap(),
                drop,
                async |receiver| receiver.recv().await.ok(),
            ),
        ),
    ]
}

pub fn run(runner: &mut Runner) {
    runner.case("two threads: a lock that both take", 2, COUNTED, locks());
    runner.case("two threads: a permit that both acquire", 2, COUNTED, permits());
    runner.case("two threads: items from a producer to a consumer", 2, COUNTED, queues());
}

/// Whether a case has threads. callgrind runs them one after the other, so it counts other work
/// than what is measured.
pub fn has_threads(case: &str) -> bool {
    case.starts_with("two threads")
}
