//! `gen_durable::testing::explore` finds the mistakes that are planted in small orders, and its
//! report leads to their lines. It finds nothing in an order that is right.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::panic::{catch_unwind, AssertUnwindSafe};
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use gen::yield_;
use gen_durable::testing::{explore, Fault, MomentKind, Report};
use gen_durable::{now, random, signal, sleep, step, uuid, version, with_timeout};

const DAY: Duration = Duration::from_secs(86_400);

/// A bank that keeps the first payment of each key.
#[derive(Clone, Default)]
struct Bank(Arc<Mutex<BTreeMap<String, i32>>>);

impl Bank {
    fn pay(&self, key: &str, amount: i32) {
        self.0.lock().unwrap().entry(key.to_owned()).or_insert(amount);
    }

    /// The mistake: each request is a payment of its own.
    fn pay_again(&self, amount: i32) {
        let mut payments = self.0.lock().unwrap();
        let key = payments.len().to_string();
        payments.insert(key, amount);
    }

    fn total(&self) -> i32 {
        self.0.lock().unwrap().values().sum()
    }
}

fn has(total: i32) -> impl Fn(&Bank, &gen::Result<i32>) -> gen::Result {
    move |bank, _| {
        gen::ensure!(bank.total() == total, "{} euros were paid", bank.total());
        Ok(())
    }
}

#[track_caller]
fn assert_says(report: &Report, parts: &[&str]) {
    let text = report.to_string();
    for part in parts {
        assert!(text.contains(part), "{part:?} is not in\n{text}");
    }
}

#[gen::coroutine]
fn good_order(bank: Bank) -> gen::Result<i32> {
    let paid = bank.clone();
    yield_!(step("charge", move || async move {
        gen::sleep(DAY).await?;
        paid.pay("charge", 30);
        Ok(())
    }))?;
    yield_!(sleep(10 * DAY))?;
    let post = |label: &'static str, bank: Bank| {
        step(label, move || async move {
            bank.pay(label, 5);
            Ok(5)
        })
    };
    let (first, second) = yield_!((post("letter", bank.clone()), post("parcel", bank.clone())))?;
    match yield_!(with_timeout(3 * DAY, signal::<i32>("tip"))) {
        Ok(tip) => Ok(first + second + tip),
        Err(error) if error.is_cancelled() => Err(error),
        Err(_) => Ok(first + second),
    }
}

#[test]
fn an_order_that_is_right_has_no_findings_whenever_its_process_dies() {
    let exploration = explore(Bank::default, |bank| good_order(bank.clone())).invariant(has(40)).pairs();
    let report = exploration.report();
    assert_eq!(report.findings().len(), 0, "{report}");
    let moments = report.moments().len();
    assert!(report.runs() > moments * moments / 3, "{report}");
    for kind in [MomentKind::Before, MomentKind::StepEnded, MomentKind::After, MomentKind::StepWaits] {
        assert!(report.moments().iter().any(|moment| moment.kind() == kind), "{kind:?}");
    }
    assert_eq!(report.moments().last().unwrap().kind(), MomentKind::Ended);
    assert!(report.not_explored().is_empty());
}

#[gen::coroutine]
fn charges_twice(bank: Bank) -> gen::Result<i32> {
    yield_!(sleep(DAY))?;
    yield_!(step("charge", move || async move {
        bank.pay_again(30);
        Ok(30)
    }))
}

#[test]
fn a_step_that_is_not_idempotent_is_named_with_its_line_and_the_moment_of_the_death() {
    let charge = format!("the step `charge` at {}:{}:", file!(), line!() - 8);
    let report = explore(Bank::default, |bank| charges_twice(bank.clone())).invariant(has(30)).report();
    assert_eq!(report.findings().len(), 1, "{report}");
    let finding = &report.findings()[0];
    assert_eq!(finding.message(), "the invariant does not hold: 60 euros were paid");
    let [(at, Fault::Die)] = finding.faults() else { panic!("{finding}") };
    assert_eq!(finding.moments()[*at].kind(), MomentKind::StepEnded);
    assert_eq!(finding.moments()[*at].entry(), 4, "the end of the step");
    let died = format!("the process died after {charge}");
    let alone = format!("to repeat this run alone: GEN_EXPLORE={at}:Die cargo test a_step_that_is");
    assert_says(
        &report,
        &[
            &died,
            "had run, and before its outcome was recorded\n",
            "then the coroutine ended with `Ok`",
            &alone,
        ],
    );
}

