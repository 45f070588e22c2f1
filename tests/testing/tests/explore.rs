//! `explore`. The comment above a test says what users would lose if it failed.

// The chains, and the replies that are lost, need them.
#![cfg(any(debug_assertions, feature = "testing"))]

use std::cell::{Cell, RefCell};
use std::future::{pending, ready};
use std::process::Command;
use std::rc::Rc;
use std::time::Duration;
use std::{env, panic};

use gen::testing::{explore, Fault, Report, Step, StepKind};
use gen::yield_;

const SECOND: Duration = Duration::from_secs(1);

fn plans(report: &Report) -> Vec<String> {
    report.findings().iter().map(|finding| finding.plan()).collect()
}

fn kinds(report: &Report) -> Vec<StepKind> {
    report.steps().iter().map(|step| step.kind()).collect()
}

#[gen::coroutine]
fn inner() -> gen::Result {
    yield_!(gen::sleep(SECOND))
}

#[gen::coroutine]
fn outer(seen: Rc<RefCell<Vec<String>>>) -> gen::Result {
    let first = yield_!(inner());
    seen.borrow_mut().push(first.map_or_else(|error| format!("{error}"), |()| "ok".to_owned()));
    yield_!(ready(()))
}

/// A failure that a test should provoke would never happen.
#[test]
fn each_yield_gets_each_fault_that_fits_it() {
    let seen = Rc::new(RefCell::new(Vec::new()));
    let report = explore(|| ((), outer(seen.clone()))).report();
    assert_eq!(plans(&report), [""; 0]);
    assert_eq!(
        kinds(&report),
        [StepKind::Suspended, StepKind::Returned, StepKind::Returned, StepKind::Ready]
    );
    // Twice without a fault; five kinds at the suspension, and a lost reply at each of the others.
    assert_eq!(report.runs(), 2 + 5 + 3);
    let injected = "injected by gen::testing::explore";
    assert_eq!(
        *seen.borrow(),
        [
            "ok",
            "ok",
            injected,
            "timeout after 1s",
            &format!("panicked: {injected}"),
            &format!("cancelled: {injected}"),
            // A body that is dropped sees nothing.
            "the reply was lost (injected by gen::testing::explore)",
            "the reply was lost (injected by gen::testing::explore)",
            "ok",
        ]
    );
}

/// The reader of a message would not know from where the failing function was called.
#[test]
fn a_step_has_the_chain_of_the_yields_that_wait_for_it() {
    let report = explore(|| ((), outer(Rc::default()))).report();
    let functions =
        |step: usize| -> Vec<_> { report.steps()[step].chain().iter().map(gen::Site::function).collect() };
    assert_eq!(functions(0), ["inner", "outer"]);
    assert_eq!(functions(1), ["inner", "outer"], "the yield returns to the same caller");
    assert_eq!(functions(2), ["outer"]);
}

/// A test would hang, and would not say where.
#[test]
fn a_body_that_hangs_is_a_finding() {
    #[gen::coroutine]
    fn stubborn() -> gen::Result {
        let answered = yield_!(gen::sleep(SECOND));
        if answered.is_err() {
            yield_!(pending::<()>())?;
        }
        Ok(())
    }
    let report = explore(|| ((), stubborn())).faults([Fault::Timeout, Fault::LostReply]).report();
    assert_eq!(plans(&report), ["0:Timeout", "1:LostReply"]);
    assert!(report.findings()[0].message().starts_with("the body hangs"), "{report}");
    assert!(report.to_string().contains("yield_!(pending::<()>())"), "{report}");
}

/// A test would run for ever.
#[test]
fn a_body_that_never_ends_is_a_finding() {
    #[gen::coroutine]
    fn spinning() -> gen::Result {
        loop {
            yield_!(gen::moment())?;
        }
    }
    #[gen::coroutine]
    fn ticking() -> gen::Result {
        loop {
            yield_!(gen::sleep(SECOND))?;
        }
    }
    let spins = explore(|| ((), spinning())).step_limit(100).report();
    assert!(spins.findings()[0].message().contains("limit of steps"), "{spins}");
    let ticks = explore(|| ((), ticking())).time_limit(60 * SECOND).report();
    assert!(ticks.findings()[0].message().contains("time limit"), "{ticks}");
}

