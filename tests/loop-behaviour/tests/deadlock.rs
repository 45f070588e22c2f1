//! A program that hangs for ever gets an error, if that is certain.
//!
//! It is certain only in a process that has one thread, so these tests have no harness: each is a
//! function that `main` calls.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::env;
use std::future::poll_fn;
use std::panic::{catch_unwind, AssertUnwindSafe};
use std::rc::Rc;
use std::sync::Mutex;
use std::task::Poll;
use std::time::Duration;

use futures::channel::oneshot;
use futures::future::{select, Either};
use gen::sync::{Barrier, Condition, Event, Lock, RwLock, Semaphore};
use gen::yield_;
use loop_behaviour::{line_of, ready_without_a_wake};

const SOURCE: &str = include_str!("deadlock.rs");

fn main() {
    if let Some(reason) = reason_to_skip() {
        println!("the tests of deadlocks are skipped: {reason}");
        return;
    }
    log::set_logger(&RECORDS).expect("no other logger is set");
    log::set_max_level(log::LevelFilter::Warn);
    let filters = filters();
    for (name, test) in TESTS {
        if filters.is_empty() || filters.iter().any(|filter| name.contains(filter.as_str())) {
            RECORDS.take();
            test();
            println!("test {name} ... ok");
        }
    }
}

/// The texts of which a test that is to run has one in its name. Options of the usual harness, and
/// the values of `--skip` and `--test-threads`, are none.
fn filters() -> Vec<String> {
    let mut arguments = env::args().skip(1);
    let mut filters = Vec::new();
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--skip" | "--test-threads" => drop(arguments.next()),
            option if option.starts_with('-') => {}
            _ => filters.push(argument),
        }
    }
    filters
}

/// Lists the tests by their names. The compiler warns of a test that is not listed: nothing calls
/// it.
macro_rules! tests {
    ($($name:ident),+ $(,)?) => {
        const TESTS: &[(&str, fn())] = &[$((stringify!($name), $name)),+];
    };
}

tests![
    tasks_and_a_promise_behind_a_list_that_wait_for_each_other,
    a_task_that_waits_for_itself_is_named,
    tasks_that_wait_for_each_other_are_named,
    a_waker_that_a_stuck_task_keeps_wakes_nobody,
    a_deadlock_shows_no_keys,
    a_program_with_a_lost_wake_up_goes_on,
    a_task_that_is_woken_by_one_with_a_lost_wake_up_has_lost_nothing,
    a_stop_within_the_question_is_no_deadlock,
    a_callback_that_runs_a_loop_does_not_wait_for_what_it_has_dropped,
    a_timer_is_waited_for,
    tasks_that_wait_for_a_queue_that_no_other_task_fills,
    a_loop_is_usable_after_a_deadlock,
    a_shutdown_without_a_limit_gives_up_tasks_that_nothing_can_wake,
    block_on_panics_with_the_text,
    two_tasks_with_two_locks_are_a_circle,
    a_guard_that_nobody_polls_is_named,
    a_lock_that_was_handed_to_a_future_that_nobody_polls_is_named,
    a_reader_behind_a_writer_that_waits_for_it_is_named,
    only_holders_of_permits_that_are_needed_are_in_a_circle,
    an_event_that_nobody_sets_and_a_barrier_are_deadlocks,
    a_call_that_loads_one_of_its_own_keys_is_a_circle,
    a_loop_on_the_real_clock_answers_after_a_second,
];

fn virtual_loop() -> gen::IoLoop {
    gen::IoLoop::with_clock(gen::VirtualClock::new())
}

fn deadlock<T: std::fmt::Debug>(result: gen::Result<T>) -> gen::Deadlock {
    let error = result.expect_err("nothing can wake it");
    error.downcast_ref::<gen::Deadlock>().expect("it is a deadlock").clone()
}

/// Waits for one promise, and then sets the other one.
#[gen::coroutine]
fn waits_then_sets(before: gen::SharedFuture<u32>, after: gen::Promise<u32>) -> gen::Result {
    let value = yield_!(before)?;
    let _ = after.set(value);
    Ok(())
}

#[gen::coroutine]
fn crossed() -> gen::Result {
    let (set_left, left) = gen::promise();
    let (set_right, right) = gen::promise();
    let tasks = vec![
        gen::spawn_local(waits_then_sets(left, set_right)),
        gen::spawn_local(waits_then_sets(right, set_left)),
    ];
    yield_!(tasks)?;
    Ok(())
}