#[gen::coroutine]
fn marks_before_it_pays(bank: Bank) -> gen::Result<i32> {
    yield_!(step("charge", move || async move {
        // The mistake: with this mark the second run believes that the first one has paid.
        if bank.0.lock().unwrap().insert("mark".into(), 0).is_none() {
            gen::sleep(Duration::from_secs(1)).await?;
            bank.pay("charge", 30);
        }
        Ok(30)
    }))
}

#[test]
fn a_step_that_loses_its_work_in_the_middle_is_found() {
    let report =
        explore(Bank::default, |bank| marks_before_it_pays(bank.clone())).invariant(has(30)).report();
    assert_eq!(report.findings().len(), 1, "{report}");
    assert_says(&report, &["0 euros were paid", "the process died while the step `charge` at "]);
}

static CALLS: AtomicU32 = AtomicU32::new(0);

#[gen::coroutine]
fn depends_on_a_global() -> gen::Result<u32> {
    yield_!(step("first", || async { Ok(()) }))?;
    // The mistake: the next process counts on.
    let number = CALLS.fetch_add(1, Relaxed);
    yield_!(step(format!("order {number}"), move || async move { Ok(number) }))
}

#[test]
fn a_coroutine_that_depends_on_a_global_departs_from_its_journal() {
    let report = explore(|| (), |()| depends_on_a_global()).report();
    assert_eq!((report.findings().len(), report.runs()), (1, 2), "{report}");
    assert_says(
        &report,
        &[
            "the coroutine cannot go on: the coroutine departs from its journal: entry 3 is the step `order 1` at ",
            ", but now it issues the step `order 2` at ",
            "the process died after the end of the coroutine was recorded",
        ],
    );
}

#[gen::coroutine]
fn knows_its_process(process: u32) -> gen::Result<u32> {
    yield_!(step("first", || async { Ok(()) }))?;
    // The mistake: it issues the same commands, and ends with something else.
    Ok(process)
}

#[test]
fn an_end_that_depends_on_the_process_is_found() {
    let processes = |count: &Cell<u32>| {
        count.set(count.get() + 1);
        knows_its_process(count.get())
    };
    let report = explore(|| Cell::new(0), processes).report();
    // The journal notices an end that it has already, and the exploration all others.
    assert_says(&report, &["but now it ends with another value"]);
    let process = |count: &Cell<u32>| {
        count.set(count.get() + 1);
        differs_from_the_second_process_on(count.get())
    };
    let report = explore(|| Cell::new(0), process).report();
    assert_says(&report, &["the coroutine ends with `\"second\"`, but without the death with `\"first\"`"]);
}

#[gen::coroutine]
fn differs_from_the_second_process_on(process: u32) -> gen::Result<String> {
    let first = yield_!(step("which", move || async move { Ok(process == 1) }))?;
    Ok(if first { "first" } else { "second" }.to_owned())
}

#[gen::coroutine]
fn pays_back(bank: Bank) -> gen::Result<i32> {
    let paid = bank.clone();
    yield_!(step("charge", move || async move {
        paid.pay("charge", 30);
        Ok(())
    }))?;
    let waited = yield_!(sleep(DAY));
    if waited.is_err() {
        yield_!(step("pay back", move || async move {
            bank.pay("back", -30);
            Ok(())
        }))?;
    }
    waited.map(|()| 30)
}

fn paid_if_it_has_ended(bank: &Bank, end: &gen::Result<i32>) -> gen::Result {
    let total = bank.total();
    gen::ensure!(total == if end.is_ok() { 30 } else { 0 }, "{total} euros were paid");
    Ok(())
}

