//! `explore_parallel`. The comment above a test says what users would lose if it failed.

// The chains, and the replies that are lost, need them.
#![cfg(any(debug_assertions, feature = "testing"))]

use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;
use std::future::pending;
use std::process::Command;
use std::rc::Rc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Barrier, Mutex};
use std::time::Duration;
use std::{env, panic, thread};

use gen::testing::{explore, explore_parallel, Fault};
use gen::yield_;
use testing::bank::{transfer, Bank};
use testing::cache::{get, Cache};

const SECOND: Duration = Duration::from_secs(1);

/// Explores on one thread, and then on several, and compares all that a report says. The value is
/// the report.
macro_rules! assert_same {
    ($body:expr; $($options:tt)*) => {{
        let alone = explore($body) $($options)*.report();
        for threads in [0, 1, 2, 2, 5] {
            let parallel = explore_parallel($body) $($options)*.threads(threads).report();
            assert_eq!(alone.to_string(), parallel.to_string(), "on {threads} threads");
            assert_eq!(alone.runs(), parallel.runs());
            assert_eq!(alone.steps(), parallel.steps());
            assert_eq!(alone.not_explored(), parallel.not_explored());
            assert_eq!(format!("{:?}", alone.findings()), format!("{:?}", parallel.findings()));
        }
        alone
    }};
}

/// A finding would be there on one machine, and not on another one.
#[test]
fn broken_invariants_are_those_of_one_thread() {
    let world = || {
        let bank = Bank::open();
        (bank.clone(), transfer(bank, "alice", "bob", 10))
    };
    let report = assert_same!(world;
        .pairs()
        .invariant(|bank, _| {
            gen::ensure!(bank.total() == 100, "the accounts hold {}, not 100", bank.total());
            Ok(())
        })
    );
    assert!(report.findings().len() > 10, "{report}");
}

/// As above, for a body that panics, and for an invariant that does.
#[test]
fn panics_are_those_of_one_thread() {
    #[gen::coroutine]
    fn unwrapping() -> gen::Result {
        yield_!(gen::sleep(SECOND)).expect("a sleep does not fail");
        yield_!(gen::sleep(SECOND))
    }
    let report = assert_same!(|| ((), unwrapping());
        .invariant(|(), _| Ok(()))
        .invariant(|(), end| {
            assert!(end.is_ok(), "it has failed");
            Ok(())
        })
    );
    let says = |text: &str| report.findings().iter().any(|finding| finding.message().contains(text));
    assert!(says("the body panics: a sleep does not fail"), "{report}");
    assert!(says("the invariant does not hold: it has failed"), "{report}");
}

/// As above, for each way to hang.
#[test]
fn hangs_are_those_of_one_thread() {
    #[gen::coroutine]
    fn hangs() -> gen::Result {
        if yield_!(gen::sleep(SECOND)).is_err() {
            yield_!(pending::<()>())?;
        }
        while yield_!(gen::sleep(SECOND)).is_err() {
            yield_!(pending::<()>())?;
        }
        let mut pause = Duration::ZERO;
        if let Err(error) = yield_!(gen::sleep(pause)) {
            loop {
                pause = if error.is::<gen::TimeoutError>() { Duration::ZERO } else { SECOND };
                let _ = yield_!(gen::sleep(pause));
            }
        }
        Ok(())
    }
    #[gen::coroutine]
    fn serve(cache: Cache) -> gen::Result<u32> {
        let first = gen::spawn_local(get(cache.clone()));
        let second = gen::spawn_local(get(cache));
        let _ = yield_!(first);
        yield_!(second)
    }
    let report = assert_same!(|| ((), hangs());
        .faults([Fault::Error, Fault::Timeout])
        .step_limit(100)
        .time_limit(20 * SECOND)
    );
    let says = |text: &str| report.findings().iter().any(|finding| finding.message().contains(text));
    assert!(says("nothing is left") && says("limit of steps") && says("time limit"), "{report}");
    let report = assert_same!(|| ((), serve(Cache::default())); .pairs());
    assert!(report.to_string().contains("and task 2 waits"), "{report}");
}

/// A program that relies on the order of the loop would seem to be right.
#[test]
fn orders_and_what_is_left_out_are_those_of_one_thread() {
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
        for _ in 0..3 {
            yield_!(gen::moment())?;
        }
        Ok(order.take())
    }
    let report = assert_same!(|| ((), racing());
        .orders(20)
        .visits(2)
        .invariant(|(), end| match end {
            Ok(order) if order != "abc" => gen::bail!("they ran in the order {order}"),
            _ => Ok(()),
        })
    );
    assert!(report.findings()[0].plan().starts_with("order:"), "{report}");
    assert!(report.not_explored()[0].contains("beyond the first 2 visits"), "{report}");
}

