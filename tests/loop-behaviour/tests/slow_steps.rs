//! `IoLoopHandle::set_slow_step`: the reports of bodies that keep their loop for long.

use std::cell::{Cell, OnceCell};
use std::future::{pending, poll_fn, Future};
use std::rc::Rc;
use std::task::Poll;
use std::time::Duration;

use behaviour::logged;
use gen::{yield_, IoLoop, VirtualClock};
use loop_behaviour::{line_of, Order};

const SOURCE: &str = include_str!("slow_steps.rs");

const LIMIT: Duration = Duration::from_millis(50);
const SLOW: Duration = Duration::from_millis(80);

/// Takes that long, on the clock of the test.
fn work(clock: &VirtualClock, time: Duration) {
    clock.advance(time);
}

/// A loop with a limit. Only the bodies move its clock while they run.
fn timed_loop() -> (IoLoop, VirtualClock) {
    let clock = VirtualClock::new();
    let io_loop = IoLoop::with_clock(clock.clone());
    io_loop.set_slow_step(Some(LIMIT));
    (io_loop, clock)
}

/// Runs a body with a limit, and returns the reports.
fn reports<F>(body: impl FnOnce(VirtualClock) -> F) -> Vec<String>
where
    F: Future<Output = gen::Result>,
{
    let (io_loop, clock) = timed_loop();
    let (ended, lines) = logged(|| io_loop.run_sync(body(clock)));
    ended.unwrap();
    lines
}

/// The line of a report without positions: `at inner` and not `at tests/..:12:5 in inner`.
fn outline(report: &str) -> String {
    let lines = report.lines().map(|line| match line.split_once(" at ") {
        Some((event, site)) => format!("{event} at {}", site.rsplit(' ').next().unwrap()),
        None => line.to_owned(),
    });
    lines.collect::<Vec<_>>().join("\n")
}

#[gen::coroutine]
fn slow_between(clock: &VirtualClock) -> gen::Result {
    yield_!(gen::moment())?; // before
    work(clock, SLOW);
    yield_!(gen::moment()) // after
}

#[gen::coroutine]
fn calls_slow(clock: VirtualClock) -> gen::Result {
    yield_!(slow_between(&clock)) // outside
}

/// The line where the time went could not be found.
#[test]
fn a_slow_step_is_reported_with_the_yields_at_both_ends() {
    let [report] = &*reports(calls_slow) else { panic!("one report is expected") };
    let sites: Vec<_> = report.lines().skip(1).collect();
    assert_eq!(
        report.lines().next().unwrap(),
        "WARN gen: a step of `slow_steps::calls_slow` took 80ms, and nothing else ran on its loop"
    );
    let file = "tests/loop-behaviour/tests/slow_steps.rs";
    let outer = format!("    yielded at {file}:{}:5 in calls_slow", line_of(SOURCE, "outside"));
    let from = format!("  resumed at {file}:{}:5", line_of(SOURCE, "before"));
    let to = format!("  suspended at {file}:{}:5", line_of(SOURCE, "after"));
    let inner = |event| format!("{event} in slow_between");
    assert_eq!(sites, [inner(from), outer.clone(), inner(to), outer]);
}

/// A program that is only busy would fill its log.
#[test]
fn a_step_that_takes_the_limit_or_less_is_not_reported() {
    #[gen::coroutine]
    fn quick(clock: VirtualClock) -> gen::Result {
        for _ in 0..10 {
            work(&clock, LIMIT);
            yield_!(gen::sleep(SLOW))?;
        }
        Ok(())
    }
    assert_eq!(reports(quick), [""; 0]);
}