#[test]
fn clean_up_that_is_lost_where_the_cancellation_comes_early_is_found() {
    // Without cancellations there is nothing to find.
    explore(Bank::default, |bank| pays_back(bank.clone())).invariant(paid_if_it_has_ended).check();
    let order = || explore(Bank::default, |bank| pays_back(bank.clone())).invariant(paid_if_it_has_ended);
    let report = order().faults(Fault::ALL.iter().copied()).pairs().report();
    // The charge of a step that is cancelled may have arrived: its outcome is lost with it.
    assert_says(
        &report,
        &[
            "the process died after the step `charge` at ",
            "  and then, the run was cancelled while no process ran\n",
            "the invariant does not hold: 30 euros were paid",
        ],
    );
    assert!(report.findings().iter().all(|found| found.faults().len() == 2), "{report}");
}

#[gen::coroutine]
fn pays_back_whatever_comes(bank: Bank) -> gen::Result<i32> {
    let paid = bank.clone();
    let charged = yield_!(step("charge", move || async move {
        paid.pay("charge", 30);
        Ok(())
    }));
    let waited = match charged {
        Ok(()) => yield_!(sleep(DAY)),
        Err(error) => Err(error),
    };
    if waited.is_err() {
        // A second cancellation must not break it.
        yield_!(gen::shield(step("pay back", move || async move {
            // The bank does not take a payment any more that comes after its refund.
            bank.pay("charge", 0);
            let total = bank.total();
            bank.pay("back", -total);
            Ok(())
        })))?;
    }
    waited.map(|()| 30)
}

/// Pays back after a cancellation, but a second one breaks this.
#[gen::coroutine]
fn pays_back_once(bank: Bank) -> gen::Result<i32> {
    let paying = bank.clone();
    let paid = yield_!(gen::shield(step("pay", move || async move {
        paying.pay("once", 30);
        Ok(())
    })));
    let waited = match paid {
        Ok(()) => yield_!(sleep(DAY)),
        cancelled => cancelled,
    };
    if waited.is_err() {
        yield_!(sleep(DAY))?;
        yield_!(gen::shield(step("pay back", move || async move {
            bank.pay("back", -bank.total());
            Ok(())
        })))?;
    }
    waited.map(|()| 30)
}

#[test]
fn clean_up_that_a_second_cancellation_breaks_is_found() {
    let report = explore(Bank::default, |bank| pays_back_once(bank.clone()))
        .faults([Fault::Cancel])
        .invariant(paid_if_it_has_ended)
        .pairs()
        .report();
    assert!(!report.findings().is_empty(), "{report}");
    for found in report.findings() {
        assert_eq!(found.plan().matches("Cancel").count(), 2, "{report}");
    }
}

#[test]
fn clean_up_that_is_complete_has_no_findings_also_if_the_process_dies_in_it() {
    explore(Bank::default, |bank| pays_back_whatever_comes(bank.clone()))
        .faults(Fault::ALL.iter().copied())
        .invariant(paid_if_it_has_ended)
        .pairs()
        .check();
}

struct Seat(Arc<AtomicU32>);

impl Drop for Seat {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Relaxed);
    }
}

#[gen::coroutine]
fn takes_a_seat(taken: Arc<AtomicU32>) -> gen::Result<()> {
    taken.fetch_add(1, Relaxed);
    // The mistake: a process that dies drops nothing.
    let _seat = Seat(taken);
    yield_!(sleep(DAY))
}

#[test]
fn clean_up_in_a_drop_is_not_done_by_a_process_that_dies() {
    let taken = |taken: &Arc<AtomicU32>, _: &gen::Result| {
        gen::ensure!(taken.load(Relaxed) == 0, "{} seats are taken", taken.load(Relaxed));
        Ok(())
    };
    let report = explore(Arc::default, |taken| takes_a_seat(Arc::clone(taken))).invariant(taken).report();
    assert_says(&report, &["1 seats are taken", "the process died after entry 1 was written: a sleep at "]);
}