fn tasks_and_a_promise_behind_a_list_that_wait_for_each_other() {
    let deadlock = deadlock(virtual_loop().run_sync(crossed()));
    assert!(deadlock.dump().circles().is_empty(), "promises do not say who sets them");
    let text = deadlock.to_string();
    assert!(
        text.starts_with(
            "deadlock: no task is ready, no timer runs, and no other thread could wake a task\n"
        ),
        "{text}"
    );
    assert_eq!(text.matches("waits for promise").count(), 2, "{text}");
    assert!(text.contains("waits for 2 children of a list"), "{text}");
    assert_eq!(deadlock.dump().tasks().len(), 3);
}

fn a_task_that_waits_for_itself_is_named() {
    #[gen::coroutine]
    fn waits_for(own: Rc<RefCell<Option<gen::JoinHandle<()>>>>) -> gen::Result {
        yield_!(gen::moment())?;
        let own = own.borrow_mut().take().expect("it was stored");
        yield_!(own)
    }
    #[gen::coroutine]
    fn itself() -> gen::Result {
        let own = Rc::new(RefCell::new(None));
        *own.borrow_mut() = Some(gen::spawn_local(waits_for(own.clone())));
        yield_!(std::future::pending::<gen::Result>())
    }
    let deadlock = deadlock(virtual_loop().run_sync(itself()));
    let circles = deadlock.dump().circles();
    let [task] = *circles[0] else { panic!("{deadlock}") };
    assert!(deadlock.dump().tasks()[task].name().ends_with("waits_for"), "{deadlock}");
    assert!(deadlock.to_string().contains(&format!("task {task} waits for itself")), "{deadlock}");
}

fn tasks_that_wait_for_each_other_are_named() {
    type Slot = Rc<RefCell<Option<gen::JoinHandle<()>>>>;
    #[gen::coroutine]
    fn waits_for(other: Slot) -> gen::Result {
        yield_!(gen::moment())?;
        let other = other.borrow_mut().take().expect("it was stored");
        yield_!(other)
    }
    #[gen::coroutine]
    fn each_other() -> gen::Result {
        let (first, second, third) = (Slot::default(), Slot::default(), Slot::default());
        *second.borrow_mut() = Some(gen::spawn_local(waits_for(first.clone())));
        *third.borrow_mut() = Some(gen::spawn_local(waits_for(second.clone())));
        *first.borrow_mut() = Some(gen::spawn_local(waits_for(third.clone())));
        yield_!(std::future::pending::<gen::Result>())
    }
    let deadlock = deadlock(virtual_loop().run_sync(each_other()));
    let circles = deadlock.dump().circles();
    let [circle] = circles.as_slice() else { panic!("{deadlock}") };
    let names = circle.iter().map(|task| deadlock.dump().tasks()[*task].name());
    assert_eq!(names.filter(|name| name.ends_with("waits_for")).count(), 3, "{deadlock}");
    assert!(deadlock.to_string().contains(" wait for each other in a circle\n"), "{deadlock}");
}

fn a_waker_that_a_stuck_task_keeps_wakes_nobody() {
    #[gen::coroutine]
    fn keeps(sender: oneshot::Sender<()>) -> gen::Result {
        let end = yield_!(std::future::pending::<gen::Result>());
        let _ = sender.send(());
        end
    }
    #[gen::coroutine]
    fn foreign() -> gen::Result {
        let (sender, receiver) = oneshot::channel();
        let _keeps = gen::spawn_local(keeps(sender));
        yield_!(receiver)
    }
    let deadlock = deadlock(virtual_loop().run_sync(foreign()));
    assert!(deadlock.to_string().contains("Receiver<()> (keeps 1 waker)"), "{deadlock}");
}