/// Half of all tasks run nothing but this step.
#[test]
fn the_first_and_the_last_step_of_a_task_are_reported_too() {
    #[gen::coroutine]
    fn slow_at_both_ends(clock: VirtualClock) -> gen::Result {
        work(&clock, SLOW);
        yield_!(gen::moment())?;
        work(&clock, SLOW);
        Ok(())
    }
    #[gen::coroutine]
    fn slow_and_done(clock: VirtualClock) -> gen::Result {
        work(&clock, SLOW);
        Ok(())
    }
    let lines = reports(|clock| async move {
        gen::moment().await?;
        let ended = gen::spawn_local(slow_and_done(clock.clone()));
        assert!(ended.is_done());
        ended.await?;
        gen::spawn_local(slow_at_both_ends(clock)).await
    });
    let lines: Vec<_> =
        lines.iter().filter(|line| line.contains("::slow_")).map(|line| outline(line)).collect();
    assert_eq!(lines.len(), 3, "{lines:#?}");
    assert!(lines[0].ends_with("\n  from its beginning\n  to its end"), "{lines:#?}");
    assert!(lines[1].ends_with("\n  from its beginning\n  suspended at slow_at_both_ends"), "{lines:#?}");
    assert!(lines[2].ends_with("\n  resumed at slow_at_both_ends\n  to its end"), "{lines:#?}");
}

/// The spawner would be blamed for the time of its tasks.
#[test]
fn a_step_that_spawns_a_slow_task_says_so() {
    #[gen::coroutine]
    fn slow_to_start(clock: VirtualClock) -> gen::Result {
        work(&clock, SLOW);
        Ok(())
    }
    #[gen::coroutine]
    fn spawner(clock: VirtualClock) -> gen::Result {
        work(&clock, Duration::from_millis(1));
        drop(gen::spawn_local(slow_to_start(clock.clone())));
        drop(gen::spawn_local(slow_to_start(clock.clone())));
        yield_!(gen::moment())
    }
    let lines = reports(spawner);
    assert_eq!(lines.len(), 3, "{lines:#?}");
    let text = "spawner` took 161ms, and nothing else ran on its loop; \
                160ms of it in the first steps of tasks that it spawned\n";
    assert!(lines[2].contains(text), "{lines:#?}");
}

/// A program whose loop is made by `gen::run_sync` or `#[gen::main]` could not use the limit.
#[test]
fn the_limit_can_be_set_and_removed_while_the_loop_runs() {
    #[gen::coroutine]
    fn sets_the_limit(clock: VirtualClock) -> gen::Result {
        let io_loop = IoLoop::current().unwrap();
        yield_!(slow_between(&clock))?;
        io_loop.set_slow_step(Some(LIMIT));
        yield_!(slow_between(&clock))?;
        yield_!(slow_between(&clock))?;
        io_loop.set_slow_step(None);
        yield_!(slow_between(&clock))
    }
    let clock = VirtualClock::new();
    let io_loop = IoLoop::with_clock(clock.clone());
    let (ended, lines) = logged(|| io_loop.run_sync(sets_the_limit(clock)));
    ended.unwrap();
    let lines: Vec<_> = lines.iter().map(|line| outline(line)).collect();
    let suspended = "\n  suspended at slow_between\n    yielded at sets_the_limit";
    assert_eq!(lines.len(), 2, "{lines:#?}");
    let unknown = "\n  resumed at a yield that is not known: there was no limit before";
    assert!(lines[0].contains(&outline(unknown)), "{lines:#?}");
    assert!(lines[0].ends_with(suspended), "{lines:#?}");
    let resumed = "\n  resumed at slow_between\n    yielded at sets_the_limit";
    assert!(lines[1].ends_with(&format!("{resumed}{suspended}")), "{lines:#?}");
}

/// The clean-up after a cancellation is where slow code hides.
#[test]
fn a_step_after_an_injected_error_is_reported_with_its_yields() {
    #[gen::coroutine]
    fn cleans_up(clock: VirtualClock) -> gen::Result {
        let error = yield_!(pending::<()>()).unwrap_err();
        work(&clock, SLOW);
        yield_!(gen::moment())?;
        work(&clock, SLOW);
        yield_!(gen::moment())?;
        Err(error)
    }
    #[gen::coroutine]
    fn outer(clock: VirtualClock) -> gen::Result {
        yield_!(cleans_up(clock))
    }
    let lines = reports(|clock| async move {
        for cancels in [false, true] {
            let task = gen::spawn_local(outer(clock.clone()));
            match cancels {
                false => task.throw("the line is cut"),
                true => drop(task.cancel("the program ends")),
            }
            assert!(task.await.is_err());
        }
        Ok(())
    });
    assert_eq!(lines.len(), 4, "{lines:#?}");
    let ends: Vec<_> =
        lines.iter().map(|line| outline(line).split_once('\n').unwrap().1.to_owned()).collect();
    let both = "  resumed at cleans_up\n    yielded at outer\n  suspended at cleans_up\n    yielded at outer";
    assert_eq!(ends, [both; 4]);
    assert_eq!(lines[0], lines[2]);
    assert_eq!(lines[1], lines[3]);
    assert_ne!(lines[0], lines[1]);
}