#[gen::coroutine]
fn waits_for_its_process(is_set: Arc<Mutex<Vec<u32>>>) -> gen::Result<()> {
    let asked = Arc::clone(&is_set);
    yield_!(step("ask", move || async move {
        asked.lock().unwrap().push(1);
        Ok(())
    }))?;
    yield_!(signal("answer"))
}

#[test]
fn a_coroutine_that_waits_for_ever_after_a_death_says_for_which_signal() {
    let report = explore(Arc::<Mutex<Vec<u32>>>::default, |asked| waits_for_its_process(Arc::clone(asked)))
        .time_limit(100 * DAY)
        .report();
    assert_eq!(report.runs(), 1, "without the answer it hangs always");
    assert_says(
        &report,
        &[
            "without any fault: the coroutine has not ended within the time limit, on the virtual clock",
            "then the coroutine waits for the signal `answer` at ",
        ],
    );
    let asked = |asked: &Arc<Mutex<Vec<u32>>>| waits_for_its_process(Arc::clone(asked));
    explore(Arc::default, asked)
        .beside(|asked, records| {
            let (asked, records) = (Arc::clone(asked), records.clone());
            async move {
                while asked.lock().unwrap().is_empty() {
                    gen::sleep(DAY).await?;
                }
                records.send_signal("answer", &())
            }
        })
        .pairs()
        .check();
}

#[gen::coroutine]
fn asks_in_time() -> gen::Result<String> {
    let answer = yield_!(with_timeout(3 * DAY, signal::<String>("answer")));
    yield_!(step("file it", || async { Ok(()) }))?;
    Ok(answer.unwrap_or_else(|_| "late".into()))
}

#[test]
fn a_signal_and_a_deadline_come_in_their_order_whenever_the_process_dies() {
    for (day, expected) in [(2, "yes"), (4, "late")] {
        explore(|| (), |()| asks_in_time())
            .beside(move |(), records| {
                let records = records.clone();
                async move {
                    gen::sleep(day * DAY).await?;
                    records.send_signal("answer", "yes")
                }
            })
            .invariant(move |(), end| {
                gen::ensure!(end.as_ref().is_ok_and(|end| end == expected), "{end:?}");
                Ok(())
            })
            .pairs()
            .check();
    }
}

#[gen::coroutine]
fn all_kinds_of_values() -> gen::Result<String> {
    let (random, uuid) = (yield_!(random())?, yield_!(uuid())?);
    let version = yield_!(version("change", 2))?;
    yield_!(step(format!("{random} {uuid}"), || async { Ok(()) }))?;
    yield_!(sleep(DAY))?;
    let days = yield_!(now())?.duration_since(UNIX_EPOCH)?.as_secs() / DAY.as_secs();
    Ok(format!("{random} {uuid} {version} {days}"))
}

#[test]
fn random_values_and_times_are_those_of_the_run_without_a_death() {
    let ends = Mutex::new(Vec::new());
    let exploration = |seed| {
        explore(|| (), |()| all_kinds_of_values()).seed(seed).invariant(|(), end| {
            ends.lock().unwrap().push(end.as_ref().unwrap().clone());
            Ok(())
        })
    };
    exploration(1).pairs().check();
    ends.lock().unwrap().dedup();
    assert_eq!(ends.lock().unwrap().len(), 1, "{ends:?}");
    exploration(2).check();
    ends.lock().unwrap().dedup();
    assert_eq!(ends.lock().unwrap().len(), 2, "another seed");
}

#[gen::coroutine]
fn looks_at_the_clock() -> gen::Result<()> {
    let seen = SystemTime::now().duration_since(UNIX_EPOCH)?.as_nanos();
    yield_!(step(format!("at {seen}"), || async { Ok(()) }))
}

#[test]
fn a_coroutine_that_looks_at_the_real_clock_departs_from_its_journal() {
    assert_says(
        &explore(|| (), |()| looks_at_the_clock()).report(),
        &["departs from its journal: entry 1 is"],
    );
}