/// Only the first task of a program would be tested.
#[test]
fn the_tasks_that_a_body_spawns_have_steps() {
    #[gen::coroutine]
    fn child(ended: Rc<Cell<bool>>) -> gen::Result {
        yield_!(gen::moment())?;
        ended.set(true);
        Ok(())
    }
    #[gen::coroutine]
    fn parent(ended: Rc<Cell<bool>>) -> gen::Result {
        let task = gen::spawn_local(child(ended));
        let _ = yield_!(task);
        Ok(())
    }
    let world = || {
        let ended = Rc::new(Cell::new(false));
        (ended.clone(), parent(ended))
    };
    let report = explore(world)
        .faults([Fault::Error, Fault::Cancel, Fault::Drop])
        .invariant(|ended, end| {
            gen::ensure!(ended.get() || end.is_err(), "the child has not ended");
            Ok(())
        })
        .report();
    assert_eq!(report.steps()[0].task(), 1);
    assert_eq!(report.steps()[0].chain()[0].function(), "child");
    assert_eq!(plans(&report)[..3], ["0:Error", "0:Cancel", "0:Drop"]);
}

/// A bug in the clean-up of one child of a list would not be found.
#[test]
fn the_children_of_a_list_fail_one_by_one_and_are_cancelled_together() {
    #[gen::coroutine]
    fn child(name: char, seen: Rc<RefCell<String>>) -> gen::Result {
        if let Err(error) = yield_!(gen::sleep(SECOND)) {
            seen.borrow_mut().push(if error.is_cancelled() { name.to_ascii_uppercase() } else { name });
        }
        Ok(())
    }
    #[gen::coroutine]
    fn both(seen: Rc<RefCell<String>>) -> gen::Result<Vec<()>> {
        yield_!(vec![child('a', seen.clone()), child('b', seen)])
    }
    let seen = Rc::new(RefCell::new(String::new()));
    let report = explore(|| ((), both(seen.clone()))).faults([Fault::Error, Fault::Cancel]).report();
    assert_eq!(
        kinds(&report)[..3],
        [StepKind::ChildSuspended, StepKind::ChildSuspended, StepKind::Suspended]
    );
    // An error for each child; then one for the list, which drops both; then the cancellation.
    assert_eq!(*seen.borrow(), "abAB");
    assert!(
        report.not_explored().iter().any(|left_out| left_out.contains("for one child alone")),
        "{report}"
    );
}

/// An undo that is itself undone would not be found.
#[test]
fn pairs_find_what_a_single_fault_does_not() {
    #[gen::coroutine]
    fn undoing(open: Rc<Cell<bool>>) -> gen::Result {
        open.set(true);
        let done = yield_!(gen::sleep(SECOND));
        let paused = yield_!(gen::moment());
        if done.is_ok() || paused.is_ok() {
            open.set(false);
        }
        done
    }
    let world = || {
        let open = Rc::new(Cell::new(false));
        (open.clone(), undoing(open))
    };
    let is_closed = |open: &Rc<Cell<bool>>, _: &gen::Result| {
        gen::ensure!(!open.get(), "it is open");
        Ok(())
    };
    let single = explore(world).faults([Fault::Error]).invariant(is_closed);
    assert_eq!(plans(&single.report()), [""; 0]);
    let pairs = explore(world).faults([Fault::Error]).pairs().invariant(is_closed);
    assert_eq!(plans(&pairs.report()), ["0:Error,1:Error"]);
}

/// Findings could not be repeated, for no reason that a user can see.
#[test]
fn a_program_that_is_not_deterministic_is_a_finding() {
    let runs = Cell::new(0);
    let body = || {
        runs.set(runs.get() + 1);
        let pauses = runs.get();
        let body = async move {
            for _ in 0..pauses {
                gen::moment().await?;
            }
            Ok::<(), gen::Error>(())
        };
        ((), body)
    };
    let report = explore(body).report();
    assert_eq!(report.findings().len(), 1);
    assert!(report.findings()[0].message().contains("not deterministic"), "{report}");
}

