//! The transfer as a coroutine. However it ends, its transaction is ended before the connection
//! returns to the pool.

use std::rc::Rc;

use gen::{yield_, Exit};

use crate::connection::Address;
use crate::morning::Morning;
use crate::pool::{approval, Approvals, Lent, Pool};

/// Moves money from one account to another, either completely or not at all.
#[gen::coroutine]
pub(crate) fn transfer(
    pool: Rc<Pool>,
    from: &str,
    to: &str,
    amount: i64,
    approvals: Approvals,
) -> gen::Result {
    yield_!(gen::bracket(pool.checkout(), async |connection| {
        yield_!(steps(connection, from, to, amount, &approvals))
    })
    .release_local(end))
}

/// Ends the transaction: after an error, a cancellation or a panic of the steps, too, and in a task
/// of its own if the transfer is dropped.
#[gen::coroutine]
fn end(mut connection: Lent, exit: Exit) -> gen::Result {
    let end = if exit.is_success() { "COMMIT" } else { "ROLLBACK" };
    yield_!(ask(&mut connection, end.to_owned())).map(drop)
}

/// The steps of the transaction.
#[gen::coroutine]
fn steps(connection: &mut Lent, from: &str, to: &str, amount: i64, approvals: &Approvals) -> gen::Result {
    yield_!(ask(connection, "BEGIN".to_owned()))?;
    yield_!(ask(connection, format!("ADD {from} -{amount}")))?;
    yield_!(approval(approvals))?; // cancelled here
    yield_!(ask(connection, format!("ADD {to} {amount}")))?;
    Ok(())
}

/// Sends a request and waits for its answer. The shield protects it, because a connection between
/// the two cannot be used.
#[gen::coroutine]
fn ask(connection: &mut Lent, request: String) -> gen::Result<String> {
    yield_!(gen::shield(connection.exchange(&request)))
}

#[gen::coroutine]
fn customers(bank: Address) -> gen::Result<Morning> {
    let pool = Rc::new(Pool::new(bank));
    let (approvals, asked) = async_channel::unbounded();

    let alice = gen::spawn_local(transfer(pool.clone(), "alice", "bob", 10, approvals.clone()));
    let _not_answered = yield_!(asked.recv())?;
    yield_!(alice.cancel("the customer has left"))?;
    let alice = yield_!(alice).map_err(|error| error.to_string());

    let idle = pool.idle();
    let open = yield_!(ask(&mut yield_!(pool.checkout())?, "OPEN?".to_owned()))?;

    let carol = gen::spawn_local(transfer(pool.clone(), "carol", "dave", 5, approvals));
    yield_!(yield_!(asked.recv())?.send(()))?;
    let carol = yield_!(carol).map_err(|error| error.to_string());
    Ok(Morning { alice, idle, in_transaction: usize::from(open == "yes"), carol })
}

/// Serves two customers, one after the other.
pub(crate) fn morning(bank: Address) -> gen::Result<Morning> {
    gen::run_sync(customers(bank))
}
