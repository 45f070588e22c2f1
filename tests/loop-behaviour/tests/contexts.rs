//! The destination of a callback's failure in cases that Tornado does not have: threads, panics,
//! several loops, the end of a loop.
use std::cell::{Cell, RefCell};
use std::future::{pending, Future};
use std::pin::Pin;
use std::rc::Rc;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::sync::{mpsc, Arc, Mutex};
use std::task::{Context, Poll, Wake, Waker};
use std::thread;
use std::time::{Duration, Instant};

use gen::{context, yield_, CallbackFuture, IoLoop, IoLoopHandle, Panicked, Resolve, VirtualClock};
use loop_behaviour::{logged, Drops, Order, PanicsInDrop};

fn here() -> IoLoopHandle {
    IoLoop::current().expect("these coroutines run on a loop")
}

fn fails(text: &'static str) -> impl FnOnce() -> Result<(), &'static str> + Send {
    move || Err(text)
}

/// Waits for a thrown error. If no error is thrown, the test ends after that time and fails.
fn a_while() -> gen::Sleep {
    gen::sleep(Duration::from_secs(10))
}

#[gen::coroutine]
fn suspended() -> gen::Result {
    yield_!(a_while())
}

fn one_turn(io_loop: &IoLoop) {
    io_loop.run_sync(async { gen::moment().await }).expect("moments do not fail");
}

// ---- panics -------------------------------------------------------------------------------------

#[test]
fn a_callback_that_panics_does_not_leave_the_coroutine_waiting_for_it() {
    #[gen::coroutine]
    fn body() -> gen::Result<String> {
        here().add_callback(|| -> () { panic!("ouch") });
        let error = yield_!(a_while()).unwrap_err();
        Ok(error.downcast_ref::<Panicked>().expect("it panicked").message().to_owned())
    }
    assert_eq!(gen::run_sync(body()).unwrap(), "ouch");
}

#[test]
fn a_future_that_panics_does_not_leave_its_callback_awaited() {
    #[gen::coroutine]
    fn body() -> gen::Result {
        here().add_future(std::future::poll_fn(|_| panic!("in the future")), |()| ());
        yield_!(a_while())
    }
    assert_eq!(gen::run_sync(body()).unwrap_err().to_string(), "panicked: in the future");
}

#[test]
fn a_handler_that_panics_stops_nobody() {
    let (io_loop, order) = (IoLoop::new(), Order::new());
    io_loop.set_error_handler(|error| panic!("cannot handle {error}"));
    io_loop.add_callback(fails("this"));
    io_loop.add_callback(order.note("ran"));
    let log = logged(|| one_turn(&io_loop));
    assert_eq!(log, ["ERROR gen: an error handler panicked: cannot handle this"]);
    assert_eq!(order.text(), "ran");
}

#[test]
fn a_payload_that_panics_in_its_drop_stops_nobody() {
    let (io_loop, order) = (IoLoop::new(), Order::new());
    let context = Rc::new(RefCell::new(None));
    let captured = context.clone();
    io_loop.add_callback(move || *captured.borrow_mut() = Some(context::capture()));
    one_turn(&io_loop);
    let context = context.take().expect("it was captured");
    thread::spawn(move || context.run(|| -> gen::Result { std::panic::panic_any(Payload) })).join().unwrap();
    io_loop.add_callback(order.note("ran"));
    let log = logged(|| one_turn(&io_loop));
    assert_eq!(log.len(), 2, "{log:?}");
    assert_eq!(order.text(), "ran");

    struct Payload;
    impl Drop for Payload {
        fn drop(&mut self) {
            drop(PanicsInDrop);
        }
    }
}

// ---- the recipient of an error ------------------------------------------------------------------

#[test]
fn a_result_that_is_there_wins_and_the_error_waits_for_the_next_yield() {
    #[gen::coroutine]
    fn body(order: Order) -> gen::Result {
        here().add_callback(fails("late"));
        order.push(yield_!(gen::moment()).is_ok());
        order.push(yield_!(gen::sleep(Duration::from_secs(1))).unwrap_err());
        Ok(())
    }
    let order = Order::new();
    IoLoop::with_clock(VirtualClock::new()).run_sync(body(order.clone())).unwrap();
    assert_eq!(order.text(), "truelate");
}

#[test]
fn an_error_waits_while_the_body_is_at_a_plain_await() {
    #[gen::coroutine]
    fn body(order: Order) -> gen::Result {
        here().add_callback(fails("thrown"));
        gen::sleep(Duration::from_secs(1)).await?;
        order.push("awaited ");
        order.push(yield_!(a_while()).unwrap_err());
        Ok(())
    }
    let order = Order::new();
    IoLoop::with_clock(VirtualClock::new()).run_sync(body(order.clone())).unwrap();
    assert_eq!(order.text(), "awaited thrown");
}

#[test]
fn a_loop_with_an_error_that_nobody_takes_sleeps() {
    // If the body were polled again and again, this would never end: the virtual clock only moves
    // when the loop is idle.
    let io_loop = IoLoop::with_clock(VirtualClock::new());
    let log = logged(|| {
        io_loop
            .run_sync(async {
                here().add_callback(fails("no yield"));
                gen::sleep(Duration::from_secs(1)).await
            })
            .unwrap();
    });
    assert_eq!(log, ["ERROR gen: a callback failed: no yield"]);
}

#[test]
fn a_task_in_a_reused_slot_does_not_get_the_errors_of_the_one_before() {
    #[gen::coroutine]
    fn body(order: Order) -> gen::Result {
        for _ in 0..70_000 {
            // More tasks than a slot has generations. Each leaves behind a callback that can still
            // fail.
            let context = yield_!(gen::spawn_local(async { Ok::<_, gen::Error>(context::capture()) }))?;
            KEPT.with_borrow_mut(|kept| kept.push(context));
        }
        let innocent = gen::spawn_local(async {
            // A context too, so that it could be confused with the one that had this slot before.
            let _own = context::capture();
            suspended().await
        });
        for context in KEPT.take() {
            here().add_callback(move || context.throw("old"));
        }
        let mut count = 0;
        while count < 70_000 {
            assert!(yield_!(a_while()).is_err());
            count += 1;
        }
        assert!(!innocent.is_done());
        order.push(count);
        Ok(())
    }
    thread_local!(static KEPT: RefCell<Vec<context::Context>> = const { RefCell::new(Vec::new()) });
    let order = Order::new();
    gen::run_sync(body(order.clone())).unwrap();
    assert_eq!(order.text(), "70000");
}

#[test]
fn blocking_calls_of_every_kind_are_contexts() {
    let io_loop = IoLoop::new();
    let body = || async {
        assert_eq!(context::depth(), 1);
        here().add_callback(fails("thrown"));
        suspended().await
    };
    assert_eq!(io_loop.run_sync(body()).unwrap_err().to_string(), "thrown");
    assert_eq!(io_loop.block_on(body()).unwrap_err().to_string(), "thrown");
    let timed = io_loop.run_sync_timeout(Duration::from_secs(3600), body());
    assert_eq!(timed.unwrap_err().to_string(), "thrown");
    assert_eq!(context::depth(), 0);
}

// ---- callbacks that other code calls ------------------------------------------------------------

#[test]
fn what_a_remote_callback_of_a_coroutine_does_wrong_comes_back_to_it() {
    // From one loop to another and back.
    let (send, receive) = mpsc::channel();
    let other = thread::spawn(move || {
        let io_loop = IoLoop::new();
        send.send(io_loop.remote()).unwrap();
        io_loop.start();
    });
    #[gen::coroutine]
    fn body(other: gen::Remote) -> gen::Result<String> {
        let stop = other.clone();
        other.add_callback(move || {
            stop.stop();
            Err::<(), _>("on the other loop")
        })?;
        Ok(yield_!(a_while()).unwrap_err().to_string())
    }
    let log = logged(|| {
        assert_eq!(gen::run_sync(body(receive.recv().unwrap())).unwrap(), "on the other loop");
    });
    other.join().unwrap();
    assert_eq!(log, [""; 0]);
}

#[test]
fn a_task_on_another_loop_of_the_thread_has_its_starter_as_outer_context() {
    #[gen::coroutine]
    fn ends(other: IoLoopHandle) -> gen::Result {
        assert_eq!(context::depth(), 2);
        other.add_callback(fails("over there"));
        Ok(())
    }
    #[gen::coroutine]
    fn body(other: IoLoopHandle, order: Order) -> gen::Result {
        drop(other.spawn_local(ends(other.clone())));
        assert_eq!(context::depth(), 1);
        order.push(yield_!(a_while()).unwrap_err());
        Ok(())
    }
    let (first, other, order) = (IoLoop::new(), IoLoop::new(), Order::new());
    drop(first.spawn_local(body(other.handle(), order.clone())));
    one_turn(&other);
    assert_eq!(order.text(), "", "never from within the other loop");
    one_turn(&first);
    one_turn(&first);
    assert_eq!(order.text(), "over there");
}

#[test]
fn a_context_outlives_its_task_and_its_loop() {
    let handled = Order::new();
    let context = {
        let io_loop = IoLoop::new();
        let context = io_loop.block_on(async { context::capture() });
        let order = handled.clone();
        io_loop.set_error_handler(move |error| order.push(error));
        // The task has ended, so the handler of its loop receives the error, also from another
        // thread.
        let sent = context.clone();
        thread::spawn(move || sent.throw("1")).join().unwrap();
        one_turn(&io_loop);
        context.throw("2");
        one_turn(&io_loop);
        // This error is on its way when the loop is dropped.
        context.throw("3");
        context
    };
    assert_eq!(handled.text(), "123");
    assert_eq!(logged(|| context.throw("4")), ["ERROR gen: a callback failed: 4"]);
}

#[test]
fn a_context_outside_of_all_tasks_remembers_its_loop() {
    let (io_loop, handled, kept) = (IoLoop::new(), Order::new(), Rc::new(RefCell::new(None)));
    let (order, keep) = (handled.clone(), kept.clone());
    io_loop.set_error_handler(move |error| order.push(error));
    io_loop.add_callback(move || *keep.borrow_mut() = Some(context::capture()));
    one_turn(&io_loop);
    let context = kept.take().expect("it was captured");
    thread::spawn(move || context.throw("from a thread")).join().unwrap();
    one_turn(&io_loop);
    assert_eq!(handled.text(), "from a thread");
}

/// Otherwise a loop could not be used to clean up at the end of a thread.
#[test]
fn a_callback_has_its_context_while_the_thread_ends() {
    #[gen::coroutine]
    fn body() -> gen::Result<String> {
        here().add_callback(|| here().add_callback(fails("of a callback")));
        Ok(yield_!(a_while()).map_or_else(|error| error.to_string(), |()| "nothing".to_owned()))
    }
    fn told() -> String {
        IoLoop::with_clock(VirtualClock::new()).run_sync(body()).expect("it catches the error")
    }
    struct AtEnd(mpsc::Sender<String>);
    impl Drop for AtEnd {
        fn drop(&mut self) {
            self.0.send(told()).expect("the test waits");
        }
    }
    thread_local!(static AT_END: RefCell<Option<AtEnd>> = const { RefCell::new(None) });
    let (send, receive) = mpsc::channel();
    thread::spawn(move || {
        // It is made first, so most systems drop it last.
        AT_END.set(Some(AtEnd(send)));
        assert_eq!(told(), "of a callback");
    });
    assert_eq!(receive.recv().unwrap(), "of a callback");
}

#[test]
fn on_done_without_a_loop_says_so() {
    let (io_loop, order) = (IoLoop::new(), Order::new());
    let task = io_loop.spawn_local(async { gen::moment().await });
    let inner = order.clone();
    let log = logged(|| task.on_done(move |_| inner.push("called")));
    one_turn(&io_loop);
    assert_eq!(
        log,
        ["ERROR gen: `on_done` was called where no task can stay on this thread: its callback is dropped"]
    );
    assert_eq!(order.text(), "");
}

/// Polls a future on the spot whenever it is woken, as another thread may.
struct PolledWhenWoken(Mutex<Option<Pin<Box<CallbackFuture<()>>>>>, mpsc::Sender<gen::Result>);

impl Wake for PolledWhenWoken {
    fn wake(self: Arc<Self>) {
        let waker = Waker::from(Arc::clone(&self));
        let mut cx = Context::from_waker(&waker);
        // A wake within the poll finds no future.
        let Some(mut future) = self.0.lock().unwrap().take() else { return };
        // More often than a future doubts that its callback was dropped.
        for _ in 0..4 {
            if let Poll::Ready(result) = future.as_mut().poll(&mut cx) {
                self.1.send(result).unwrap();
                return;
            }
        }
        *self.0.lock().unwrap() = Some(future);
    }
}

/// Otherwise the future would say that the callback was dropped, and the log why.
#[test]
fn a_future_on_another_thread_gets_the_error_of_the_engine_that_has_dropped_its_callback() {
    #[gen::engine(send)]
    fn fails(_done: Resolve<()>) -> gen::Result {
        yield_!(gen::moment())?;
        Err(gen::Error::new("the engine"))
    }
    let (results, result) = mpsc::channel();
    let io_loop = IoLoop::new();
    io_loop
        .run_sync(async {
            let future = Box::pin(gen::from_callback(fails));
            Arc::new(PolledWhenWoken(Mutex::new(Some(future)), results)).wake();
            assert!(result.try_recv().is_err());
            gen::moment().await?;
            gen::moment().await
        })
        .unwrap();
    assert_eq!(result.recv().unwrap().unwrap_err().to_string(), "the engine");
}

// ---- lifetimes ----------------------------------------------------------------------------------

#[test]
fn errors_that_are_left_when_the_loop_is_dropped_are_logged() {
    let log = logged(|| {
        let io_loop = IoLoop::new();
        drop(io_loop.spawn_local(async {
            here().add_callback(fails("1"));
            here().add_callback(fails("2"));
            pending::<gen::Result>().await
        }));
        one_turn(&io_loop);
    });
    assert_eq!(log, ["ERROR gen: a callback failed: 1", "ERROR gen: a callback failed: 2"]);
}

#[test]
fn a_handler_that_holds_its_loop_is_dropped_with_it() {
    let drops = Drops::new();
    let (io_loop, held) = (IoLoop::new(), drops.one());
    let handle = io_loop.handle();
    io_loop.set_error_handler(move |_| {
        let _held = &held;
        handle.stop();
    });
    let kept = io_loop.handle();
    drop(io_loop);
    assert_eq!(drops.count(), 1);
    let held = drops.one();
    kept.set_error_handler(move |_| {
        let _held = &held;
    });
    assert_eq!(drops.count(), 2, "a closed loop keeps none");
}

/// Otherwise the key that a failing callback has dropped would be a leak of the coroutine.
#[test]
fn a_callback_that_has_called_an_engine_and_fails_says_why_its_key_has_no_value() {
    type Kept = Rc<RefCell<Option<Resolve<()>>>>;
    #[gen::engine]
    fn waits(kept: Kept) -> gen::Result {
        yield_!(gen::from_callback(|done| *kept.borrow_mut() = Some(done)))
    }
    #[gen::coroutine]
    fn body(kept: Kept) -> gen::Result<String> {
        let mut callable = Some(yield_!(gen::Callback::<u8>::new("key"))?);
        let mut callback = context::wrap(move |()| -> gen::Result {
            drop(callable.take());
            waits(kept.clone())?;
            Err(gen::Error::new("the callback has failed"))
        });
        here().add_callback(move || callback(()));
        Ok(yield_!(pending::<()>()).unwrap_err().to_string())
    }
    assert_eq!(gen::run_sync(body(Kept::default())).unwrap(), "the callback has failed");
}

/// The first step of the task waits for another value, within the callback. Otherwise it would
/// report the drops of the callback before its error, and the key would be a leak of the coroutine.
#[test]
fn a_callback_that_has_spawned_a_task_and_fails_says_why_its_key_has_no_value() {
    #[gen::coroutine]
    fn body() -> gen::Result<String> {
        let callable = yield_!(gen::Callback::<u8>::new("key"))?;
        let kept = Rc::new(RefCell::new(None));
        let keep = kept.clone();
        here().add_callback(move || -> gen::Result {
            drop(callable);
            let waits = gen::from_callback(move |done: Resolve<()>| *keep.borrow_mut() = Some(done));
            drop(gen::spawn_local(waits));
            Err(gen::Error::new("the callback has failed"))
        });
        let error = yield_!(pending::<()>()).unwrap_err();
        drop(kept);
        Ok(error.to_string())
    }
    assert_eq!(gen::run_sync(body()).unwrap(), "the callback has failed");
}

/// The drop is a part of the failure, whichever code of the callback has made it.
#[test]
fn a_callback_whose_task_drops_a_callable_and_that_fails_says_why_the_key_has_no_value() {
    #[gen::coroutine]
    fn body() -> gen::Result<String> {
        let callable = yield_!(gen::Callback::<u8>::new("key"))?;
        here().add_callback(move || -> gen::Result {
            drop(gen::spawn_local(async move {
                drop(callable);
                gen::moment().await
            }));
            Err(gen::Error::new("the callback has failed"))
        });
        Ok(yield_!(pending::<()>()).unwrap_err().to_string())
    }
    assert_eq!(gen::run_sync(body()).unwrap(), "the callback has failed");
}

/// Otherwise the loop would wait for ever: the drop would be reported at the end of the callback,
/// which waits for the loop.
#[test]
fn a_callback_that_runs_a_loop_does_not_wait_for_what_it_has_dropped() {
    fn spawned_before(io_loop: &IoLoop) -> gen::Result {
        let task = io_loop.spawn_local(gen::from_callback(drop::<Resolve<()>>));
        io_loop.run_sync_timeout(Duration::from_secs(1), task)
    }
    fn spawned_within(io_loop: &IoLoop) -> gen::Result {
        io_loop.run_sync_timeout(Duration::from_secs(1), async {
            gen::moment().await?;
            gen::spawn_local(gen::from_callback(drop::<Resolve<()>>)).await
        })
    }
    for waits in [spawned_before, spawned_within] {
        let io_loop = IoLoop::with_clock(VirtualClock::new());
        let result = context::capture().run(|| Ok::<_, gen::Error>(waits(&io_loop)));
        let error = result.expect("the callback has not failed").unwrap_err();
        assert!(error.is::<gen::CallbackDroppedError>(), "{error}");
    }
}

// ---- the drops of a callback that waits ---------------------------------------------------------

type Kept = Arc<Mutex<Option<Resolve<()>>>>;

/// Waits for a callable that is kept, and so for ever.
fn waits_for(kept: &Kept) -> CallbackFuture<()> {
    gen::from_callback(|done| *kept.lock().unwrap() = Some(done))
}

/// Waits for a callable that is dropped at once.
fn waits_for_a_dropped_one() -> CallbackFuture<()> {
    gen::from_callback(drop::<Resolve<()>>)
}

fn virtual_loop() -> IoLoop {
    IoLoop::with_clock(VirtualClock::new())
}

/// Calls a callback on another thread, in the context of a coroutine. The callback gets the only
/// callable of a key of the coroutine, and fails. If it has reported the drop of the callable
/// before, the key is a leak, and this panics.
#[track_caller]
fn says_why_its_key_has_no_value(callback: fn(gen::Callable<u8>, &Kept)) {
    #[gen::coroutine]
    fn body(callback: fn(gen::Callable<u8>, &Kept)) -> gen::Result<String> {
        let (context, callable) = (context::capture(), yield_!(gen::Callback::<u8>::new("key"))?);
        let kept = Kept::default();
        let called = kept.clone();
        let fails = move || {
            callback(callable, &called);
            Err::<(), _>("the callback has failed")
        };
        thread::spawn(move || context.run(fails)).join().expect("it does not panic");
        let error = yield_!(pending::<()>()).unwrap_err();
        drop(kept);
        Ok(error.to_string())
    }
    assert_eq!(gen::run_sync(body(callback)).unwrap(), "the callback has failed");
}

/// A task that is spawned after the run waits in its first step, as one that is spawned before it.
#[test]
fn a_callback_that_has_run_a_loop_and_fails_says_why_its_key_has_no_value() {
    says_why_its_key_has_no_value(|callable, kept| {
        let io_loop = virtual_loop();
        drop(callable);
        one_turn(&io_loop);
        drop(io_loop.spawn_local(waits_for(kept)));
    });
}

/// The callback waits no more when the run has ended.
#[test]
fn a_callback_that_drops_a_callable_after_a_wait_and_fails_says_why_the_key_has_no_value() {
    says_why_its_key_has_no_value(|callable, _| {
        assert!(virtual_loop().run_sync(waits_for_a_dropped_one()).is_err());
        drop(callable);
    });
}

/// A dump polls the tasks, but none of them waits because of that.
#[test]
fn a_callback_that_dumps_a_loop_and_fails_says_why_its_key_has_no_value() {
    #[gen::coroutine]
    fn waits_for_a_key() -> gen::Result {
        let _callable = yield_!(gen::Callback::<()>::new("other"))?;
        yield_!(gen::Wait::<()>::new("other"))
    }
    says_why_its_key_has_no_value(|callable, kept| {
        let io_loop = virtual_loop();
        drop(io_loop.spawn_local(waits_for(kept)));
        drop(io_loop.spawn_local(waits_for_a_key()));
        drop(callable);
        assert_eq!(io_loop.dump().tasks().len(), 2);
    });
}

/// The task has waited before the callback began, so the dump is no new wait of it.
#[test]
fn a_callback_that_dumps_a_task_whose_callable_it_has_dropped_says_why_its_key_has_no_value() {
    #[gen::coroutine]
    fn body() -> gen::Result<String> {
        let (context, callable) = (context::capture(), yield_!(gen::Callback::<u8>::new("key"))?);
        let dumps_and_fails = move || {
            let (io_loop, other) = (virtual_loop(), Cell::new(None));
            let waits = gen::from_callback(|done: Resolve<()>| other.set(Some(done)));
            let _task = io_loop.spawn_local(waits);
            one_turn(&io_loop);
            context.run(|| {
                drop((other.take(), callable));
                assert_eq!(io_loop.dump().tasks().len(), 1);
                Err::<(), _>("the callback has failed")
            });
        };
        thread::spawn(dumps_and_fails).join().expect("it does not panic");
        Ok(yield_!(pending::<()>()).unwrap_err().to_string())
    }
    assert_eq!(gen::run_sync(body()).unwrap(), "the callback has failed");
}

/// Runs each task on a thread of its own.
fn on_threads<F: Future>(future: F) -> F::Output {
    let spawner = |task| drop(thread::spawn(|| block_on_elsewhere(task)));
    block_on_elsewhere(gen::with_spawner(spawner, future)).expect("the future ends")
}

/// An engine that is suspended, and a handle that is shared, are not waited for.
#[test]
fn a_callback_that_looks_at_a_task_of_another_executor_says_why_its_key_has_no_value() {
    #[gen::engine(send)]
    fn engine(kept: Kept) -> gen::Result {
        yield_!(waits_for(&kept))
    }
    says_why_its_key_has_no_value(|callable, kept| {
        drop(callable);
        on_threads(async { engine(kept.clone()) }).unwrap();
    });
    says_why_its_key_has_no_value(|callable, kept| {
        drop(callable);
        on_threads(async { drop(gen::spawn(waits_for(kept)).shared()) });
    });
}

/// Unparks a thread.
struct Unparks {
    thread: thread::Thread,
    is_woken: AtomicBool,
}

impl Wake for Unparks {
    fn wake(self: Arc<Self>) {
        self.is_woken.store(true, SeqCst);
        self.thread.unpark();
    }
}

/// Blocks the thread on a future, as the executors of other libraries do. Returns `None` if it
/// would wait for ever.
fn block_on_elsewhere<F: Future>(future: F) -> Option<F::Output> {
    let mut future = std::pin::pin!(future);
    let unparks = Arc::new(Unparks { thread: thread::current(), is_woken: AtomicBool::new(false) });
    let waker = Waker::from(unparks.clone());
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut Context::from_waker(&waker)) {
            return Some(output);
        }
        let began = Instant::now();
        while !unparks.is_woken.swap(false, SeqCst) {
            let left = Duration::from_secs(10).checked_sub(began.elapsed())?;
            thread::park_timeout(left);
        }
    }
}