/// Otherwise data of a user would get into a log, and code of a user would run, though the program
/// has not asked for a dump.
fn a_deadlock_shows_no_keys() {
    #[derive(PartialEq, Eq, PartialOrd, Ord, Hash, Clone)]
    struct Secret;
    impl std::fmt::Debug for Secret {
        fn fmt(&self, _: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            panic!("nobody has asked for it")
        }
    }
    #[gen::coroutine]
    fn waits() -> gen::Result {
        let _callback = yield_!(gen::Callback::<u8>::new(Secret))?;
        let (_nobody_sets_it, answer) = gen::promise::<u8>();
        yield_!((gen::Wait::<u8>::new(Secret), BTreeMap::from([(Secret, answer)]))).map(drop)
    }
    let deadlock = deadlock(virtual_loop().run_sync(waits()));
    assert!(deadlock.to_string().contains("    [1] waits for 1 child of a map:\n"), "{deadlock}");
}

fn a_program_with_a_lost_wake_up_goes_on() {
    #[gen::coroutine]
    fn forgetful() -> gen::Result<u32> {
        yield_!(ready_without_a_wake(7)) // line of the yield
    }
    let line = line_of(SOURCE, "line of the yield");
    assert_eq!(virtual_loop().run_sync(forgetful()).unwrap(), 7);
    let records = RECORDS.take();
    assert_eq!(records.len(), 1, "{records:?}");
    assert!(records[0].starts_with("a wake-up was lost: "), "{records:?}");
    let at = if cfg!(debug_assertions) { format!(" at {}:{line}:", file!()) } else { String::new() };
    assert!(records[0].contains(&format!("forgetful` went on{at}")), "{records:?}");
}

/// Otherwise a person would look for a fault in the code of the wrong task.
fn a_task_that_is_woken_by_one_with_a_lost_wake_up_has_lost_nothing() {
    #[gen::coroutine]
    fn loses_wake_up(next: gen::Promise<u32>) -> gen::Result {
        yield_!(ready_without_a_wake(()))?;
        next.set(7).map_err(Into::into)
    }
    #[gen::coroutine]
    fn is_woken(value: gen::SharedFuture<u32>) -> gen::Result<u32> {
        yield_!(value)
    }
    #[gen::coroutine]
    fn both() -> gen::Result<u32> {
        let (promise, value) = gen::promise();
        let first = gen::spawn_local(loses_wake_up(promise));
        let second = gen::spawn_local(is_woken(value));
        Ok(yield_!((first, second))?.1)
    }
    assert_eq!(virtual_loop().run_sync(both()).unwrap(), 7);
    let records = RECORDS.take();
    let [record] = records.as_slice() else { panic!("{records:?}") };
    assert!(record.contains("loses_wake_up` went on"), "{record}");
}

fn a_stop_within_the_question_is_no_deadlock() {
    let io_loop = virtual_loop();
    let (handle, mut polls) = (io_loop.handle(), 0);
    let stops = poll_fn(move |_| {
        polls += 1;
        if polls == 2 {
            handle.stop();
        }
        Poll::<gen::Result>::Pending
    });
    let error = io_loop.run_sync(stops).unwrap_err();
    assert!(error.is::<gen::LoopStopped>(), "{error}");
}

/// Otherwise a task that has waited since an earlier run would wait for ever.
fn a_callback_that_runs_a_loop_does_not_wait_for_what_it_has_dropped() {
    let io_loop = virtual_loop();
    let context = gen::context::capture();
    let kept = Cell::new(None);
    let future = context.run(|| gen::Ok(gen::from_callback(|done: gen::Resolve<u32>| kept.set(Some(done)))));
    let task = io_loop.spawn_local(future.expect("the closure does not fail"));
    io_loop.run_sync(gen::moment()).unwrap();
    let result = context.run(|| {
        drop(kept.take());
        gen::Ok(io_loop.run_sync(task))
    });
    let error = result.expect("the callback does not fail").unwrap_err();
    assert!(error.is::<gen::CallbackDroppedError>(), "{error}");
}

fn a_timer_is_waited_for() {
    let limit = Duration::from_secs(86_400);
    virtual_loop().run_sync(gen::sleep(limit)).unwrap();
    #[gen::coroutine]
    fn never(limit: Duration) -> gen::Result {
        yield_!(gen::with_timeout(limit, std::future::pending::<gen::Result>()))
    }
    let error = virtual_loop().run_sync(never(limit)).unwrap_err();
    assert!(error.is::<gen::TimeoutError>(), "{error}");
    assert_eq!(RECORDS.take(), [""; 0]);
}

