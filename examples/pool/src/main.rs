//! A customer leaves in the middle of a transfer: what `async fn` cannot do, and a coroutine can.
//!
//! A bank's server keeps accounts, reached through a pool with a single connection. A transfer takes the connection, begins a transaction, takes the money from one account, and asks
//! somebody to approve it. At that moment the customer leaves, and the transfer is cancelled. Then the next customer comes, and gets the same connection.
//!
//! The program does it twice. The functions of `with_gen.rs` and of `with_tokio.rs` are the same line by line, but for `#[gen::coroutine]` and `yield_!` on one side, `async` and `.await` on the other:
//!
//! | | cancelled, at the line that waits for the approval | so the connection goes back |
//! |---|---|---|
//! | gen | the line gives an `Err`, and the coroutine goes on: it yields a `ROLLBACK`, waits for the answer, and ends | clean |
//! | tokio | the line never returns: the future is dropped, and a `Drop` cannot wait for a `ROLLBACK` | in the middle of a transaction, which the next customer commits |
//!
//! | file | its part |
//! |---|---|
//! | `bank.rs` | the server: transactions over TCP, on threads of its own |
//! | `pool.rs` | connections, the pool, and how one is given back: for both |
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

/// What became of a morning at the bank.
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