#[gen::coroutine]
fn sleeps_outside() -> gen::Result<()> {
    yield_!(gen::sleep(DAY))
}

#[test]
fn a_wait_that_is_in_no_journal_is_a_finding_without_any_fault() {
    let report = explore(|| (), |()| sleeps_outside()).report();
    assert_says(&report, &["without any fault: the coroutine cannot go on: a durable coroutine cannot use"]);
}

#[gen::coroutine]
fn panics_in_the_second_process(processes: Arc<AtomicU32>) -> gen::Result<()> {
    let process = processes.fetch_add(1, Relaxed);
    yield_!(step("one", || async { Ok(()) }))?;
    assert!(process == 0, "it is process {process}");
    Ok(())
}

#[test]
fn a_panic_after_a_death_is_a_finding() {
    let report = explore(Arc::default, |n| panics_in_the_second_process(Arc::clone(n))).report();
    assert_says(&report, &["the coroutine panics: it is process 1"]);
}

#[gen::coroutine]
fn many_rounds(bank: Bank, rounds: u32) -> gen::Result<i32> {
    for _ in 0..rounds {
        let bank = bank.clone();
        yield_!(step("pay", move || async move {
            bank.pay("once", 1);
            Ok(())
        }))?;
    }
    Ok(bank.total())
}

#[test]
fn a_loop_is_explored_in_its_first_rounds_and_the_report_says_so() {
    let of = |rounds| explore(Bank::default, move |bank| many_rounds(bank.clone(), rounds));
    let report = of(20).visits(3).report();
    assert_eq!(report.not_explored(), ["68 moments beyond the first 3 visits"], "{report}");
    assert_eq!(report.runs(), 2 + 4 * 3 + 1, "{report}");
    // A run with a death has its moments, and more.
    let report = of(4).visits(4).pairs().report();
    assert_eq!(
        report.not_explored(),
        ["second faults at 8 moments beyond the first 4 visits, in the runs with a first fault"]
    );
    let report = of(20).moment_limit(30).report();
    assert_says(&report, &["the coroutine has not ended within the limit of moments"]);
}

#[test]
fn time_that_passes_while_no_process_runs_counts() {
    let late = |(): &(), end: &gen::Result<String>| {
        let end = end.as_ref().unwrap().clone();
        gen::ensure!(end == "late", "{end}");
        Ok(())
    };
    let beside = |(): &(), records: &gen_durable::Records| {
        let records = records.clone();
        async move {
            gen::sleep(5 * DAY).await?;
            records.send_signal("answer", "yes")
        }
    };
    let of = || explore(|| (), |()| asks_in_time()).beside(beside).invariant(late);
    // The first entry, which has the deadline, is lost, and the next process begins on the tenth
    // day, with the signal.
    let report = of().downtime(10 * DAY).ends_may_differ().report();
    assert_says(&report, &["the invariant does not hold: yes", "before entry 1 was written: a timeout at "]);
    assert_eq!(report.findings().len(), 1, "{report}");
}

#[test]
#[should_panic(expected = "explore: 1 finding in ")]
fn check_panics_with_the_report() {
    explore(Bank::default, |bank| charges_twice(bank.clone())).invariant(has(30)).check();
}

#[test]
fn an_exploration_on_a_loop_says_where_it_belongs() {
    let explored = catch_unwind(AssertUnwindSafe(|| {
        gen::run_sync(async {
            explore(|| (), |()| looks_at_the_clock()).check();
            Ok::<_, gen::Error>(())
        })
    }));
    let message =
        explored.unwrap_err().downcast::<&str>().map_or_else(|_| String::new(), |text| text.to_string());
    assert!(message.contains("call it in a plain test"), "{message}");
}

#[test]
fn a_coroutine_beside_that_fails_is_a_finding() {
    let report = explore(Bank::default, |bank| charges_twice(bank.clone()))
        .beside(|_, _| async { gen::bail!("the test is wrong") })
        .report();
    assert_says(&report, &["the coroutine beside the body fails: the test is wrong"]);
}
