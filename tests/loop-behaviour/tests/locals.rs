//! Locals and deadlines on the embedded loop: its callbacks, its timers, its blocking calls, and
//! other threads.

use std::cell::{Cell, RefCell};
use std::future::{pending, poll_fn, Future};
use std::rc::Rc;
use std::task::{Context, Poll, Waker};
use std::thread;
use std::time::{Duration, Instant};

use gen::{time_left, yield_, IoLoop, IoLoopHandle, TimeoutError, VirtualClock};
use loop_behaviour::logged;

const SECOND: Duration = Duration::from_secs(1);

gen::local! {
    static HERE: u32;
    inherited static EVERYWHERE: u32;
}

type Seen = (Option<u32>, Option<u32>, Option<u64>);

const INHERITED: Seen = (None, Some(2), Some(10));
const NOTHING: Seen = (None, None, None);

fn seen() -> Seen {
    (HERE.get(), EVERYWHERE.get(), time_left().map(|left| left.as_secs()))
}

/// Within both values, and with ten seconds.
async fn within<T>(body: impl Future<Output = gen::Result<T>>) -> gen::Result<T> {
    HERE.with(1, EVERYWHERE.with(2, gen::with_timeout(10 * SECOND, body))).join().await
}

fn here() -> IoLoopHandle {
    IoLoop::current().expect("these coroutines run on a loop")
}

fn run<T>(body: impl Future<Output = gen::Result<T>>) -> T {
    IoLoop::with_clock(VirtualClock::new()).run_sync(body).expect("the body ends well")
}

