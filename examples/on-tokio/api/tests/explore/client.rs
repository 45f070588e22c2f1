//! Requests to a warehouse in the same process: without sockets, and each takes its time on the
//! clock of the loop.

use std::collections::{HashMap, HashSet};
use std::sync::Mutex;
use std::time::Duration;

use r#gen::{self as g, yield_};

use crate::orders::Order;

/// The warehouse itself, which counts what the tests look at.
#[derive(Default)]
pub(crate) struct Client {
    pub(crate) stock: Mutex<Stock>,
}

#[derive(Debug, Default)]
pub(crate) struct Stock {
    /// The orders whose item is reserved.
    pub(crate) reserved: HashSet<u64>,
    pub(crate) sold: usize,
    /// The requests that wait for an answer.
    pub(crate) waiting: usize,
    /// The items of each question for many prices.
    pub(crate) lists: Vec<Vec<String>>,
}

impl Client {
    #[g::coroutine]
    pub(crate) fn price(&self, _replica: &str, item: &str) -> g::Result<String> {
        let _waiting = self.waiting();
        yield_!(on_the_way())?;
        Ok(format!("the price of {item}"))
    }

    #[g::coroutine]
    pub(crate) fn prices(&self, _replica: &str, items: &[String]) -> g::Result<HashMap<String, String>> {
        let _waiting = self.waiting();
        self.stock.lock().unwrap().lists.push(items.to_vec());
        yield_!(on_the_way())?;
        Ok(items.iter().map(|item| (item.clone(), format!("the price of {item}"))).collect())
    }

    #[g::coroutine]
    pub(crate) fn is_alive(&self, _replica: &str, _within: Duration) -> g::Result<bool> {
        yield_!(on_the_way())?;
        Ok(true)
    }

    #[g::coroutine]
    pub(crate) fn change(&self, _replica: &str, verb: &str, order: &Order) -> g::Result<String> {
        let _waiting = self.waiting();
        yield_!(on_the_way())?;
        self.stock.lock().unwrap().change(verb, order.number);
        yield_!(on_the_way())?;
        Ok("done".to_owned())
    }

    /// Counts a request until it has an answer or is dropped.
    fn waiting(&self) -> impl Drop {
        struct Waiting<'c>(&'c Client);
        impl Drop for Waiting<'_> {
            fn drop(&mut self) {
                self.0.stock.lock().unwrap().waiting -= 1;
            }
        }
        self.stock.lock().unwrap().waiting += 1;
        Waiting(self)
    }
}

impl Stock {
    fn change(&mut self, verb: &str, order: u64) {
        match verb {
            "reserve" => drop(self.reserved.insert(order)),
            "release" => drop(self.reserved.remove(&order)),
            "sell" => self.sold += usize::from(self.reserved.remove(&order)),
            _ => {}
        }
    }
}

fn on_the_way() -> g::Sleep {
    g::sleep(Duration::from_millis(1))
}

/// All replicas can be reached.
pub(crate) fn cannot_connect(_error: &g::Error) -> bool {
    false
}
