//! A logger that panics, which no promise of the library covers, leaves the memory sound.

use std::future::Future;
use std::panic::{catch_unwind, AssertUnwindSafe};
use std::pin::Pin;
use std::task::{Context, Poll};

use behaviour::Guard;
use gen::{IoLoop, IoLoopHandle};
use log::{Log, Metadata, Record};
use loop_behaviour::{Drops, PanicsInDrop};

struct Panics;

impl Log for Panics {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn log(&self, record: &Record<'_>) {
        panic!("no room for: {}", record.args());
    }

    fn flush(&self) {}
}

/// A body that ends at once, and whose drop is counted and panics.
struct Ends {
    _counted: Guard,
    _panics: PanicsInDrop,
}

impl Future for Ends {
    type Output = gen::Result;

    fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<gen::Result> {
        Poll::Ready(Ok(()))
    }
}

/// Spawns a body whose panic is logged. Returns the number of drops of that body.
fn spawn_with_panicking_logger(io_loop: &IoLoopHandle) -> usize {
    // Another test may have set it.
    let _ = log::set_logger(&Panics);
    log::set_max_level(log::LevelFilter::Error);
    let drops = Drops::new();
    let body = Ends { _counted: drops.one(), _panics: PanicsInDrop };
    let spawned = catch_unwind(AssertUnwindSafe(|| io_loop.spawn_local(body)));
    assert!(spawned.is_err());
    drops.count()
}

/// The report of the body's panic panics, too.
#[test]
fn a_panicking_logger_does_not_make_a_task_drop_its_body_twice() {
    let io_loop = IoLoop::new();
    assert_eq!(spawn_with_panicking_logger(&io_loop.handle()), 1);
}

/// Otherwise the errors of the spawner's callbacks would go to a task that is never polled.
#[test]
fn a_panicking_logger_does_not_change_the_context_of_the_spawner() {
    gen::block_on(async {
        let io_loop = IoLoop::current().expect("this runs on a loop");
        spawn_with_panicking_logger(&io_loop);
        assert_eq!(gen::context::depth(), 1);
    });
}