/// The call waits for its own result.
fn a_call_that_loads_one_of_its_own_keys_is_a_circle() {
    thread_local! {
        static PARENTS: RefCell<Option<gen::Batch<u32, u32>>> = const { RefCell::new(None) };
    }
    #[gen::coroutine]
    fn parents(keys: Vec<u32>) -> gen::Result<BTreeMap<u32, u32>> {
        let batch = PARENTS.with_borrow(|batch| batch.clone()).expect("it is set");
        let parent = yield_!(batch.load(keys[0]))?;
        Ok(BTreeMap::from([(keys[0], parent)]))
    }
    #[gen::coroutine]
    fn asks() -> gen::Result<u32> {
        let batch = gen::batch(parents);
        PARENTS.set(Some(batch.clone()));
        yield_!(batch.load(7))
    }
    let deadlock = deadlock(virtual_loop().run_sync(asks()));
    PARENTS.set(None);
    assert_eq!(deadlock.dump().circles(), [[1]], "{deadlock}");
    assert!(deadlock.to_string().contains("called with 1 key in task 1"), "{deadlock}");
}

/// A consumer whose producer has ended without a `close`.
fn tasks_that_wait_for_a_queue_that_no_other_task_fills() {
    #[gen::coroutine]
    fn consumes(queue: gen::queue::Queue<u32>) -> gen::Result {
        while let Some(_item) = yield_!(queue.next())? {
            queue.task_done()?;
        }
        Ok(())
    }
    #[gen::coroutine]
    fn forgets_to_close() -> gen::Result {
        let queue = gen::queue::Queue::bounded(1);
        let consumer = gen::spawn_local(consumes(queue.clone()));
        yield_!(queue.put(1))?;
        yield_!(consumer)
    }
    let deadlock = deadlock(virtual_loop().run_sync(forgets_to_close()));
    assert!(deadlock.to_string().contains("waits for an item of Queue<u32>"), "{deadlock}");
}

fn a_loop_is_usable_after_a_deadlock() {
    let io_loop = virtual_loop();
    let (promise, value) = gen::promise::<u32>();
    let task = io_loop.spawn_local(value.clone());
    deadlock(io_loop.run_sync(value));
    io_loop.add_callback(move || promise.set(5).expect("it was not set before"));
    assert_eq!(io_loop.run_sync(task).unwrap(), 5);
}

/// Otherwise the process would not end, and not say why.
fn a_shutdown_without_a_limit_gives_up_tasks_that_nothing_can_wake() {
    #[gen::coroutine]
    fn cleans_up_for_ever() -> gen::Result {
        let end = yield_!(std::future::pending::<()>());
        yield_!(std::future::pending::<()>())?;
        end
    }
    let io_loop = virtual_loop();
    let _task = io_loop.spawn_local(cleans_up_for_ever());
    assert_eq!(io_loop.shutdown(Duration::MAX), 1);
    let records = RECORDS.take();
    let [record] = records.as_slice() else { panic!("{records:?}") };
    assert!(record.starts_with("a shutdown has given up: deadlock: "), "{record}");
    assert!(record.contains("in cleans_up_for_ever"), "{record}");
}

fn block_on_panics_with_the_text() {
    let hook = std::panic::take_hook();
    std::panic::set_hook(Box::new(|_| {}));
    let panicked = catch_unwind(AssertUnwindSafe(|| virtual_loop().block_on(std::future::pending::<()>())));
    std::panic::set_hook(hook);
    let payload = panicked.unwrap_err();
    let text = payload.downcast_ref::<String>().expect("it has a text");
    assert!(text.starts_with("deadlock: "), "{text}");
}

/// Takes both locks, one after the other.
#[gen::coroutine]
fn takes_both(first: Rc<Lock<u32>>, second: Rc<Lock<u32>>) -> gen::Result {
    let _first = yield_!(first.lock())?; // the first lock
    yield_!(gen::moment())?;
    let _second = yield_!(second.lock())?;
    Ok(())
}