#[gen::coroutine]
fn waits_for_a_dropped_key() -> gen::Result {
    drop(yield_!(gen::Callback::<()>::new("key"))?);
    yield_!(gen::Wait::<()>::new("key"))
}

#[gen::coroutine]
fn waits_for_a_list() -> gen::Result {
    yield_!(vec![waits_for_a_dropped_one(), waits_for_a_dropped_one()]).map(drop)
}

/// Otherwise the thread would wait for ever: the drop would be reported at the end of the callback,
/// in which the first step runs.
#[test]
fn a_first_step_that_blocks_its_thread_does_not_wait_for_what_its_callback_has_dropped() {
    let waits: [fn() -> Option<gen::Result>; 3] = [
        || block_on_elsewhere(waits_for_a_dropped_one()),
        || block_on_elsewhere(waits_for_a_dropped_key()),
        || block_on_elsewhere(waits_for_a_list()),
    ];
    for waits in waits {
        let io_loop = virtual_loop();
        let task = context::capture()
            .run(|| gen::Ok(io_loop.spawn_local(async move { gen::Ok(waits()) })))
            .expect("the callback has not failed");
        let error = io_loop.run_sync(task).unwrap().expect("the wait ends").unwrap_err();
        assert!(error.is::<gen::CallbackDroppedError>(), "{error}");
    }
}

