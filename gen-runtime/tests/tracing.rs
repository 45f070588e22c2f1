//! The feature `tracing`: the spans and events of tasks, as a subscriber receives them.
//!
//! The level of the spans belongs to the process, and one test changes it. So the tests take turns.

use std::io;
use std::panic::{catch_unwind, AssertUnwindSafe};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

static TURN: Mutex<()> = Mutex::new(());

/// A test that fails leaves its turn to the next one.
fn my_turn() -> MutexGuard<'static, ()> {
    TURN.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The lines that the subscriber has written.
#[derive(Clone, Default)]
struct Written(Arc<Mutex<Vec<u8>>>);

impl io::Write for Written {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The lines of the levels that are on by default.
fn lines_of(run: impl FnOnce()) -> Vec<String> {
    lines_of_level(tracing::Level::INFO, run)
}

fn lines_of_level(level: tracing::Level, run: impl FnOnce()) -> Vec<String> {
    let written = Written::default();
    let writer = written.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_writer(move || writer.clone())
        .with_max_level(level)
        .without_time()
        .with_ansi(false)
        .finish();
    tracing::subscriber::with_default(subscriber, run);
    let bytes = written.0.lock().unwrap().clone();
    String::from_utf8(bytes).unwrap().lines().map(str::to_owned).collect()
}

#[test]
fn what_a_task_traces_says_where_the_task_was_spawned() {
    let _turn = my_turn();
    let line = line!() + 3;
    let lines = lines_of(|| {
        let ran = gen::run_sync(async {
            let task = gen::spawn_local(async {
                gen::moment().await?;
                tracing::info!("in the task");
                Ok::<_, gen::Error>(())
            });
            task.await
        });
        ran.unwrap();
    });
    assert_eq!(lines.len(), 1, "{lines:?}");
    assert!(lines[0].contains("in the task"), "{lines:?}");
    assert!(lines[0].contains(&format!(" spawned_at=gen-runtime/tests/tracing.rs:{line}:")), "{lines:?}");
}

#[test]
fn an_error_that_nobody_looked_at_is_an_event_in_the_span_of_its_task() {
    let _turn = my_turn();
    let lines = lines_of(|| {
        let ran = gen::run_sync(async {
            drop(gen::spawn_local(async {
                gen::moment().await?;
                Err::<(), _>(gen::Error::new("lost"))
            }));
            gen::moment().await?;
            gen::moment().await
        });
        ran.unwrap();
    });
    assert_eq!(lines.len(), 1, "{lines:?}");
    assert!(lines[0].starts_with("ERROR task{id="), "{lines:?}");
    assert!(lines[0].ends_with("gen: a task failed, and its result was never read: lost"), "{lines:?}");
}

/// A callback on another thread resumes the task in the span of the task. Errors that a nested
/// block has left behind are reported in that span too.
#[test]
fn what_follows_a_wait_is_in_the_span_of_the_task() {
    let _turn = my_turn();
    #[gen::coroutine]
    fn body() -> gen::Result<u8> {
        let callable = gen::yield_!(gen::Callback::<u8>::new("k"))?;
        std::thread::spawn(move || callable.call(1));
        let value = gen::yield_!(gen::Wait::<u8>::new("k"))?;
        tracing::info!("resumed");
        let leaks = async { gen::yield_!(gen::Callback::<u8>::new("left")).map(drop) };
        leaks.await?;
        Ok(value)
    }
    #[gen::engine]
    fn engine(done: gen::Resolve<u8>) -> gen::Result {
        done.call(gen::yield_!(gen::spawn(body()))?);
        gen::yield_!(gen::moment())?;
        Err(gen::Error::new("late"))
    }
    #[gen::coroutine]
    fn caller() -> gen::Result<u8> {
        let value = gen::yield_!(gen::from_callback(engine))?;
        let late = gen::yield_!(std::future::pending::<()>()).unwrap_err();
        tracing::info!("caught: {late}");
        Ok(value)
    }
    let lines = lines_of(|| assert_eq!(gen::run_sync(caller()).unwrap(), 1));
    let ends = [
        "resumed",
        "gen: an `async` block ended without waiting for its callbacks: \"left\" (registered at ",
        "caught: late",
    ];
    assert_eq!(lines.len(), ends.len(), "{lines:?}");
    let inside = |line: &str| line.contains(" spawned_at=gen-runtime/tests/tracing.rs:");
    for (line, (end, is_inside)) in lines.iter().zip(ends.into_iter().zip([true, true, false])) {
        assert!(line.contains(end), "{lines:?}");
        assert_eq!(inside(line), is_inside, "{lines:?}");
    }
}

#[test]
fn a_span_has_a_name_and_the_level_that_is_set_and_a_slow_step_is_reported() {
    let _turn = my_turn();
    #[gen::coroutine]
    fn named() -> gen::Result {
        tracing::warn!("in the body");
        gen::yield_!(gen::moment())
    }
    let ran = || gen::run_sync(async { gen::spawn_local(named()).await }).unwrap();
    let lines = lines_of(ran);
    assert!(lines[0].contains("WARN task{id="), "{lines:?}");
    assert!(lines[0].contains(" name=\"tracing::a_span_has_a_name"), "{lines:?}");
    assert!(lines[0].contains("::named\""), "{lines:?}");

    gen::spans::set_level(tracing::Level::DEBUG);
    let hidden = lines_of(ran);
    gen::spans::set_level(tracing::Level::INFO);
    assert_eq!(hidden.len(), 1, "{hidden:?}");
    assert!(!hidden[0].contains("task{"), "{hidden:?}");

    // Every step is slower than nothing.
    gen::spans::set_slow_step(Some(Duration::ZERO));
    let slow = lines_of(ran);
    gen::spans::set_slow_step(None);
    let is_report = |line: &&String| {
        line.trim_start().starts_with("WARN ") && line.contains("gen: a step of the task took ")
    };
    assert!(slow.iter().filter(is_report).count() >= 2, "{slow:?}");
    assert!(slow.iter().filter(is_report).all(|line| line.contains("::named\"")), "{slow:?}");
}

#[test]
fn a_throw_and_a_cancellation_are_events_in_the_span_of_their_task() {
    let _turn = my_turn();
    #[gen::coroutine]
    fn waits() -> gen::Result {
        let _thrown = gen::yield_!(std::future::pending::<()>());
        gen::yield_!(std::future::pending::<()>())
    }
    let lines = lines_of_level(tracing::Level::DEBUG, || {
        let ended = gen::run_sync(async {
            let task = gen::spawn_local(waits());
            task.throw("the line is cut");
            gen::moment().await?;
            task.cancel("the program ends").await;
            task.await
        });
        assert!(ended.unwrap_err().is_cancelled());
    });
    let of =
        |text: &str| lines.iter().filter(|line| line.contains("::waits\"") && line.ends_with(text)).count();
    assert_eq!(of("gen: an error is thrown into the task: the line is cut"), 1, "{lines:?}");
    assert_eq!(of("gen: the task is cancelled: the program ends"), 1, "{lines:?}");
}

/// A subscriber that panics when a span is made.
struct Panics;

impl tracing::Subscriber for Panics {
    fn enabled(&self, _: &tracing::Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, _: &tracing::span::Attributes<'_>) -> tracing::span::Id {
        panic!("no room for a span")
    }

    fn record(&self, _: &tracing::span::Id, _: &tracing::span::Record<'_>) {}

    fn record_follows_from(&self, _: &tracing::span::Id, _: &tracing::span::Id) {}

    fn event(&self, _: &tracing::Event<'_>) {}

    fn enter(&self, _: &tracing::span::Id) {}

    fn exit(&self, _: &tracing::span::Id) {}
}

/// Otherwise a shutdown would wait for a task that was never started.
#[test]
fn a_subscriber_that_panics_leaves_no_task_behind() {
    let _turn = my_turn();
    let io_loop = gen::IoLoop::with_clock(gen::VirtualClock::new());
    let body = async { Ok::<(), gen::Error>(()) };
    let spawned = tracing::subscriber::with_default(Panics, || {
        catch_unwind(AssertUnwindSafe(|| io_loop.spawn_local(body)))
    });
    assert!(spawned.is_err());
    assert_eq!(io_loop.shutdown(Duration::from_secs(1)), 0);
}
