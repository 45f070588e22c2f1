//! Puts each fault at each yield of a morning with two customers, who get the same connection.
//!
//! The files of the program are compiled into this test, except for `connection.rs`: here the bank
//! is in the same process.

#![allow(dead_code, reason = "the program uses all of it")]

#[path = "../../src/bank.rs"]
mod bank;
mod connection;
#[path = "../../src/morning.rs"]
mod morning;
#[path = "../../src/pool.rs"]
mod pool;
#[path = "../../src/with_gen.rs"]
mod with_gen;
#[path = "../../src/with_tokio.rs"]
mod with_tokio;

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

use async_channel::Receiver;
use gen::testing::{explore, Explore, Fault};
use gen::yield_;

use crate::bank::{Accounts, DEPOSITS};
use crate::pool::{Approval, Approvals, Pool};

/// The state that the invariant looks at.
#[derive(Clone)]
struct World {
    bank: Arc<Accounts>,
    /// Whether the connection was in a transaction when alice had left, in the words of the bank.
    open: Rc<RefCell<Option<String>>>,
}

/// Starts the transfer of alice's 10 to bob.
type Alice = fn(Rc<Pool>, Approvals) -> gen::JoinHandle<()>;

/// Approves all transfers.
#[gen::coroutine]
fn clerk(asked: Receiver<Approval>) -> gen::Result {
    while let Ok(approval) = yield_!(asked.recv()) {
        let _ = yield_!(approval.send(()));
    }
    Ok(())
}

/// Serves carol after alice, whatever has become of alice.
#[gen::coroutine]
fn morning_of(world: World, alice: Alice) -> gen::Result {
    let pool = Rc::new(Pool::new(world.bank));
    let (approvals, asked) = async_channel::unbounded();
    drop(gen::spawn_local(clerk(asked)));
    let _ = yield_!(alice(pool.clone(), approvals.clone()));

    let mut connection = yield_!(pool.checkout())?;
    world.open.replace(Some(yield_!(connection.exchange("OPEN?"))?));
    drop(connection);

    yield_!(with_gen::transfer(pool, "carol", "dave", 5, approvals))
}

/// An exploration with the promises of a bank.
fn explored(alice: Alice) -> Explore<'static, World, ()> {
    let world = move || {
        let world = World { bank: Accounts::new(), open: Rc::default() };
        (world.clone(), morning_of(world, alice))
    };
    explore(world)
        .invariant(|world, _| {
            let open = world.open.borrow();
            let is_clean = open.as_ref().is_none_or(|open| open == "no");
            gen::ensure!(is_clean, "asked for an open transaction, the bank says {open:?}");
            Ok(())
        })
        .invariant(|world, _| {
            let total = world.bank.total();
            gen::ensure!(total == DEPOSITS, "{total} of {DEPOSITS} are in the bank");
            Ok(())
        })
}

fn coroutine(pool: Rc<Pool>, approvals: Approvals) -> gen::JoinHandle<()> {
    gen::spawn_local(with_gen::transfer(pool, "alice", "bob", 10, approvals))
}

fn async_fn(pool: Rc<Pool>, approvals: Approvals) -> gen::JoinHandle<()> {
    gen::spawn_local(with_tokio::transfer(pool, "alice", "bob", 10, approvals))
}

/// The next customer would be told that a transaction is open, or would commit half of another
/// one's transfer.
#[test]
fn whatever_fails_the_next_customer_gets_a_clean_connection() {
    explored(coroutine).check();
}

/// A roll-back that fails itself would leave the transaction open.
#[test]
fn a_second_failure_changes_nothing() {
    explored(coroutine).faults([Fault::Error, Fault::LostReply, Fault::Cancel, Fault::Drop]).pairs().check();
}

/// The comparison would not be fair: an `async fn` that is cancelled is dropped.
#[test]
fn a_cancelled_async_fn_leaves_the_transaction_open() {
    let report = explored(async_fn).report();
    let faults: Vec<_> = report.findings().iter().map(|finding| finding.faults()[0].1).collect();
    assert_eq!(faults, [Fault::Cancel, Fault::Drop], "{report}");
}