fn two_tasks_with_two_locks_are_a_circle() {
    #[gen::coroutine]
    fn both() -> gen::Result {
        let (left, right) = (Rc::new(Lock::new(1)), Rc::new(Lock::new(2)));
        let there = gen::spawn_local(takes_both(left.clone(), right.clone()));
        let back = gen::spawn_local(takes_both(right, left));
        yield_!((there, back)).map(drop)
    }
    let deadlock = deadlock(virtual_loop().run_sync(both()));
    assert_eq!(deadlock.dump().circles(), [[1, 2]], "{deadlock}");
    let text = deadlock.to_string();
    assert!(text.contains("\n\ntasks 1, 2 wait for each other in a circle\n"), "{text}");
    let at = format!("{}:{}:", file!(), line_of(SOURCE, "the first lock"));
    for (held_by, awaited_by) in [(2, "0, 2"), (1, "0, 1")] {
        let waits = format!("waits for a lock of u32\n    held since {at}");
        assert_eq!(text.matches(&waits).count(), 2, "{text}");
        assert!(text.contains(&format!(" by task {held_by}: deadlock::takes_both")), "{text}");
        assert!(text.contains(&format!("awaited by task {awaited_by}\n")), "{text}");
    }
}

/// "Futurelock": a `select!` has left a future behind which has a lock, and its other branch waits
/// for that lock.
fn a_guard_that_nobody_polls_is_named() {
    async fn slow(lock: &Lock<u32>) {
        let _guard = lock.lock().await; // the guard of the future that is left behind
        gen::sleep(Duration::from_secs(60)).await.expect("nothing is thrown");
    }
    #[gen::coroutine]
    fn selects() -> gen::Result {
        let lock = Lock::new(1);
        let left_behind = Box::pin(slow(&lock));
        let pause = Box::pin(gen::sleep(Duration::from_secs(1)));
        let Either::Left((_, left_behind)) = yield_!(select(pause, left_behind))? else {
            unreachable!("the pause is shorter");
        };
        let _guard = yield_!(lock.lock())?;
        drop(left_behind);
        Ok(())
    }
    let deadlock = deadlock(virtual_loop().run_sync(selects()));
    assert_eq!(deadlock.dump().circles(), [[0]], "{deadlock}");
    let line = line_of(SOURCE, "the guard of the future that is left behind");
    let held = format!("waits for a lock of u32\n    held since {}:{line}:", file!());
    assert!(deadlock.to_string().contains(&held), "{deadlock}");
    assert!(deadlock.to_string().contains("task 0 waits for itself"), "{deadlock}");
}

/// The same, with a future that was in line when it was left behind (Oxide's RFD 609).
fn a_lock_that_was_handed_to_a_future_that_nobody_polls_is_named() {
    #[gen::coroutine]
    fn holds(lock: Rc<Lock<u32>>) -> gen::Result {
        let _guard = yield_!(lock.lock())?;
        yield_!(gen::sleep(Duration::from_secs(5)))
    }
    #[gen::coroutine]
    fn selects(lock: Rc<Lock<u32>>) -> gen::Result {
        let left_behind = lock.lock(); // the wait that is left behind
        let pause = Box::pin(gen::sleep(Duration::from_secs(1)));
        let Either::Left((_, left_behind)) = yield_!(select(pause, left_behind))? else {
            unreachable!("the pause is shorter");
        };
        let _guard = yield_!(lock.lock())?;
        drop(left_behind);
        Ok(())
    }
    #[gen::coroutine]
    fn both() -> gen::Result {
        let lock = Rc::new(Lock::new(1));
        let holds = gen::spawn_local(holds(lock.clone()));
        yield_!((holds, selects(lock))).map(drop)
    }
    let deadlock = deadlock(virtual_loop().run_sync(both()));
    assert_eq!(deadlock.dump().circles(), [[0]], "{deadlock}");
    let line = line_of(SOURCE, "the wait that is left behind");
    let handed = format!("handed to the call at {}:{line}:", file!());
    let text = deadlock.to_string();
    assert!(text.contains(&handed), "{text}");
    assert!(text.contains(", not polled since, by task 0: deadlock::"), "{text}");
}

fn a_reader_behind_a_writer_that_waits_for_it_is_named() {
    #[gen::coroutine]
    fn reads_twice(lock: Rc<RwLock<u32>>) -> gen::Result {
        let _first = yield_!(lock.read())?;
        yield_!(gen::moment())?;
        let _second = yield_!(lock.read())?;
        Ok(())
    }
    #[gen::coroutine]
    fn both() -> gen::Result {
        let lock = Rc::new(RwLock::new(1));
        let reads = gen::spawn_local(reads_twice(lock.clone()));
        let writes = yield_!(lock.write())?;
        drop(writes);
        yield_!(reads)
    }
    let deadlock = deadlock(virtual_loop().run_sync(both()));
    assert_eq!(deadlock.dump().circles(), [[1]], "{deadlock}");
    let text = deadlock.to_string();
    assert!(text.contains("waits for a lock to write of u32\n    held since "), "{text}");
    assert!(text.contains("waits for a lock to read of u32\n    held since "), "{text}");
}

