//! `TaskTracker::dump`: the waits of tracked tasks.

use std::future::{pending, poll_fn, Future};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{mpsc, Arc};
use std::task::Poll;
use std::thread;
use std::time::Duration;

use gen::dump::{ChainEnd, TaskDump, TaskState, TrackerDump, WaitsFor};
use gen::{yield_, Dump, TaskTracker};
use tokio::runtime::Runtime;
use tokio::sync::oneshot;

use crate::runtimes::{runtimes, time_limit};

const MS: Duration = Duration::from_millis(1);
const MINUTE: Duration = Duration::from_secs(60);

#[gen::coroutine]
fn leaf() -> gen::Result {
    yield_!(pending::<()>())
}

#[gen::coroutine]
fn middle() -> gen::Result {
    yield_!(leaf())
}

#[gen::coroutine]
fn outer() -> gen::Result {
    yield_!(middle())
}

fn dump_of(runtime: &Runtime, start: impl FnOnce(&TaskTracker)) -> Dump {
    let tracker = TaskTracker::new();
    runtime.block_on(async {
        start(&tracker);
        tracker.dump(MINUTE).await
    })
}

fn functions(task: &TaskDump) -> Vec<&'static str> {
    task.chain().iter().map(gen::Site::function).collect()
}

fn named<'a>(dump: &'a Dump, name: &str) -> &'a TaskDump {
    let is_named = |task: &&TaskDump| task.name().ends_with(&format!("::{name}"));
    dump.tasks().iter().find(is_named).unwrap_or_else(|| panic!("no task `{name}` in\n{dump}"))
}

#[test]
fn a_chain_is_shown_down_to_the_future_that_it_waits_for() {
    let _limit = time_limit();
    for runtime in runtimes() {
        let line = line!() + 1;
        let dump = dump_of(&runtime, |tracker| drop(tracker.spawn(outer())));
        let [task] = dump.tasks() else { panic!("one task in\n{dump}") };
        assert_eq!(functions(task), ["leaf", "middle", "outer"]);
        assert_eq!((task.state(), task.is_root()), (TaskState::Suspended, false));
        assert!(task.name().ends_with("::outer"), "{}", task.name());
        let spawned_at = task.spawned_at().unwrap();
        assert_eq!((spawned_at.file(), spawned_at.line()), (file!(), line));
        let text = dump.to_string();
        assert!(text.starts_with("tracked tasks: 1\n\ntask 0: "), "{text}");
        // The poll has the usual waker, so its clones are not counted.
        assert!(text.ends_with(" in leaf\n  waits for Pending<()>"), "{text}");
    }
}

#[test]
fn a_list_shows_each_child() {
    #[gen::coroutine]
    fn list() -> gen::Result {
        yield_!(vec![leaf(), leaf()]).map(drop)
    }
    let _limit = time_limit();
    for runtime in runtimes() {
        let dump = dump_of(&runtime, |tracker| drop(tracker.spawn(list())));
        let ChainEnd::Children(children) = &dump.tasks()[0].waiting().unwrap().end else {
            panic!("no children in\n{dump}")
        };
        let keys: Vec<_> = children.unfinished.iter().map(|child| child.key.to_string()).collect();
        assert_eq!(keys, ["0", "1"]);
        assert_eq!(children.unfinished[1].waiting.sites()[0].function(), "leaf");
    }
}

#[test]
fn keys_are_hidden_on_request() {
    #[gen::coroutine]
    fn map() -> gen::Result {
        yield_!(std::collections::BTreeMap::from([("secret", leaf())])).map(drop)
    }
    let _limit = time_limit();
    for runtime in runtimes() {
        let tracker = TaskTracker::new();
        let [with, without] = runtime.block_on(async {
            drop(tracker.spawn(map()));
            [tracker.dump(MINUTE).await, tracker.dump(MINUTE).without_keys().await]
        });
        assert!(with.to_string().contains("[\"secret\"]"), "{with}");
        assert!(!without.to_string().contains("secret"), "{without}");
    }
}

#[gen::coroutine]
fn waits_for_the_other(other: oneshot::Receiver<gen::JoinHandle<()>>) -> gen::Result {
    let other = yield_!(other)?;
    yield_!(other)
}

