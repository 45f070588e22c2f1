//! The results of a morning with two customers.

use crate::bank::{Accounts, DEPOSITS};

/// The results of the two transfers.
pub(crate) struct Morning {
    pub(crate) alice: Result<(), String>,
    /// The free connections after alice has left, and those of them that are in a transaction.
    pub(crate) idle: usize,
    pub(crate) in_transaction: usize,
    pub(crate) carol: Result<(), String>,
}

impl Morning {
    pub(crate) fn report(&self, accounts: &Accounts) -> String {
        let told = |transfer: &Result<(), String>| match transfer {
            Ok(()) => "done".to_owned(),
            Err(error) => error.clone(),
        };
        format!(
            "  the transfer of alice's 10: {}\n  connections in the pool: {}, in the middle of a transaction: {}\n  the transfer of carol's 5: {}\n  money in the bank: {} of {}\n",
            told(&self.alice), self.idle, self.in_transaction, told(&self.carol), accounts.total(), DEPOSITS,
        )
    }
}
