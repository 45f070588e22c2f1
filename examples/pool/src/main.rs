//! Cancels a transfer in the middle of its transaction. A coroutine can then clean up; an
//! `async fn` cannot.
//!
//! A bank's server keeps accounts. The program reaches it through a pool with a single connection.
//! A transfer takes the connection, begins a transaction, takes the money from one account, and
//! waits for an approval. At that moment the customer leaves, and the transfer is cancelled. Then
//! the next customer gets the same connection.
//!
//! The program does this twice. The functions of `with_gen.rs` and `with_tokio.rs` are the same
//! line by line. The only differences are `#[gen::coroutine]` and `yield_!` on one side, and
//! `async` and `.await` on the other:
//!
//! | | when it is cancelled, at the line that waits for the approval | the connection returns to the pool |
//! |---|---|---|
//! | gen | the line gives an `Err`, and the coroutine goes on: it yields a `ROLLBACK`, waits for the answer, and ends | clean |
//! | tokio | the line never returns: the future is dropped, and a `Drop` cannot wait for a `ROLLBACK` | in the middle of a transaction, which the next customer commits |
//!
//! | file | contents |
//! |---|---|
//! | `bank.rs` | the server: transactions over TCP, on threads of its own |
//! | `connection.rs`, `pool.rs` | connections and the pool, for both |
//! | `with_gen.rs` | the transfer as a coroutine |
//! | `with_tokio.rs` | the transfer as an `async fn` |
//! | `morning.rs` | the results of both |
//!
//! It prints:
//!
//! ```text
//! with gen:
//!   the transfer of alice's 10: cancelled: the customer has left
//!   connections in the pool: 1, in the middle of a transaction: 0
//!   the transfer of carol's 5: done
//!   money in the bank: 400 of 400
//! with tokio:
//!   the transfer of alice's 10: task was cancelled
//!   connections in the pool: 1, in the middle of a transaction: 1
//!   the transfer of carol's 5: done
//!   money in the bank: 390 of 400
//! ```

mod bank;
mod connection;
mod morning;
mod pool;
mod with_gen;
mod with_tokio;

use std::error::Error;

use crate::bank::Bank;

fn main() -> Result<(), Box<dyn Error>> {
    let bank = Bank::open()?;
    print!("with gen:\n{}", with_gen::morning(bank.address())?.report(bank.accounts()));
    let bank = Bank::open()?;
    print!("with tokio:\n{}", with_tokio::morning(bank.address())?.report(bank.accounts()));
    Ok(())
}