/// The findings of such a program could not be repeated, for no reason that a user can see.
#[test]
fn a_program_that_is_not_deterministic_is_a_finding() {
    let body = || {
        let runs = AtomicUsize::new(0);
        move || {
            let pauses = runs.fetch_add(1, Ordering::Relaxed);
            let body = async move {
                for _ in 0..pauses {
                    gen::moment().await?;
                }
                Ok::<(), gen::Error>(())
            };
            ((), body)
        }
    };
    let report = assert_same!(body(););
    assert!(report.findings()[0].message().contains("not deterministic"), "{report}");
    assert_eq!(report.runs(), 2);
}

#[gen::coroutine]
fn waits() -> gen::Result {
    yield_!(gen::sleep(SECOND))
}

/// The other cores would be idle. The test would hang: no run passes the barrier alone.
#[test]
fn two_runs_go_on_at_the_same_time() {
    let (runs, barrier) = (AtomicUsize::new(0), Barrier::new(2));
    let report = explore_parallel(|| {
        // The first two runs learn the steps.
        if runs.fetch_add(1, Ordering::Relaxed) >= 2 {
            barrier.wait();
        }
        ((), waits())
    })
    .faults([Fault::Error, Fault::Cancel])
    .threads(2)
    .report();
    assert_eq!(report.runs(), 4);
}

/// A panic of the body would have the name of no test, and the harness would not capture it.
#[test]
fn the_threads_have_the_name_of_the_caller() {
    let (runs, barrier, names) = (AtomicUsize::new(0), Barrier::new(2), Mutex::new(BTreeSet::new()));
    let _report = explore_parallel(|| {
        if runs.fetch_add(1, Ordering::Relaxed) >= 2 {
            barrier.wait();
        }
        let thread = thread::current();
        names.lock().unwrap().insert((format!("{:?}", thread.id()), thread.name().map(str::to_owned)));
        ((), waits())
    })
    .faults([Fault::Error, Fault::Cancel])
    .threads(2)
    .report();
    let names = names.into_inner().unwrap();
    assert_eq!(names.len(), 2);
    let own = thread::current();
    assert!(names.iter().all(|(_, name)| name.as_deref() == own.name()), "{names:?}");
}

/// A world, and a body, that cannot be sent to another thread would need another test.
#[test]
fn worlds_and_bodies_need_not_be_send() {
    #[gen::coroutine]
    fn counting(count: Rc<Cell<u32>>) -> gen::Result {
        for _ in 0..3 {
            count.set(count.get() + 1);
            yield_!(gen::moment())?;
        }
        Ok(())
    }
    let world = || {
        let count = Rc::new(Cell::new(0));
        (count.clone(), counting(count))
    };
    explore_parallel(world)
        .invariant(|count, _| {
            gen::ensure!((1..=3).contains(&count.get()), "it is {}", count.get());
            Ok(())
        })
        .check();
}

/// The panic of the user's own function would be hidden behind one of the library, or be lost.
#[test]
fn a_panic_of_the_function_that_makes_the_bodies_goes_on_in_the_caller() {
    let runs = AtomicUsize::new(0);
    let explored = panic::catch_unwind(panic::AssertUnwindSafe(|| {
        explore_parallel(|| {
            assert!(runs.fetch_add(1, Ordering::Relaxed) < 2, "no world is left");
            ((), waits())
        })
        .threads(2)
        .report()
    }));
    assert_eq!(*explored.unwrap_err().downcast::<&str>().expect("a text"), "no world is left");
    // The first panic ends the exploration: each thread has begun one run more, at most.
    assert!(runs.into_inner() <= 4);
}

/// A debugger would have to look for the thread, and what is printed would be mixed.
#[test]
fn a_run_that_is_repeated_is_on_the_thread_of_the_caller() {
    let mut command = Command::new(env::current_exe().expect("a test has a file"));
    command.args(["repeated", "--exact", "--ignored", "--nocapture"]).env("GEN_EXPLORE", "0:Error");
    let output = command.output().expect("it runs");
    let text = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{text}");
    assert!(text.contains("only the run `0:Error`") && text.contains("is set: nothing is wrong"), "{text}");
}

#[test]
#[ignore = "it is a part of `a_run_that_is_repeated_is_on_the_thread_of_the_caller`"]
fn repeated() {
    let caller = thread::current().id();
    explore_parallel(|| {
        assert_eq!(thread::current().id(), caller);
        ((), waits())
    })
    .threads(8)
    .check();
}
