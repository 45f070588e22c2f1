//! A great number of tasks on several threads, which are cancelled, thrown into, timed out and
//! dropped at random: each ends once, and all memory returns.
//!
//! `GEN_SOAK` is the number of tasks, and `GEN_SOAK_SEED` repeats the choices of an earlier run,
//! which has printed its seed. The order of events between threads is another one in each run.

use std::alloc::{GlobalAlloc, Layout, System};
use std::env;
use std::future::pending;
use std::str::FromStr;
use std::sync::atomic::{AtomicIsize, AtomicU8, Ordering};
use std::sync::{mpsc, Arc};
use std::thread;
use std::time::Duration;

use fastrand::Rng;
use gen::{yield_, JoinHandle};
use tokio::runtime::Builder;

struct Counting;

/// The bytes that are allocated now.
static LIVE: AtomicIsize = AtomicIsize::new(0);

// SAFETY: everything is passed on to the allocator of the system.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        LIVE.fetch_add(layout.size() as isize, Ordering::Relaxed);
        // SAFETY: the caller upholds what the system's allocator asks for.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        LIVE.fetch_sub(layout.size() as isize, Ordering::Relaxed);
        // SAFETY: as above.
        unsafe { System.dealloc(memory, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// The number of ends of each task.
#[derive(Clone)]
struct Ends(Arc<[AtomicU8]>);

/// Counts the end of a body: it is dropped with the other variables of the body.
struct End {
    ends: Ends,
    task: usize,
}

impl Drop for End {
    fn drop(&mut self) {
        self.ends.0[self.task].fetch_add(1, Ordering::Relaxed);
    }
}

fn moment(rng: &mut Rng) -> Duration {
    Duration::from_micros(rng.u64(0..2000))
}

/// Ends by itself, in one of many ways.
#[gen::coroutine(send)]
fn ends(end: End, mut rng: Rng) -> gen::Result<usize> {
    match rng.u32(0..7) {
        0 => {}
        1 => yield_!(gen::sleep(moment(&mut rng)))?,
        2 => yield_!(gen::moment())?,
        3 => yield_!([gen::sleep(moment(&mut rng)), gen::sleep(moment(&mut rng))]).map(drop)?,
        4 => yield_!(gen::spawn(gen::sleep(moment(&mut rng))))?,
        5 => {
            let (first, second) = (moment(&mut rng), moment(&mut rng));
            yield_!(gen::scope(|scope| async move {
                scope.spawn(gen::sleep(first));
                yield_!(gen::sleep(second))
            }))?;
        }
        _ => {
            let limited = gen::with_timeout(moment(&mut rng), pending::<()>());
            assert!(yield_!(limited.cancel(moment(&mut rng))).is_err());
        }
    }
    Ok(end.task)
}

/// Waits until an error comes, and cleans up.
#[gen::coroutine(send)]
fn waits(end: End, mut rng: Rng) -> gen::Result<usize> {
    let error = match rng.u32(0..3) {
        0 => yield_!(pending::<()>()).unwrap_err(),
        1 => yield_!(vec![gen::sleep(Duration::MAX), gen::sleep(Duration::MAX)]).unwrap_err(),
        // The sleep goes on after the error, and ends by itself. A busy machine may need longer.
        _ => loop {
            if let Err(error) = yield_!(gen::spawn(gen::sleep(Duration::from_secs(1)))) {
                break error;
            }
        },
    };
    if rng.bool() {
        let _ = yield_!(gen::shield(gen::sleep(moment(&mut rng))));
    }
    drop(end);
    Err(error)
}

/// Ignores every error.
#[gen::coroutine(send)]
fn ignores(end: End) -> gen::Result<usize> {
    loop {
        let _ = yield_!(gen::sleep(Duration::from_millis(50)));
        let _end = &end;
    }
}

/// A thread that ends tasks with requests of its own.
type Elsewhere = mpsc::Sender<(JoinHandle<usize>, u32)>;

/// Does something to a task that waits for an error. Returns when the task has ended.
#[gen::coroutine(send)]
fn interrupt(task: JoinHandle<usize>, mut rng: Rng, elsewhere: Elsewhere) -> gen::Result {
    match rng.u32(0..7) {
        0 => {
            yield_!(task.cancel("waited for"))?;
            assert!(task.is_done());
            assert!(yield_!(task).is_err());
        }
        1 => {
            drop(task.cancel("not waited for"));
            assert!(yield_!(task).is_err());
        }
        2 => {
            task.throw("thrown");
            assert!(yield_!(task).is_err());
        }
        3 => {
            let sites = yield_!(task.trace())?;
            drop(sites);
            yield_!(gen::sleep(moment(&mut rng)))?;
            task.throw("thrown later");
            drop(task.cancel("cancelled, too"));
            assert!(yield_!(task).is_err());
        }
        4 => {
            let task = task.cancel_on_drop("dropped");
            let limited = gen::with_timeout(moment(&mut rng), task);
            assert!(yield_!(limited).is_err());
        }
        choice => elsewhere.send((task, choice)).expect("the thread lives"),
    }
    Ok(())
}

fn elsewhere() -> (Elsewhere, thread::JoinHandle<()>) {
    let (sender, tasks) = mpsc::channel::<(JoinHandle<usize>, u32)>();
    let thread = thread::spawn(move || {
        for (task, choice) in tasks {
            match choice {
                5 => task.throw("from another thread"),
                _ => drop(task.cancel("from another thread")),
            }
        }
    });
    (sender, thread)
}

/// Runs some of the tasks.
async fn some(tasks: std::ops::Range<usize>, ends_of: Ends, mut rng: Rng, elsewhere: Elsewhere) {
    for task in tasks {
        let end = End { ends: ends_of.clone(), task };
        let forked = rng.fork();
        match rng.u32(0..20) {
            0 => {
                let task = gen::spawn(ignores(end));
                task.cancel("ignored").grace(moment(&mut rng)).await;
                assert!(task.await.unwrap_err().is_cancelled());
            }
            1..=4 => drop(gen::spawn(ends(end, forked))),
            5..=9 => assert_eq!(gen::spawn(ends(end, forked)).await.expect("it ends well"), task),
            _ => {
                let task = gen::spawn(waits(end, forked));
                let interrupted = interrupt(task, rng.fork(), elsewhere.clone());
                gen::spawn(interrupted).await.expect("it is interrupted");
            }
        }
    }
}

/// Runs so many tasks on a runtime of their own.
fn soak(number: usize, mut rng: Rng) {
    const AT_ONCE: usize = 256;
    let ends = Ends((0..number).map(|_| AtomicU8::new(0)).collect());
    let (elsewhere, thread) = elsewhere();
    let runtime = Builder::new_multi_thread().worker_threads(4).enable_all().build().unwrap();
    let ends_of = ends.clone();
    runtime.block_on(async move {
        let size = number.div_ceil(AT_ONCE);
        let all = (0..number).step_by(size.max(1)).map(|from| {
            let tasks = from..number.min(from + size);
            tokio::spawn(some(tasks, ends_of.clone(), rng.fork(), elsewhere.clone()))
        });
        for some in all.collect::<Vec<_>>() {
            some.await.expect("no assertion fails");
        }
        // Those whose handles were dropped, and those that the other thread ends.
        let is_left = |end: &AtomicU8| end.load(Ordering::Relaxed) == 0;
        let all_end = async {
            while ends_of.0.iter().any(is_left) {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        let limit = Duration::from_secs(60);
        tokio::time::timeout(limit, all_end).await.expect("every task ends");
    });
    drop(runtime);
    thread.join().unwrap();
    let once = ends.0.iter().filter(|end| end.load(Ordering::Relaxed) == 1).count();
    assert_eq!(once, number, "each task ends once");
}

fn from_environment<N: FromStr>(name: &str) -> Option<N> {
    env::var(name).ok()?.parse().ok()
}

/// Otherwise a server would lose requests, or memory, after days.
#[test]
fn every_task_ends_once_and_all_memory_returns() {
    let number = from_environment("GEN_SOAK").unwrap_or(10_000);
    let seed = from_environment("GEN_SOAK_SEED").unwrap_or_else(|| fastrand::u64(..));
    println!("GEN_SOAK={number} GEN_SOAK_SEED={seed}");
    // The first tasks make the memory that lives as long as the process.
    soak(1000, Rng::with_seed(seed));
    let before = LIVE.load(Ordering::Relaxed);
    soak(number, Rng::with_seed(seed));
    let left = LIVE.load(Ordering::Relaxed) - before;
    println!("{left} bytes are left");
    assert!(left < 16 * 1024, "{left} bytes are left");
}