/// A loop over a thousand items would be explored for hours, or in part and in silence.
#[test]
fn the_visits_of_a_loop_that_are_left_out_are_said() {
    #[gen::coroutine]
    fn items() -> gen::Result {
        for _ in 0..100 {
            yield_!(gen::moment())?;
        }
        Ok(())
    }
    let report = explore(|| ((), items())).faults([Fault::Error]).visits(3).report();
    assert_eq!(report.runs(), 2 + 3);
    // The first three suspensions, and the first three returns, are not left out.
    assert_eq!(report.not_explored(), ["194 steps beyond the first 3 visits"]);
}

/// A program that relies on the order of the loop would fail on another executor.
#[test]
fn another_order_of_the_tasks_is_found_and_repeated() {
    #[gen::coroutine]
    fn racing() -> gen::Result<String> {
        let order = Rc::new(RefCell::new(String::new()));
        let task = |letter| {
            let order = order.clone();
            gen::spawn_local(async move {
                gen::moment().await?;
                order.borrow_mut().push(letter);
                Ok::<(), gen::Error>(())
            })
        };
        for task in ['a', 'b', 'c'].map(task) {
            yield_!(task)?;
        }
        Ok(order.take())
    }
    let in_order = |(): &(), end: &gen::Result<String>| match end {
        Ok(order) if order != "abc" => gen::bail!("they ran in the order {order}"),
        _ => Ok(()),
    };
    let explored = || explore(|| ((), racing())).faults([]).orders(20).invariant(in_order).report();
    let (once, again) = (explored(), explored());
    assert!(!once.findings().is_empty(), "{once}");
    assert!(plans(&once)[0].starts_with("order:"), "{once}");
    assert_eq!(once.to_string(), again.to_string());
}

/// A body that unwraps the result of a yield would pass.
#[test]
fn a_panic_of_the_body_is_a_finding_and_an_injected_one_is_not() {
    #[gen::coroutine]
    fn unwrapping(unwraps: bool) -> gen::Result {
        let slept = yield_!(gen::sleep(SECOND));
        if unwraps {
            slept.expect("a sleep does not fail");
            return Ok(());
        }
        slept
    }
    let report = explore(|| ((), unwrapping(true))).faults([Fault::Error, Fault::Panic]).report();
    assert_eq!(plans(&report), ["0:Error", "0:Panic"]);
    assert!(report.findings()[0].message().contains("the body panics: a sleep does not fail"), "{report}");
    explore(|| ((), unwrapping(false))).faults([Fault::Error, Fault::Panic]).check();
}

/// A task that finishes the work of its parent would be cut off.
#[test]
fn other_tasks_go_on_after_the_body_only_if_asked() {
    #[gen::coroutine]
    fn detaching(done: Rc<Cell<bool>>) -> gen::Result {
        drop(gen::spawn_local(async move {
            gen::sleep(SECOND).await?;
            done.set(true);
            Ok::<(), gen::Error>(())
        }));
        Ok(())
    }
    let world = || {
        let done = Rc::new(Cell::new(false));
        (done.clone(), detaching(done))
    };
    let is_done = |done: &Rc<Cell<bool>>, _: &gen::Result| {
        gen::ensure!(done.get(), "it is not done");
        Ok(())
    };
    assert_eq!(explore(world).faults([]).invariant(is_done).report().findings().len(), 1);
    explore(world).faults([]).invariant(is_done).linger(2 * SECOND).check();
}

/// The line that a message gives to repeat a run would do something else.
#[test]
fn a_run_is_repeated_by_the_variable() {
    let test = |plan: &str| {
        let mut command = Command::new(env::current_exe().expect("a test has a file"));
        command.args(["repeated", "--exact", "--ignored", "--nocapture"]).env("GEN_EXPLORE", plan);
        let output = command.output().expect("it runs");
        String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
    };
    let run = test("1:LostReply");
    assert!(run.contains("only the run `1:LostReply`") && run.contains("1 run of"), "{run}");
    assert!(run.contains("is set: nothing is wrong"), "{run}");
    assert!(run.contains("its reply was lost"), "{run}");
    let broken = test("3:LostReply");
    let parts = ["the invariant does not hold: it has failed", "its reply was lost", "then the body ended"];
    for part in parts {
        assert_eq!(broken.matches(part).count(), 1, "`{part}` in {broken}");
    }
    let chain = test("0:Error");
    assert!(chain.contains("which is waited for at") && chain.contains("in outer"), "{chain}");
    let wrong = test("1:LostRepyl");
    assert!(wrong.contains("GEN_EXPLORE cannot be read: `LostRepyl` is no fault"), "{wrong}");
}

