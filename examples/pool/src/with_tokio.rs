//! The transfer as an `async fn`. When it is cancelled, it is dropped where it waits.

use std::io;
use std::rc::Rc;

use tokio::task::{spawn_local, LocalSet};

use crate::connection::Address;
use crate::morning::Morning;
use crate::pool::{approval, Approvals, Lent, Pool};

/// Is meant to move money from one account to another, either completely or not at all.
pub(crate) async fn transfer(
    pool: Rc<Pool>,
    from: &str,
    to: &str,
    amount: i64,
    approvals: Approvals,
) -> io::Result<()> {
    let mut connection = pool.checkout().await?;
    let moved = steps(&mut connection, from, to, amount, &approvals).await;
    let end = if moved.is_ok() { "COMMIT" } else { "ROLLBACK" };
    let ended = connection.exchange(end).await;
    moved.and(ended).map(drop)
}

/// The steps of the transaction.
async fn steps(
    connection: &mut Lent,
    from: &str,
    to: &str,
    amount: i64,
    approvals: &Approvals,
) -> io::Result<()> {
    connection.exchange("BEGIN").await?;
    connection.exchange(&format!("ADD {from} -{amount}")).await?;
    approval(approvals).await?; // dropped here
    connection.exchange(&format!("ADD {to} {amount}")).await?;
    Ok(())
}

async fn customers(bank: Address) -> io::Result<Morning> {
    let pool = Rc::new(Pool::new(bank));
    let (approvals, asked) = async_channel::unbounded();

    let alice = spawn_local(transfer(pool.clone(), "alice", "bob", 10, approvals.clone()));
    let _not_answered = asked.recv().await.map_err(io::Error::other)?;
    alice.abort();
    let alice =
        alice.await.map_err(io::Error::from).and_then(|moved| moved).map_err(|error| error.to_string());

    let idle = pool.idle();
    let open = pool.checkout().await?.exchange("OPEN?").await?;

    let carol = spawn_local(transfer(pool.clone(), "carol", "dave", 5, approvals));
    asked.recv().await.map_err(io::Error::other)?.send(()).await.map_err(io::Error::other)?;
    let carol =
        carol.await.map_err(io::Error::from).and_then(|moved| moved).map_err(|error| error.to_string());
    Ok(Morning { alice, idle, in_transaction: usize::from(open == "yes"), carol })
}

/// Serves two customers, one after the other.
pub(crate) fn morning(bank: Address) -> io::Result<Morning> {
    let runtime = tokio::runtime::Builder::new_current_thread().build()?;
    LocalSet::new().block_on(&runtime, customers(bank))
}
