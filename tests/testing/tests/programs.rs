//! `explore` finds the planted bugs, and its message alone leads to the line.
//!
//! With `--nocapture` the tests print the messages.

// The chains, and the replies that are lost, need them.
#![cfg(any(debug_assertions, feature = "testing"))]

use gen::testing::{explore, Fault, Report};
use gen::yield_;
use testing::bank::{transfer, transfer_at_once, Bank};
use testing::cache::{get, get_guarded, Cache};
use testing::shop::{buy, buy_once, Payments};

/// Looks whether the message contains the parts, in this order.
#[track_caller]
fn assert_message(report: &Report, parts: &[&str]) {
    let message = report.to_string();
    println!("{message}");
    let mut rest = message.as_str();
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
