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
//! | `pool.rs` | connections and the pool, for both |
//! | `with_gen.rs` | the transfer as a coroutine |
//! | `with_tokio.rs` | the transfer as an `async fn` |
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
mod pool;
mod with_gen;
mod with_tokio;

use std::error::Error;

use crate::bank::Bank;

/// The results of the two transfers.
struct Morning {
    alice: Result<(), String>,
    idle: usize,
    in_transaction: usize,
    carol: Result<(), String>,
}

fn main() -> Result<(), Box<dyn Error>> {
    let bank = Bank::open()?;
    print!("with gen:\n{}", with_gen::morning(bank.address())?.report(&bank));
    let bank = Bank::open()?;
    print!("with tokio:\n{}", with_tokio::morning(bank.address())?.report(&bank));
    Ok(())
}

impl Morning {
    fn report(&self, bank: &Bank) -> String {
        let told = |transfer: &Result<(), String>| match transfer {
            Ok(()) => "done".to_owned(),
            Err(error) => error.clone(),
        };
        format!(
            "  the transfer of alice's 10: {}\n  connections in the pool: {}, in the middle of a transaction: {}\n  the transfer of carol's 5: {}\n  money in the bank: {} of {}\n",
            told(&self.alice), self.idle, self.in_transaction, told(&self.carol), bank.total(), bank::DEPOSITS,
        )
    }
}
