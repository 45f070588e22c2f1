//! tokio-console lists the spans `runtime.spawn` of tokio. A task of ours has the name of its
//! coroutine there, and the position of its spawn.

#![cfg(all(feature = "console", tokio_unstable))]

use std::fmt::Debug;
use std::sync::{Arc, Mutex};

use gen::yield_;
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

/// The fields of the span of a task.
#[derive(Debug, Default, PartialEq)]
struct Spawned {
    kind: String,
    name: String,
    file: String,
    line: u64,
}

impl Visit for Spawned {
    fn record_str(&mut self, field: &Field, value: &str) {
        if field.name() == "loc.file" {
            self.file = value.to_owned();
        }
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        if field.name() == "loc.line" {
            self.line = value;
        }
    }

    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        match field.name() {
            "kind" => self.kind = format!("{value:?}"),
            "task.name" => self.name = format!("{value:?}"),
            _ => {}
        }
    }
}

/// Keeps what tokio says of the tasks that are spawned, as the subscriber of tokio-console does.
#[derive(Clone, Default)]
struct Console(Arc<Mutex<Vec<Spawned>>>);

impl Subscriber for Console {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.is_span() && metadata.name() == "runtime.spawn"
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        let mut spawned = Spawned::default();
        span.record(&mut spawned);
        let mut all = self.0.lock().unwrap();
        all.push(spawned);
        Id::from_u64(all.len() as u64)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}
    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn event(&self, _: &Event<'_>) {}
    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}
}

#[gen::coroutine]
fn fetch() -> gen::Result {
    yield_!(gen::moment())
}

/// Otherwise the list of tasks would be a list of positions in this library.
#[test]
fn a_task_has_the_name_of_its_coroutine_and_the_position_of_its_spawn() {
    let console = Console::default();
    let first_line = line!() + 4;
    tracing::subscriber::with_default(console.clone(), || {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(gen::local(async {
            let task = gen::spawn(fetch());
            let local = gen::spawn_local(fetch());
            let tracked = gen::TaskTracker::new().spawn(fetch());
            for task in [task, local, tracked] {
                task.await.unwrap();
            }
        }));
    });
    let expected = [("task", 0), ("local", 1), ("task", 2)].map(|(kind, line)| Spawned {
        kind: kind.to_owned(),
        name: "names::fetch".to_owned(),
        file: file!().to_owned(),
        line: u64::from(first_line + line),
    });
    let mut spawned = console.0.lock().unwrap();
    spawned.retain(|spawned| spawned.kind != "block_on");
    assert_eq!(*spawned, expected);
}