#[test]
#[ignore = "it is a part of `a_run_is_repeated_by_the_variable`"]
fn repeated() {
    explore(|| ((), outer(Rc::default())))
        .invariant(|(), end| {
            gen::ensure!(end.is_ok(), "it has failed");
            Ok(())
        })
        .check();
}

/// A failed `assert!` in the invariant would end the exploration at the first run.
#[test]
fn a_panic_of_the_invariant_is_a_finding() {
    let report = explore(|| ((), inner()))
        .faults([Fault::Error])
        .invariant(|(), end| {
            assert!(end.is_ok(), "it has failed");
            Ok(())
        })
        .report();
    assert_eq!(report.findings()[0].message(), "the invariant does not hold: it has failed");
}

/// The program under test would run in another order than in production.
#[test]
fn a_run_without_a_fault_is_a_run_of_the_loop() {
    #[gen::coroutine]
    fn busy(order: Rc<RefCell<String>>) -> gen::Result {
        let io_loop = gen::IoLoop::current().expect("it runs on a loop");
        let note = |letter| {
            let order = order.clone();
            move || order.borrow_mut().push(letter)
        };
        io_loop.call_later(SECOND, note('t'));
        io_loop.add_callback(note('c'));
        let pauses = |letter: char| {
            let order = order.clone();
            gen::spawn_local(async move {
                for _ in 0..3 {
                    order.borrow_mut().push(letter);
                    gen::moment().await?;
                }
                gen::sleep(SECOND).await?;
                order.borrow_mut().push(letter);
                Ok::<(), gen::Error>(())
            })
        };
        let (a, b) = (pauses('a'), pauses('b'));
        io_loop.add_callback(note('d'));
        yield_!((a, b))?;
        Ok(())
    }
    let on_loop = Rc::new(RefCell::new(String::new()));
    let io_loop = gen::IoLoop::with_clock(gen::VirtualClock::new());
    // As a task, which begins at once.
    let task = io_loop.spawn_local(busy(on_loop.clone()));
    io_loop.run_sync(task).unwrap();
    let world = || {
        let order = Rc::new(RefCell::new(String::new()));
        (order.clone(), busy(order))
    };
    let expected = on_loop.borrow().clone();
    explore(world)
        .faults([])
        .invariant(|order, _| {
            gen::ensure!(*order.borrow() == expected, "{} instead of {expected}", order.borrow());
            Ok(())
        })
        .check();
}

/// A cancelled plain future would count as one that cannot fail.
#[test]
fn a_body_that_waits_at_an_await_can_be_cancelled_and_dropped() {
    let report = explore(|| ((), async { gen::sleep(SECOND).await }))
        .invariant(|(), end| {
            gen::ensure!(end.is_ok(), "{}", end.as_ref().unwrap_err());
            Ok(())
        })
        .report();
    assert_eq!(kinds(&report), [StepKind::Awaiting]);
    assert_eq!(plans(&report), ["0:Cancel", "0:Drop"]);
    let text = report.to_string();
    assert!(text.contains("waited here:\n    at an `.await`, whose position only `yield_!`"), "{text}");
}