/// Two tasks have a permit each and wait for another one, and a third one has one and waits for
/// something else. If it gave its permit up, one of the two could go on.
fn only_holders_of_permits_that_are_needed_are_in_a_circle() {
    #[gen::coroutine]
    fn takes(semaphore: Rc<Semaphore>, more: u32) -> gen::Result {
        let _permit = yield_!(semaphore.acquire())?;
        yield_!(gen::moment())?;
        let _more = yield_!(semaphore.acquire_many(more))?;
        Ok(())
    }
    #[gen::coroutine]
    fn all(permits: usize, more: u32) -> gen::Result {
        let semaphore = Rc::new(Semaphore::new(permits));
        let tasks = vec![
            gen::spawn_local(takes(semaphore.clone(), more)),
            gen::spawn_local(takes(semaphore.clone(), more)),
        ];
        let _permit = yield_!(semaphore.acquire())?;
        let _tasks = tasks;
        yield_!(std::future::pending::<gen::Result>())
    }
    let one_of_three = deadlock(virtual_loop().run_sync(all(3, 1)));
    assert_eq!(one_of_three.dump().circles(), [[0; 0]; 0], "{one_of_three}");
    let text = one_of_three.to_string();
    assert_eq!(text.matches("waits for a permit of a semaphore\n    held since ").count(), 2, "{text}");
    let all_of_three = deadlock(virtual_loop().run_sync(all(3, 3)));
    assert_eq!(all_of_three.dump().circles(), [[1, 2]], "{all_of_three}");
    // No holder can help, since there are only three: all may be given back, and they still wait.
    let more_than_there_are = deadlock(virtual_loop().run_sync(all(3, 4)));
    assert_eq!(more_than_there_are.dump().circles(), [[0; 0]; 0], "{more_than_there_are}");
}

fn an_event_that_nobody_sets_and_a_barrier_are_deadlocks() {
    #[gen::coroutine]
    fn both() -> gen::Result {
        let (event, barrier, condition) = (Event::new(), Barrier::new(3), Condition::new());
        yield_!((event.wait(), barrier.wait(), barrier.wait(), condition.wait())).map(drop)
    }
    let text = deadlock(virtual_loop().run_sync(both())).to_string();
    for waits in [
        "[0] waits for an event that is not set\n",
        "[1] waits for a barrier, to which 2 of 3 tasks have come\n",
        "[3] waits for a notification of a condition",
    ] {
        assert!(text.contains(waits), "{text}");
    }
}

fn a_loop_on_the_real_clock_answers_after_a_second() {
    // The only wait for real time here: no other clock than the real one makes the loop wait before
    // it asks. A slow machine makes the wait longer, and the test passes.
    let began = std::time::Instant::now();
    let deadlock = deadlock(gen::run_sync(std::future::pending::<gen::Result>()));
    assert!(began.elapsed() >= Duration::from_secs(1));
    assert_eq!(deadlock.dump().tasks().len(), 1);
}

/// The records that were logged.
struct Records(Mutex<Vec<String>>);

static RECORDS: Records = Records(Mutex::new(Vec::new()));

impl Records {
    fn take(&self) -> Vec<String> {
        std::mem::take(&mut self.0.lock().unwrap())
    }
}

impl log::Log for Records {
    fn enabled(&self, _: &log::Metadata<'_>) -> bool {
        true
    }

    fn log(&self, record: &log::Record<'_>) {
        self.0.lock().unwrap().push(record.args().to_string());
    }

    fn flush(&self) {}
}

/// Why nothing is certain in this process; `None` if it has one thread.
fn reason_to_skip() -> Option<&'static str> {
    if !cfg!(any(target_os = "linux", target_os = "android")) {
        return Some("this system does not tell how many threads a process has");
    }
    match std::fs::read_dir("/proc/self/task").map(Iterator::count) {
        Ok(1) => None,
        Ok(_) => Some("this process has another thread, as under the thread sanitizer"),
        Err(_) => Some("`/proc` is not mounted, so it is not known how many threads there are"),
    }
}
