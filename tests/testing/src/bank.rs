//! A bank whose accounts are in a store that answers after some time.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;
use std::time::Duration;

use gen::yield_;

/// The accounts.
#[derive(Debug, Clone)]
pub struct Bank {
    accounts: Rc<RefCell<BTreeMap<&'static str, i64>>>,
}

impl Bank {
    /// A bank with 100 in the account `alice`, and nothing in that of `bob`.
    #[must_use]
    pub fn open() -> Self {
        Bank { accounts: Rc::new(RefCell::new(BTreeMap::from([("alice", 100), ("bob", 0)]))) }
    }

    /// The sum of all accounts, which no transfer changes.
    #[must_use]
    pub fn total(&self) -> i64 {
        self.accounts.borrow().values().sum()
    }

    /// # Errors
    ///
    /// If the store does not answer.
    #[gen::coroutine]
    pub fn balance(self, name: &'static str) -> gen::Result<i64> {
        yield_!(gen::sleep(Duration::from_millis(5)))?;
        Ok(self.accounts.borrow()[name])
    }

    /// # Errors
    ///
    /// If the store does not answer.
    #[gen::coroutine]
    pub fn set_balance(self, name: &'static str, balance: i64) -> gen::Result {
        yield_!(gen::sleep(Duration::from_millis(5)))?;
        self.accounts.borrow_mut().insert(name, balance);
        Ok(())
    }

    /// Sets several accounts in one transaction of the store.
    ///
    /// # Errors
    ///
    /// If the store does not answer.
    #[gen::coroutine]
    pub fn set_balances(self, balances: [(&'static str, i64); 2]) -> gen::Result {
        yield_!(gen::sleep(Duration::from_millis(5)))?;
        self.accounts.borrow_mut().extend(balances);
        Ok(())
    }
}

/// The bug: the money does not arrive if the task ends after it was taken.
///
/// # Errors
///
/// If the store does not answer.
#[gen::coroutine]
pub fn transfer(bank: Bank, from: &'static str, to: &'static str, amount: i64) -> gen::Result {
    let has = yield_!(bank.clone().balance(from))?;
    yield_!(bank.clone().set_balance(from, has - amount))?;
    let had = yield_!(bank.clone().balance(to))?;
    yield_!(bank.set_balance(to, had + amount))
}

/// The same without the bug.
///
/// # Errors
///
/// If the store does not answer.
#[gen::coroutine]
pub fn transfer_at_once(bank: Bank, from: &'static str, to: &'static str, amount: i64) -> gen::Result {
    let (has, had) = yield_!((bank.clone().balance(from), bank.clone().balance(to)))?;
    yield_!(bank.set_balances([(from, has - amount), (to, had + amount)]))
}
