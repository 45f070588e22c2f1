//! A shop that pays an order at a payment service, and tries again after a failure.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::rc::Rc;
use std::time::Duration;

use gen::yield_;

/// The payment service: the payments that it has made, each with the key of the request.
#[derive(Debug, Clone, Default)]
pub struct Payments {
    payments: Rc<RefCell<Vec<(u32, String)>>>,
    keys: Rc<RefCell<BTreeSet<String>>>,
}

impl Payments {
    /// How often the order was paid.
    #[must_use]
    pub fn count(&self, order: u32) -> usize {
        self.payments.borrow().iter().filter(|(paid, _)| *paid == order).count()
    }

    /// Pays an order, unless there was a request with this key.
    ///
    /// # Errors
    ///
    /// If the service is not reached.
    #[gen::coroutine]
    pub fn pay(self, order: u32, key: String) -> gen::Result {
        yield_!(gen::sleep(Duration::from_millis(50)))?;
        if self.keys.borrow_mut().insert(key.clone()) {
            self.payments.borrow_mut().push((order, key));
        }
        Ok(())
    }
}

/// The bug: each try has a key of its own.
///
/// # Errors
///
/// If the service is not reached twice.
#[gen::coroutine]
pub fn buy(payments: Payments, order: u32) -> gen::Result {
    let mut tries = 1;
    loop {
        match yield_!(payments.clone().pay(order, format!("{order}/{tries}"))) {
            Err(error) if tries < 2 && !error.is_cancelled() => tries += 1,
            done => return done,
        }
    }
}

/// The same without the bug.
///
/// # Errors
///
/// If the service is not reached twice.
#[gen::coroutine]
pub fn buy_once(payments: Payments, order: u32) -> gen::Result {
    let mut tries = 1;
    loop {
        match yield_!(payments.clone().pay(order, format!("{order}"))) {
            Err(error) if tries < 2 && !error.is_cancelled() => tries += 1,
            done => return done,
        }
    }
}