/// Otherwise a wait that was woken once too often would overtake the tasks that are woken first.
///
/// With pointers of 32 bits it is: a loop cannot tell its wakers from those of others there.
#[cfg(target_pointer_width = "64")]
#[test]
fn a_task_that_a_callback_has_spawned_is_woken_only_by_its_callable() {
    let (order, kept) = (Order::default(), Kept::default());
    let (spawned, called) = (order.clone(), order.clone());
    let (keep, resolve) = (kept.clone(), kept);
    virtual_loop()
        .run_sync(async move {
            here().add_callback(move || {
                let waits = waits_for(&keep);
                drop(gen::spawn_local(async move {
                    waits.await?;
                    spawned.push("b");
                    gen::Ok(())
                }));
                here().add_callback(move || called.push("a"));
                resolve.lock().unwrap().take().expect("it is kept").call(());
            });
            for _ in 0..3 {
                gen::moment().await?;
            }
            gen::Ok(())
        })
        .unwrap();
    assert_eq!(order.text(), "ab");
}

/// Otherwise the two would wait for each other: the task for the report of the drop, and the
/// callback for the task.
#[test]
fn a_callback_that_blocks_on_its_task_does_not_keep_it_waiting_for_what_was_dropped() {
    #[gen::coroutine]
    fn blocks() -> gen::Result<Option<gen::Result>> {
        let waited =
            context::capture().run(|| gen::Ok(block_on_elsewhere(gen::spawn(waits_for_a_dropped_one()))));
        Ok(waited.expect("the callback has not failed"))
    }
    let error = on_threads(blocks()).unwrap().expect("the wait ends").unwrap_err();
    assert!(error.is::<gen::CallbackDroppedError>(), "{error}");
}

/// The same for a task that the loop of another thread begins.
#[test]
fn a_callback_that_blocks_on_a_task_of_another_thread_does_not_keep_it_waiting() {
    let io_loop = IoLoop::new();
    let remote = io_loop.remote();
    let blocks = thread::spawn(move || {
        let task = || remote.spawn(waits_for_a_dropped_one());
        let waited = context::capture().run(|| gen::Ok(block_on_elsewhere(task())));
        remote.stop();
        waited.expect("the callback has not failed")
    });
    assert!(io_loop.run_sync(pending::<gen::Result>()).unwrap_err().is::<gen::LoopStopped>());
    let error = blocks.join().expect("it does not panic").expect("the wait ends").unwrap_err();
    assert!(error.is::<gen::CallbackDroppedError>(), "{error}");
}
