//! The feature `unstarted`: a coroutine that is dropped before it was started is reported.

use std::panic::catch_unwind;
use std::sync::{Mutex, Once};
use std::time::Duration;

use gen::yield_;
use log::{Log, Metadata, Record};

#[gen::coroutine]
fn saves() -> gen::Result {
    yield_!(gen::moment())
}

struct Listener;

static LINES: Mutex<Vec<String>> = Mutex::new(Vec::new());

impl Log for Listener {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn log(&self, record: &Record<'_>) {
        LINES.lock().unwrap().push(format!("{} {}: {}", record.level(), record.target(), record.args()));
    }

    fn flush(&self) {}
}

/// Returns what is logged during `run`. Only one test at a time may listen.
fn logged(run: impl FnOnce()) -> Vec<String> {
    static LISTEN: Once = Once::new();
    static TURN: Mutex<()> = Mutex::new(());
    let _turn = TURN.lock().unwrap();
    LISTEN.call_once(|| {
        // Before the first backtrace, which looks at it.
        std::env::set_var("RUST_LIB_BACKTRACE", "1");
        log::set_logger(&Listener).unwrap();
        log::set_max_level(log::LevelFilter::Warn);
    });
    run();
    std::mem::take(&mut *LINES.lock().unwrap())
}

/// A forgotten yield would go unseen where no lint warns of it.
#[test]
fn a_coroutine_without_its_yield_is_reported_with_the_line_that_drops_it() {
    #[gen::coroutine]
    fn forgets() -> gen::Result {
        // The lint of an unused value does not see this one.
        let _saved = saves();
        Ok(())
    }
    let lines = logged(|| gen::run_sync(forgets()).unwrap());
    let [line] = lines.as_slice() else { panic!("{lines:#?}") };
    let event = "WARN gen: a coroutine was dropped before it was started, so nothing of it ran: \
                 gen-runtime/tests/unstarted.rs:";
    assert!(line.starts_with(event), "{line}");
    assert!(line.lines().next().unwrap().ends_with(" in saves"), "{line}");
    assert!(line.contains("forgets::{{closure}}"), "{line}");
}

/// Reports of drops that are right would hide those of the mistakes.
#[test]
fn a_coroutine_that_was_started_is_not_reported_wherever_it_is_dropped() {
    let lines = logged(|| {
        let ended = gen::run_sync(async {
            saves().await?;
            gen::spawn(saves()).await?;
            yield_list().await?;
            drop(gen::spawn_local(never()));
            timed_out().await
        });
        assert!(ended.unwrap_err().is::<gen::TimeoutError>());
    });
    assert_eq!(lines, [""; 0]);
}

#[gen::coroutine]
fn timed_out() -> gen::Result {
    yield_!(gen::with_timeout(Duration::ZERO, never()))
}

#[gen::coroutine]
fn yield_list() -> gen::Result {
    yield_!([saves(), saves()]).map(drop)
}

#[gen::coroutine]
fn never() -> gen::Result {
    yield_!(std::future::pending::<()>())
}

/// A panic would be followed by a report for each coroutine that it drops.
#[test]
fn a_coroutine_that_a_panic_drops_is_not_reported() {
    let lines = logged(|| {
        let panicked = catch_unwind(|| {
            let _dropped = saves();
            panic!("in the test");
        });
        assert!(panicked.is_err());
    });
    assert_eq!(lines, [""; 0]);
}