/// A test that asks for timeouts would pass, and would have had none.
#[test]
fn the_faults_that_do_not_fit_are_said_by_name() {
    #[gen::coroutine]
    fn mixed() -> gen::Result {
        yield_!(vec![gen::moment()])?;
        yield_!(ready(()))?;
        gen::moment().await
    }
    let left_out = |faults: &[Fault]| {
        let report = explore(|| ((), mixed())).faults(faults.iter().copied()).report();
        report.not_explored().to_vec()
    };
    assert_eq!(left_out(&[Fault::LostReply]), [""; 0]);
    assert_eq!(
        left_out(&[Fault::Timeout, Fault::Panic]),
        [
            "`Timeout`, `Panic` at 1 yield that had a value at once, and waited for nothing",
            "`Timeout`, `Panic` at 1 suspension at an `.await`, which is no yield",
        ]
    );
    assert_eq!(
        left_out(&[Fault::Cancel]),
        ["`Cancel` at 1 yield that had a value at once, and waited for nothing"]
    );
}

/// A test that explores inside of a coroutine would hang, or would stop the loop around it.
#[test]
fn an_exploration_in_a_coroutine_is_refused() {
    let explored = panic::catch_unwind(|| {
        gen::block_on(async { explore(|| ((), inner())).check() });
    });
    let text = *explored.unwrap_err().downcast::<&str>().expect("a text");
    assert!(text.contains("cannot run inside of another one"), "{text}");
}

/// A clean-up that is itself cancelled would not be explored, if it waits at an `.await`.
#[test]
fn a_cancelled_body_that_goes_on_to_an_await_has_a_step_there() {
    #[gen::coroutine]
    fn cleaning_up() -> gen::Result {
        let slept = yield_!(gen::sleep(SECOND));
        gen::sleep(SECOND).await?;
        slept
    }
    let report = explore(|| ((), cleaning_up()))
        .faults([Fault::Cancel, Fault::Drop])
        .pairs()
        .invariant(|(), end| {
            gen::ensure!(end.is_ok(), "it has failed");
            Ok(())
        })
        .report();
    let cancelled = report.findings().iter().find(|finding| finding.plan() == "0:Cancel");
    let steps = cancelled.expect("the cancellation is a finding").steps();
    assert_eq!(steps.get(1).map(Step::kind), Some(StepKind::Awaiting), "{report}");
}

/// A program would be said to differ from run to run, because a group has the memory of one that
/// has failed before.
#[test]
fn a_child_is_not_taken_for_one_of_a_group_that_has_ended() {
    #[gen::coroutine]
    fn groups() -> gen::Result {
        for _ in 0..2 {
            let _ = yield_!(gen::multi(vec![inner(), inner()]).fail_fast());
        }
        Ok(())
    }
    explore(|| ((), groups())).faults([Fault::Error]).check();
}

/// A yield that has not waited would be said to have waited, as in an earlier round.
#[test]
fn a_yield_that_is_ready_in_a_later_round_of_its_loop_has_not_waited() {
    #[gen::coroutine]
    fn rounds(failed: Rc<Cell<bool>>) -> gen::Result {
        for pause in [Some(gen::sleep(SECOND)), None] {
            let paused = yield_!(async move {
                match pause {
                    Some(pause) => pause.await,
                    None => Ok(()),
                }
            });
            failed.set(failed.get() || paused.is_err());
        }
        Ok(())
    }
    let world = || {
        let failed = Rc::new(Cell::new(false));
        (failed.clone(), rounds(failed))
    };
    let report = explore(world)
        .faults([Fault::Error])
        .invariant(|failed, _| {
            gen::ensure!(!failed.get(), "it has failed");
            Ok(())
        })
        .report();
    assert_eq!(kinds(&report), [StepKind::Suspended, StepKind::Returned, StepKind::Ready]);
    let after_error: Vec<_> = report.findings()[0].steps().iter().map(Step::kind).collect();
    assert_eq!(after_error, [StepKind::Suspended, StepKind::Ready]);
}

