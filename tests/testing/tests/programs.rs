//! `explore` finds the planted bugs, and its message alone leads to the line.
//!
//! With `--nocapture` the tests print the messages.

// The chains, and the replies that are lost, need them.
#![cfg(any(debug_assertions, feature = "testing"))]

use std::panic::catch_unwind;

use gen::testing::{explore, Fault, Report};
use gen::yield_;
use testing::bank::{transfer, transfer_at_once, Bank};
use testing::cache::{get, get_guarded, Cache};
use testing::depot;
use testing::shop::{buy, buy_once, Payments};

/// Looks whether the message contains the parts, in this order.
#[track_caller]
fn assert_message(report: &Report, parts: &[&str]) {
    assert_in_order(&report.to_string(), parts);
}

#[track_caller]
fn assert_in_order(message: &str, parts: &[&str]) {
    println!("{message}");
    let mut rest = message;
    for part in parts {
        let Some(at) = rest.find(part) else {
            panic!("`{part}` is missing, or in another order, in\n{message}")
        };
        rest = &rest[at + part.len()..];
    }
}

fn keeps_the_total(bank: &Bank, _: &gen::Result) -> gen::Result {
    gen::ensure!(bank.total() == 100, "the accounts hold {}, not 100", bank.total());
    Ok(())
}

#[test]
fn a_lost_update_after_a_cancellation_is_found() {
    let world = || {
        let bank = Bank::open();
        (bank.clone(), transfer(bank, "alice", "bob", 10))
    };
    let report = explore(world).faults([Fault::Cancel]).invariant(keeps_the_total).report();
    assert_message(
        &report,
        &[
            "2 findings",
            "`6:Cancel`: the invariant does not hold: the accounts hold 90, not 100",
            "the task was cancelled while it waited here:",
            "bank.rs:34:9 in balance",
            "which is waited for at tests/testing/src/bank.rs:70:15 in transfer",
            "yield_!(bank.clone().balance(to))",
            "the body ended with the error `cancelled:",
            "returns: tests/testing/src/bank.rs:69:5 in transfer: yield_!(bank.clone().set_balance(",
            "->",
            "GEN_EXPLORE=6:Cancel cargo test a_lost_update_after_a_cancellation_is_found",
        ],
    );
}

#[test]
fn a_transfer_in_one_transaction_keeps_the_total() {
    let world = || {
        let bank = Bank::open();
        (bank.clone(), transfer_at_once(bank, "alice", "bob", 10))
    };
    explore(world).pairs().invariant(keeps_the_total).check();
}

/// Two tasks of a server ask for the value.
#[gen::coroutine]
fn serve(cache: Cache) -> gen::Result<u32> {
    let first = gen::spawn_local(get(cache.clone()));
    let second = gen::spawn_local(get(cache));
    let _ = yield_!(first);
    yield_!(second)
}

#[gen::coroutine]
fn serve_guarded(cache: Cache) -> gen::Result<u32> {
    let first = gen::spawn_local(get_guarded(cache.clone()));
    let second = gen::spawn_local(get_guarded(cache));
    let _ = yield_!(first);
    yield_!(second)
}

#[test]
fn a_lock_that_is_held_over_a_failing_yield_is_found() {
    let report = explore(|| ((), serve(Cache::default()))).faults([Fault::Error]).report();
    assert_message(
        &report,
        &[
            "1 finding ",
            "`1:Error`: the body hangs: nothing is left that could wake it",
            "in task 1, which the body has spawned, this yield failed with an error:",
            "in fetch",
            "which is waited for at tests/testing/src/cache.rs:90:30 in get",
            "yield_!(fetch())",
            "then the body waits:",
            "in serve",
            "yield_!(second)",
            "and task 2 waits:",
            "in lock",
            "which is waited for at tests/testing/src/cache.rs:88:5 in get",
            "GEN_EXPLORE=1:Error",
        ],
    );
}

#[test]
fn a_lock_with_a_guard_is_released_whatever_happens() {
    explore(|| ((), serve_guarded(Cache::default()))).pairs().check();
}

fn paid_once(payments: &Payments, _: &gen::Result) -> gen::Result {
    gen::ensure!(payments.count(7) <= 1, "the order was paid {} times", payments.count(7));
    Ok(())
}

#[test]
fn a_reply_that_is_lost_after_a_commit_is_found() {
    let world = || {
        let payments = Payments::default();
        (payments.clone(), buy(payments, 7))
    };
    assert_message(
        &explore(world).invariant(paid_once).report(),
        &[
            "1 finding ",
            "`2:LostReply`: the invariant does not hold: the order was paid 2 times",
            "the work that this yield waits for was done, but its reply was lost:",
            "at tests/testing/src/shop.rs:48:15 in buy",
            "yield_!(payments.clone().pay(",
            "the body ended with `Ok`",
            "GEN_EXPLORE=2:LostReply",
        ],
    );
}

#[test]
fn an_order_with_a_key_is_paid_once_whatever_is_lost() {
    let world = || {
        let payments = Payments::default();
        (payments.clone(), buy_once(payments, 7))
    };
    explore(world).pairs().invariant(paid_once).check();
}

#[gen::test]
#[ignore = "it is a part of `a_deadlock_behind_a_list_fails_a_test`"]
fn closes() -> gen::Result {
    yield_!(depot::close())
}

/// `deadlock.rs` has the same for `run_sync`.
#[test]
fn a_deadlock_behind_a_list_fails_a_test() {
    let payload = catch_unwind(closes).expect_err("it hangs");
    let message = payload.downcast::<String>().expect("a text");
    assert_in_order(
        &message.replace('\\', "/"),
        &[
            "the test hangs: no task is ready, no timer runs",
            "  tasks 1, 2 wait for each other in a circle\n",
            "  task 0: programs::closes (runs the loop)\n",
            "at tests/testing/src/depot.rs:25:5 in close\n    waits for promise 1 of ()\n",
            "  task 1: testing::depot::sort_until_closed\n",
            "at tests/testing/src/depot.rs:40:9 in sort_until_closed\n",
            "waits for task 2: testing::depot::close_gate\n",
            "  task 2: testing::depot::close_gate",
            "at tests/testing/src/depot.rs:31:5 in close_gate\n",
            "waits for 2 children of a list:\n",
            "[0] waits for task 1: testing::depot::sort_until_closed\n",
            "[1] waits for promise 1 of ()\n",
        ],
    );
}

#[test]
fn a_deadlock_behind_a_list_is_found() {
    assert_message(
        &explore(|| ((), depot::close())).report(),
        &[
            "1 finding in 1 run ",
            "without any fault: the body hangs: nothing is left that could wake it",
            "then the body waits:\n    at tests/testing/src/depot.rs:25:5 in close\n",
            "and task 1 waits:\n    at tests/testing/src/depot.rs:40:9 in sort_until_closed\n",
            "yield_!(gate)\n",
            "and task 2 waits:\n    at tests/testing/src/depot.rs:31:5 in close_gate\n",
            "yield_!(vec![",
        ],
    );
}

#[test]
fn a_depot_that_closes_in_turn_closes_whatever_happens() {
    explore(|| ((), depot::close_in_turn())).pairs().check();
}