/// The report would name a yield of a coroutine that is gone.
#[test]
fn a_child_that_a_timeout_has_dropped_is_not_in_the_report() {
    #[gen::coroutine]
    fn late() -> gen::Result {
        loop {
            yield_!(gen::sleep(LIMIT))?;
        }
    }
    #[gen::coroutine]
    fn limits(clock: VirtualClock) -> gen::Result {
        assert!(yield_!(gen::with_timeout(LIMIT * 2, late())).is_err());
        work(&clock, SLOW);
        yield_!(gen::moment())
    }
    let [report] = &*reports(limits) else { panic!("one report is expected") };
    let outline = outline(report);
    assert!(outline.ends_with("\n  suspended at limits"), "{report}");
    assert!(outline.contains("\n  resumed at late\n    yielded at limits\n"), "{report}");
}

/// The report of a task in a used slot would begin at a yield of another task.
#[test]
fn a_task_in_the_slot_of_an_earlier_one_starts_at_its_beginning() {
    let lines = reports(|clock| async move {
        for _ in 0..2 {
            let waits = gen::spawn_local(slow_between_owned(clock.clone()));
            gen::moment().await?;
            // It is dropped where it is suspended, and nothing polls it for that.
            let cancelled = waits.cancel("it is in the way").grace(Duration::ZERO);
            cancelled.await;
            drop(waits);
            gen::spawn_local(slow_between_owned(clock.clone())).await?;
        }
        Ok(())
    });
    let of_tasks = lines.iter().filter(|line| line.contains("`slow_steps::slow_between_owned`"));
    let starts: Vec<_> = of_tasks.map(|line| line.contains("\n  from its beginning\n")).collect();
    assert_eq!(starts, [true; 4], "{lines:#?}");
}

#[gen::coroutine]
fn slow_between_owned(clock: VirtualClock) -> gen::Result {
    work(&clock, SLOW);
    yield_!(gen::moment())?;
    yield_!(gen::moment())
}

/// A task that waits in a group has no line of its own.
#[test]
fn a_slow_child_of_a_list_is_reported_at_the_yield_of_the_list() {
    #[gen::coroutine]
    fn waits_for_list(clock: VirtualClock) -> gen::Result {
        yield_!([slow_between(&clock), slow_between(&clock)]).map(drop)
    }
    let [report] = &*reports(waits_for_list) else { panic!("one report is expected") };
    assert!(report.contains("took 160ms"), "{report}");
    let yields = "\n  resumed at waits_for_list\n  suspended at waits_for_list";
    assert!(outline(report).ends_with(yields), "{report}");
}

/// A dump would leave a line behind at which the body is no longer suspended.
#[test]
fn a_task_that_goes_on_when_a_dump_asks_it_is_reported_from_its_new_yield() {
    let line = line!() + 4;
    #[gen::coroutine]
    fn two_waits(clock: VirtualClock, is_ready: Rc<Cell<bool>>, last: gen::SharedFuture<()>) -> gen::Result {
        yield_!(wakes_nothing(is_ready))?;
        yield_!(last)?;
        work(&clock, SLOW);
        Ok(())
    }
    let lines = reports(|clock| async move {
        let is_ready = Rc::new(Cell::new(false));
        let (last, is_last) = gen::promise();
        let task = gen::spawn_local(two_waits(clock, is_ready.clone(), is_last));
        is_ready.set(true);
        gen::dump().await?;
        last.set(()).unwrap();
        task.await
    });
    let [report] = &*lines else { panic!("one report is expected: {lines:#?}") };
    assert!(report.contains(&format!("resumed at {}:{}:", file!(), line)), "{report}");
}