#[test]
fn tasks_that_wait_for_each_other_name_each_other() {
    let _limit = time_limit();
    for runtime in runtimes() {
        let tracker = TaskTracker::new();
        let dump = runtime.block_on(async {
            let ((give, first), (give_second, second)) = (oneshot::channel(), oneshot::channel());
            let first = tracker.spawn(waits_for_the_other(first));
            let second = tracker.spawn(waits_for_the_other(second));
            drop((give.send(second), give_second.send(first)));
            tracker.dump(MINUTE).await
        });
        let waits: Vec<_> = dump.tasks().iter().map(|task| task.waiting().unwrap().end.clone()).collect();
        let numbers = waits.iter().map(|end| match end {
            ChainEnd::For(WaitsFor::Task { task, .. }) => task.number(),
            other => panic!("{other:?} in\n{dump}"),
        });
        assert_eq!(numbers.collect::<Vec<_>>(), [Some(1), Some(0)], "{dump}");
        let awaited_by: Vec<_> = dump.tasks().iter().map(TaskDump::awaited_by).collect();
        assert_eq!(awaited_by, [[1], [0]], "{dump}");
    }
}

#[test]
fn all_that_wait_for_one_promise_show_its_number() {
    #[gen::coroutine]
    fn reads(value: gen::SharedFuture<u32>) -> gen::Result<u32> {
        yield_!(value)
    }
    let _limit = time_limit();
    let [runtime, _] = runtimes();
    let tracker = TaskTracker::new();
    let dump = runtime.block_on(tracker.clone().track(gen::local(async {
        let ((_first, one), (_second, other)) = (gen::promise(), gen::promise());
        let _tasks = [one.clone(), other, one].map(|value| gen::spawn_local(reads(value)));
        tracker.dump(MINUTE).await
    })));
    let text = dump.to_string();
    assert_eq!([1, 2, 3].map(|promise| text.matches(&format!("promise {promise} of")).count()), [2, 1, 0]);
}

/// A task that computes until the drop of the sender.
fn computing(tracker: &TaskTracker) -> mpsc::Sender<()> {
    #[gen::coroutine]
    fn computes(begun: mpsc::Sender<()>, stop: mpsc::Receiver<()>) -> gen::Result {
        yield_!(gen::moment())?;
        begun.send(()).unwrap();
        let _ = stop.recv();
        Ok(())
    }
    let ((begun, has_begun), (sender, stop)) = (mpsc::channel(), mpsc::channel());
    drop(tracker.spawn(computes(begun, stop)));
    has_begun.recv().unwrap();
    sender
}

#[test]
fn a_task_that_computes_without_end_does_not_hold_up_the_dump() {
    let _limit = time_limit();
    let [_, runtime] = runtimes();
    let tracker = TaskTracker::new();
    runtime.block_on(async {
        drop(tracker.spawn(leaf()));
        let stop = computing(&tracker);
        let mut dump = tracker.dump(20 * MS).await;
        // On a busy machine the other worker may take longer.
        while named(&dump, "leaf").state() == TaskState::Running {
            dump = tracker.dump(20 * MS).await;
        }
        let task = named(&dump, "computes");
        assert_eq!((task.state(), task.waiting()), (TaskState::Running, None));
        assert!(task.spawned_at().is_some());
        assert_eq!(functions(named(&dump, "leaf")), ["leaf"]);
        assert!(dump.to_string().contains("\n  has not answered in time"), "{dump}");
        drop(stop);
    });
}

/// The only thread of the runtime is blocked, and so is a dump on it.
#[test]
fn another_thread_can_ask_a_runtime_whose_thread_is_blocked() {
    let _limit = time_limit();
    let [runtime, _] = runtimes();
    let tracker = TaskTracker::new();
    let dump = runtime.block_on(async {
        drop(tracker.spawn(leaf()));
        let dump = tracker.dump(20 * MS);
        thread::spawn(|| gen::block_on(dump)).join().unwrap()
    });
    assert_eq!(named(&dump, "leaf").state(), TaskState::Running);
    let ask = tracker.dump(MINUTE);
    let asker = thread::spawn(|| gen::block_on(ask));
    runtime.block_on(async {
        while !asker.is_finished() {
            tokio::task::yield_now().await;
        }
    });
    assert_eq!(functions(named(&asker.join().unwrap(), "leaf")), ["leaf"]);
}

#[test]
fn a_tracker_without_tasks_answers_at_once() {
    let _limit = time_limit();
    for runtime in runtimes() {
        let dump = dump_of(&runtime, |_| ());
        assert_eq!((dump.tasks().len(), dump.to_string()), (0, "tracked tasks: 0".to_owned()));
    }
}