/// The values that each callback has seen, by its name.
#[derive(Clone, Default)]
struct Rows(Rc<RefCell<Vec<(&'static str, Seen)>>>);

impl Rows {
    fn look(&self, row: &'static str) -> impl FnMut() {
        let rows = self.0.clone();
        move || rows.borrow_mut().push((row, seen()))
    }
}

/// Otherwise a callback would belong to the code that the loop ran before, or to nothing.
#[test]
fn a_callback_sees_what_was_inherited_where_it_was_scheduled() {
    let rows = Rows::default();
    let expected =
        ["add_callback", "of a callback", "remote", "on_done", "add_future", "promise", "call_later"];
    run(async {
        within(async {
            here().add_callback({
                let (rows, mut look) = (rows.clone(), rows.look("add_callback"));
                move || {
                    look();
                    here().add_callback(rows.look("of a callback"));
                }
            });
            here().remote().add_callback(|| assert_eq!(seen(), INHERITED))?;
            let mut look = rows.look("on_done");
            gen::spawn_local(async { gen::Ok(()) }).on_done(move |_| look());
            let mut look = rows.look("add_future");
            here().add_future(async {}, move |()| look());
            let (promise, future) = gen::promise();
            let mut look = rows.look("promise");
            future.add_done_callback(move |_| look());
            promise.set(())?;
            here().call_later(Duration::ZERO, rows.look("call_later"));
            gen::Ok(())
        })
        .await?;
        // Outside of all values.
        assert_eq!(seen(), NOTHING);
        HERE.with(7, EVERYWHERE.with(7, gen::sleep(SECOND))).join().await
    });
    let rows = rows.0.take();
    for row in expected.into_iter().filter(|row| *row != "remote") {
        let seen = rows.iter().find(|(name, _)| *name == row).map(|(_, seen)| *seen);
        assert_eq!(seen, Some(INHERITED), "{row}");
    }
}

/// Otherwise the time of a callback would stand still while it waits.
#[test]
fn a_timer_has_the_time_that_is_left_when_it_runs() {
    let rows = Rows::default();
    run(async {
        within(async {
            here().call_later(3 * SECOND, rows.look("in time"));
            here().call_later(30 * SECOND, rows.look("late"));
            gen::Ok(())
        })
        .await?;
        gen::sleep(60 * SECOND).await
    });
    let late = [("in time", (None, Some(2), Some(7))), ("late", (None, Some(2), Some(0)))];
    assert_eq!(rows.0.take(), late);
}

/// Otherwise callbacks that schedule each other for ever would fill the memory, or lose the values.
#[test]
fn a_chain_of_callbacks_keeps_the_values_and_does_not_grow() {
    fn next(left: u32, at_end: Rc<RefCell<Vec<usize>>>) {
        let depth = gen::context::depth();
        at_end.borrow_mut().push(depth);
        assert_eq!(EVERYWHERE.get(), Some(2));
        if left > 0 {
            let bound = EVERYWHERE.with(2, async move {
                here().add_callback(move || next(left - 1, at_end));
                gen::Ok(())
            });
            let mut bound = Box::pin(bound.join());
            assert!(bound.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_ready());
        }
    }
    let depths = Rc::new(RefCell::new(Vec::new()));
    run(async {
        let first = depths.clone();
        within(async {
            here().add_callback(move || next(100, first));
            gen::Ok(())
        })
        .await?;
        gen::sleep(SECOND).await
    });
    assert_eq!(depths.take(), [1; 101]);
}

/// Otherwise tasks that start each other for ever would fill the memory.
#[test]
fn a_chain_of_tasks_keeps_the_values_and_does_not_grow() {
    #[gen::coroutine(dyn(local))]
    fn next(left: u32, depths: Rc<RefCell<Vec<usize>>>) -> gen::Result {
        yield_!(gen::moment())?;
        assert_eq!(EVERYWHERE.get(), Some(2));
        depths.borrow_mut().push(gen::context::depth());
        if left > 0 {
            drop(gen::spawn_local(next(left - 1, depths)));
        }
        Ok(())
    }
    let depths = Rc::new(RefCell::new(Vec::new()));
    run(async {
        within(async {
            drop(gen::spawn_local(next(100, depths.clone())));
            gen::Ok(())
        })
        .await?;
        gen::sleep(SECOND).await
    });
    assert!(depths.take().into_iter().all(|depth| depth <= 3));
}

/// Otherwise an engine would not know its request.
#[test]
fn an_engine_inherits_as_a_task_does() {
    thread_local!(static ROWS: RefCell<Vec<Seen>> = const { RefCell::new(Vec::new()) });
    #[gen::engine]
    fn engine() {
        ROWS.with_borrow_mut(|rows| rows.push(seen()));
        let _ = yield_!(gen::moment());
        ROWS.with_borrow_mut(|rows| rows.push(seen()));
    }
    run(async {
        within(async { engine() }).await?;
        gen::sleep(SECOND).await
    });
    assert_eq!(ROWS.take(), [INHERITED; 2]);
}

/// Otherwise work that is handed to another thread would not know its request.
#[test]
fn a_task_on_a_loop_of_another_thread_inherits() {
    let (sender, receiver) = std::sync::mpsc::channel();
    let other = thread::spawn(move || {
        let io_loop = IoLoop::new();
        sender.send(io_loop.handle().remote()).unwrap();
        io_loop.start();
    });
    let remote = receiver.recv().unwrap();
    gen::run_sync(within(async {
        let (here, everywhere, left) = remote.spawn(async { gen::Ok(seen()) }).await?;
        assert_eq!((here, everywhere), (None, Some(2)));
        assert!(left.is_some_and(|left| left <= 10));
        gen::Ok(())
    }))
    .unwrap();
    remote.stop();
    other.join().unwrap();
}

/// Otherwise the limit of a blocking call would be unknown inside.
#[test]
fn the_limit_of_run_sync_timeout_is_a_deadline() {
    let io_loop = IoLoop::with_clock(VirtualClock::new());
    let body = async {
        gen::sleep(SECOND).await?;
        gen::Ok((seen(), gen::spawn_local(async { gen::Ok(seen()) }).await?))
    };
    let four = (None, None, Some(4));
    assert_eq!(io_loop.run_sync_timeout(5 * SECOND, body).unwrap(), (four, four));
    let error = io_loop.run_sync_timeout(SECOND, pending::<gen::Result>()).unwrap_err();
    assert_eq!(error.to_string(), "timeout after 1s");
    assert_eq!(time_left(), None);
}

/// Otherwise a loop that runs within a poll would mix its tasks with the code around it.
#[test]
fn a_loop_within_a_poll_has_its_own_values() {
    let io_loop = IoLoop::with_clock(VirtualClock::new());
    let before = io_loop.spawn_local(async {
        gen::moment().await?;
        gen::Ok(seen())
    });
    let nested = HERE.with(
        1,
        EVERYWHERE.with(2, async {
            let root = io_loop.run_sync(async {
                let first = seen();
                let inner = HERE.with(3, async { gen::Ok(seen()) }).join().await?;
                gen::Ok((first, inner, before.await?))
            });
            assert_eq!((HERE.get(), EVERYWHERE.get()), (Some(1), Some(2)));
            root
        }),
    );
    // A foreign executor polls it.
    let (root, inner, before) = futures::executor::block_on(nested.join()).unwrap();
    assert_eq!(root, (None, Some(2), None), "as a task that was spawned there");
    assert_eq!(inner, (Some(3), Some(2), None));
    assert_eq!(before, NOTHING, "as where it was spawned");
}

/// Otherwise an executor within a future would show its values to the tasks that it polls.
#[test]
fn a_task_that_is_polled_within_another_future_has_its_own_values() {
    let executor = async_executor::LocalExecutor::new();
    let tasks = Rc::new(RefCell::new(Vec::new()));
    let spawned = std::sync::Arc::new(std::sync::Mutex::new(Vec::new()));
    let spawner = {
        let spawned = spawned.clone();
        move |task: gen::SpawnedTask| spawned.lock().unwrap().push(task)
    };
    let outer = gen::with_spawner(spawner, async {
        let task = gen::spawn(async {
            poll_fn({
                let mut polls = 0;
                move |cx| {
                    polls += 1;
                    assert_eq!((HERE.get(), EVERYWHERE.get()), (None, None));
                    cx.waker().wake_by_ref();
                    if polls == 3 {
                        Poll::Ready(())
                    } else {
                        Poll::Pending
                    }
                }
            })
            .await;
            gen::Ok(())
        });
        tasks.borrow_mut().extend(spawned.lock().unwrap().drain(..).map(|task| executor.spawn(task)));
        // Polls the task within the values.
        HERE.with(1, EVERYWHERE.with(2, executor.run(task))).join().await
    });
    futures::executor::block_on(outer).unwrap();
}

/// Otherwise an error of a callback outside of all tasks would not find the handler of its loop.
#[test]
fn the_error_of_a_callback_with_values_reaches_the_handler() {
    let (io_loop, errors) = (IoLoop::new(), Rc::new(RefCell::new(Vec::new())));
    let (handle, handled) = (io_loop.handle(), errors.clone());
    io_loop.set_error_handler(move |error| handled.borrow_mut().push(error.to_string()));
    let schedules = EVERYWHERE.with(2, async move {
        handle.add_callback(|| Err::<(), _>(format!("{:?}", EVERYWHERE.get())));
        gen::Ok(())
    });
    futures::executor::block_on(schedules.join()).unwrap();
    let log = logged(|| io_loop.run_sync(async { gen::moment().await }).unwrap());
    assert_eq!((errors.take(), log), (vec!["Some(2)".to_owned()], vec![]));
}

/// Otherwise the first step would have to read the clock, or would have no deadline.
#[test]
fn a_timeout_has_its_full_length_in_its_first_turn_on_a_real_clock() {
    const HOUR: Duration = Duration::from_secs(3600);
    let body = gen::with_timeout(HOUR, async {
        let first = time_left();
        gen::moment().await?;
        gen::Ok((first, time_left()))
    });
    let (first, second) = IoLoop::new().run_sync(body.join()).unwrap();
    assert_eq!(first, Some(HOUR));
    assert!(second.is_some_and(|second| second <= HOUR));
}

/// Otherwise the last step before a timeout would believe that it has all the time again.
#[test]
fn a_timeout_whose_timer_has_fired_leaves_no_time_on_a_real_clock() {
    let last = Cell::new(None);
    let body = gen::with_timeout(Duration::from_millis(1), async {
        poll_fn(|_| {
            last.set(time_left());
            Poll::<()>::Pending
        })
        .await;
        gen::Ok(())
    });
    let error = IoLoop::new().run_sync(body.join()).unwrap_err();
    assert!(error.is::<TimeoutError>());
    assert_eq!(last.get(), Some(Duration::ZERO));
}

/// Otherwise a point in time that has passed would count as none.
#[test]
fn a_deadline_that_has_passed_leaves_no_time() {
    let clock = VirtualClock::new();
    let io_loop = IoLoop::with_clock(clock.clone());
    let past: Instant = clock.now();
    clock.advance(SECOND);
    let late = gen::with_deadline(past, async { gen::Ok(time_left()) });
    assert_eq!(io_loop.run_sync(late.join()).unwrap(), Some(Duration::ZERO));
    let late = gen::with_deadline(past, pending::<gen::Result>());
    assert!(io_loop.run_sync(late.join()).unwrap_err().is::<TimeoutError>());
}