/// Two tasks would be cancelled in the other order than the plan says.
#[test]
fn two_cancellations_in_one_job_come_in_the_order_of_their_steps() {
    type Seen = Rc<RefCell<String>>;
    #[gen::coroutine]
    fn child(name: char, seen: Seen) -> gen::Result {
        if yield_!(gen::sleep(SECOND)).is_err() {
            seen.borrow_mut().push(name);
        }
        Ok(())
    }
    #[gen::coroutine]
    fn parent(seen: Seen) -> gen::Result {
        let a = gen::spawn_local(child('a', seen.clone()));
        let b = gen::spawn_local(child('b', seen));
        yield_!(a)?;
        yield_!(b)
    }
    let world = || {
        let seen = Seen::default();
        (seen.clone(), parent(seen))
    };
    let orders = RefCell::new(Vec::new());
    let _report = explore(world)
        .faults([Fault::Cancel])
        .pairs()
        .invariant(|seen, _| {
            orders.borrow_mut().push(seen.borrow().clone());
            Ok(())
        })
        .report();
    let orders = orders.into_inner();
    assert!(orders.iter().any(|order| order == "ab"), "{orders:?}");
    assert!(!orders.iter().any(|order| order == "ba"), "{orders:?}");
}

/// The command would be one that shows nothing: the run alone is not wrong.
#[test]
fn a_run_that_only_differs_from_another_one_is_not_to_be_repeated_alone() {
    let runs = Cell::new(0);
    let body = || {
        runs.set(runs.get() + 1);
        let pauses = if runs.get() < 4 { 1 } else { 2 };
        let body = async move {
            for _ in 0..pauses {
                gen::moment().await?;
            }
            Ok::<(), gen::Error>(())
        };
        ((), body)
    };
    let report = explore(body).faults([]).orders(1).report();
    assert_eq!(plans(&report), ["order:1"]);
    assert!(report.findings()[0].message().contains("not deterministic"), "{report}");
    assert!(!report.to_string().contains("to repeat"), "{report}");
}

/// The reader would have to find the one mistake in a hundred pairs, each with two faults.
#[test]
fn pairs_that_end_with_a_fault_that_suffices_alone_are_like_it() {
    #[gen::coroutine]
    fn patient(steps: u32) -> gen::Result {
        for _ in 0..steps {
            let _ = yield_!(gen::sleep(SECOND));
        }
        yield_!(gen::moment())
    }
    let report = explore(|| ((), patient(10)))
        .faults([Fault::Error])
        .pairs()
        .invariant(|(), end| {
            gen::ensure!(end.is_ok(), "it has failed");
            Ok(())
        })
        .report();
    // The moment fails alone, and after each of ten sleeps.
    assert_eq!(report.findings().len(), 11);
    let text = report.to_string();
    let first = text.find("`20:Error`: the invariant does not hold").expect("the single fault is a cause");
    let others = text.find("  the same happens with `0:Error,19:Error`, ").expect("the pairs are like it");
    assert!(first < others && text.contains(", and in 2 other runs\n"), "{text}");
    assert_eq!(text.matches("the invariant does not hold").count(), 1, "{text}");
}

/// The reader would look for findings that are not there.
#[test]
fn a_finding_without_others_like_it_does_not_count_them() {
    #[gen::coroutine]
    fn six() -> gen::Result {
        yield_!(gen::moment())?;
        yield_!(gen::moment())?;
        yield_!(gen::moment())?;
        yield_!(gen::moment())?;
        yield_!(gen::moment())?;
        yield_!(gen::moment())
    }
    let report = explore(|| ((), six()))
        .faults([Fault::Error])
        .invariant(|(), end| {
            gen::ensure!(end.is_ok(), "it has failed");
            Ok(())
        })
        .report();
    let text = report.to_string();
    assert!(text.contains("and in 1 other way:\n  `10:Error`: the invariant"), "{text}");
}

/// A program that prints dumps would be explored as if each task had waited once more.
#[test]
fn a_dump_is_no_step_of_the_tasks_that_it_asks() {
    #[gen::coroutine]
    fn dumps() -> gen::Result {
        let task = gen::spawn(inner());
        let list = gen::spawn(async { yield_!(vec![inner()]) });
        yield_!(gen::dump())?;
        yield_!((task, list)).map(drop)
    }
    let report = explore(|| ((), dumps())).faults([]).report();
    let is_of_inner = |step: &&Step| step.chain().first().is_some_and(|site| site.function() == "inner");
    let of_inner = report.steps().iter().filter(is_of_inner);
    let waits = of_inner.filter(|step| !matches!(step.kind(), StepKind::Returned | StepKind::Ready));
    assert_eq!(waits.count(), 2);
}