#[test]
fn a_task_that_ends_when_it_is_asked_is_shown_as_ended() {
    #[gen::coroutine]
    fn ends_when_polled(may_end: Arc<AtomicBool>) -> gen::Result {
        yield_!(poll_fn(|_| match may_end.load(Ordering::Relaxed) {
            true => Poll::Ready(()),
            false => Poll::Pending,
        }))
    }
    let _limit = time_limit();
    for runtime in runtimes() {
        let (tracker, may_end) = (TaskTracker::new(), Arc::new(AtomicBool::new(false)));
        let dump = runtime.block_on(async {
            let task = tracker.spawn(ends_when_polled(may_end.clone()));
            // It has had the poll of its executor.
            task.trace().await;
            may_end.store(true, Ordering::Relaxed);
            tracker.dump(MINUTE).await
        });
        let [task] = dump.tasks() else { panic!("one task in\n{dump}") };
        assert_eq!((task.state(), task.waiting()), (TaskState::Ended, None));
        assert!(dump.to_string().ends_with("\n  ended when it was asked"), "{dump}");
    }
}

#[test]
fn tasks_that_end_meanwhile_do_not_hold_up_the_dump() {
    #[gen::coroutine]
    fn short() -> gen::Result {
        yield_!(gen::moment())?;
        yield_!(gen::moment())
    }
    let _limit = time_limit();
    for runtime in runtimes() {
        let tracker = TaskTracker::new();
        runtime.block_on(async {
            for _ in 0..100 {
                (0..10).for_each(|_| drop(tracker.spawn(short())));
                let dump = tracker.dump(MINUTE).await;
                assert!(dump.tasks().iter().all(|task| task.state() != TaskState::Running), "{dump}");
            }
        });
    }
}

/// The tasks are dropped with their runtime, while another thread waits for the dump.
#[test]
fn the_end_of_the_runtime_ends_the_dump() {
    let _limit = time_limit();
    let [runtime, _] = runtimes();
    let tracker = TaskTracker::new();
    runtime.block_on(async { drop(tracker.spawn(leaf())) });
    let ask = tracker.dump(MINUTE);
    let (asked, has_asked) = mpsc::channel::<()>();
    let asker = thread::spawn(move || {
        gen::block_on(async {
            let mut ask = std::pin::pin!(ask);
            let mut asked = Some(asked);
            poll_fn(|cx| {
                let polled = ask.as_mut().poll(cx);
                drop(asked.take());
                polled
            })
            .await
        })
    });
    has_asked.recv().unwrap_err();
    drop(runtime);
    assert_eq!(asker.join().unwrap().tasks().len(), 0);
}

#[test]
fn a_tracked_task_may_ask_and_is_shown_too() {
    #[gen::coroutine]
    fn asks(tracker: TaskTracker) -> gen::Result<String> {
        // A task is tracked from its first suspension on.
        yield_!(gen::moment())?;
        Ok(yield_!(tracker.dump(MINUTE))?.to_string())
    }
    let _limit = time_limit();
    for runtime in runtimes() {
        let tracker = TaskTracker::new();
        let text = runtime.block_on(async { tracker.spawn(asks(tracker.clone())).await }).unwrap();
        assert!(text.ends_with(" in asks\n  waits for a dump"), "{text}");
    }
}

/// An error that no yield of the task can take waits before the question.
#[test]
fn a_task_that_awaits_without_a_yield_answers_after_an_error_was_thrown_at_it() {
    let _limit = time_limit();
    for runtime in runtimes() {
        let tracker = TaskTracker::new();
        runtime.block_on(async {
            let task = tracker.spawn(pending::<gen::Result>());
            task.throw(std::io::Error::other("nobody takes it"));
            assert!(task.trace().await.is_empty());
            let dump = tracker.dump(MINUTE).await;
            assert_eq!(dump.tasks()[0].state(), TaskState::Suspended, "{dump}");
        });
    }
}

#[test]
fn two_dumps_at_once_both_come() {
    let _limit = time_limit();
    for runtime in runtimes() {
        let tracker = TaskTracker::new();
        let (first, second) = runtime.block_on(async {
            (0..10).for_each(|_| drop(tracker.spawn(outer())));
            tokio::join!(tracker.dump(MINUTE), tracker.dump(MINUTE))
        });
        assert_eq!(first, second);
        assert_eq!(first.tasks().len(), 10);
    }
}

#[test]
fn a_dump_can_be_sent_to_another_thread() {
    fn is_send<T: Send>() {}
    is_send::<TrackerDump>();
}

/// The text of the error says what to write.
#[test]
fn a_dump_of_a_loop_that_is_not_there_names_the_tracker() {
    let [runtime, _] = runtimes();
    let error = runtime.block_on(async { gen::dump().await }).unwrap_err();
    assert!(error.to_string().contains("`gen::TaskTracker`"), "{error}");
}