/// A future that only a further poll finds ready.
fn wakes_nothing(is_ready: Rc<Cell<bool>>) -> impl Future<Output = ()> {
    poll_fn(move |_| if is_ready.get() { Poll::Ready(()) } else { Poll::Pending })
}

/// The report would name a yield of a coroutine that is gone.
#[test]
fn a_child_that_an_error_has_dropped_is_not_in_the_report() {
    #[gen::coroutine]
    fn waits() -> gen::Result {
        yield_!(pending::<()>())
    }
    #[gen::coroutine]
    fn limits(clock: VirtualClock) -> gen::Result {
        assert!(yield_!(gen::with_timeout(LIMIT, waits())).is_err());
        work(&clock, SLOW);
        yield_!(gen::moment())
    }
    let lines = reports(|clock| async move {
        let task = gen::spawn_local(limits(clock));
        task.throw("the line is cut");
        task.await
    });
    let [report] = &*lines else { panic!("one report is expected: {lines:#?}") };
    assert!(outline(report).ends_with("\n    yielded at limits\n  suspended at limits"), "{report}");
}

/// A body that the limit polls in another order would behave otherwise when it is looked at.
#[test]
fn the_limit_does_not_change_the_order_of_a_turn() {
    let orders = [None, Some(LIMIT)].map(|limit| {
        let io_loop = IoLoop::with_clock(VirtualClock::new());
        io_loop.set_slow_step(limit);
        let order = Order::default();
        let body = async {
            let tasks: Vec<_> = ["a", "b", "c"]
                .into_iter()
                .map(|name| {
                    let order = order.clone();
                    gen::spawn_local(async move {
                        order.push(name);
                        gen::moment().await?;
                        order.push(name);
                        drop(gen::spawn_local({
                            let order = order.clone();
                            async move {
                                order.push("(");
                                gen::moment().await?;
                                order.push(")");
                                Ok::<_, gen::Error>(())
                            }
                        }));
                        gen::sleep(LIMIT).await?;
                        order.push(name);
                        Ok::<_, gen::Error>(())
                    })
                })
                .collect();
            for task in tasks {
                task.await?;
            }
            Ok::<_, gen::Error>(())
        };
        io_loop.run_sync(body).unwrap();
        order.text()
    });
    assert_eq!(orders[0], orders[1]);
}

/// A task that another thread has sent would not be looked at.
#[test]
fn a_task_that_another_thread_has_sent_is_reported() {
    let (io_loop, clock) = timed_loop();
    let remote = io_loop.remote();
    let task = std::thread::spawn(move || remote.spawn(slow_between_owned(clock))).join().unwrap();
    let (ended, lines) = logged(|| io_loop.run_sync(task));
    ended.unwrap();
    assert_eq!(lines.len(), 1, "{lines:#?}");
    assert!(
        outline(&lines[0]).ends_with("\n  from its beginning\n  suspended at slow_between_owned"),
        "{lines:#?}"
    );
}

/// A test of a slow body would be silent, although the loop of the program is not.
#[test]
fn a_body_that_a_test_steps_is_reported_like_any_other() {
    #[gen::coroutine]
    fn tested(clock: Rc<OnceCell<VirtualClock>>) -> gen::Result {
        IoLoop::current().unwrap().set_slow_step(Some(LIMIT));
        yield_!(gen::moment())?;
        yield_!(slow_between(clock.get().unwrap()))
    }
    let clock = Rc::new(OnceCell::new());
    let (ended, lines) = logged(|| {
        let mut stepper = gen::testing::Stepper::new(tested(clock.clone()));
        clock.set(stepper.clock()).unwrap();
        stepper.finish()
    });
    ended.unwrap();
    let [report] = &*lines else { panic!("one report is expected: {lines:#?}") };
    let from = "\n  resumed at slow_between\n    yielded at tested";
    let to = "\n  suspended at slow_between\n    yielded at tested";
    assert!(outline(report).ends_with(&format!("{from}{to}")), "{report}");
}
