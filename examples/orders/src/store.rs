//! `OrderStore`: the orders in a file of SQLite, with the books beside it.
//!
//! These are the functions of the tools: each opens the file, does one thing, and needs no body of
//! an order. Processes that run the orders may work on the file meanwhile: see `worker.rs`.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use gen_durable::{Outcome, RunInfo, RunState, SqliteOptions, SqliteStore};

use crate::audit::{audit, End};
use crate::books::{Books, Entry};
use crate::order::{Order, Progress, APPROVED, BODY, PROGRESS};

/// The ending of the file of the books.
pub const BOOKS: &str = "books";

/// The orders.
#[derive(Debug, Clone)]
pub struct OrderStore {
    store: SqliteStore,
    path: PathBuf,
}

/// The state of an order, for the person who has changed it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GoesOn {
    /// A process runs it.
    Now,
    /// No process runs it.
    Later,
}

impl OrderStore {
    /// Opens the store, and makes it if it is not there.
    ///
    /// # Errors
    ///
    /// A file that is no store.
    pub fn open_or_make(path: &Path, options: &SqliteOptions) -> gen::Result<Self> {
        gen::ensure!(!path.is_dir(), "{} is a folder: name a file in it", path.display());
        gen::ensure!(path != path.with_extension(BOOKS), "{} is the name of the books", path.display());
        Ok(OrderStore { store: options.clone().open(path)?, path: path.to_owned() })
    }

    /// Opens a store that is there.
    ///
    /// # Errors
    ///
    /// A file that is no store, or not there.
    pub fn open(path: &Path) -> gen::Result<Self> {
        gen::ensure!(
            path.exists(),
            "there is no file {}: `orders start` and `orders run` make it",
            path.display()
        );
        OrderStore::open_or_make(path, &SqliteOptions::new())
    }

    /// The store of gen-durable.
    #[must_use]
    pub fn durable(&self) -> &SqliteStore {
        &self.store
    }

    /// Opens the books.
    ///
    /// # Errors
    ///
    /// Those of SQLite.
    pub fn books(&self) -> gen::Result<Books> {
        Books::open(&self.path.with_extension(BOOKS))
    }

    /// All orders, in the order in which they were begun.
    ///
    /// # Errors
    ///
    /// [`StoreError`](gen_durable::StoreError).
    pub fn runs(&self) -> gen::Result<Vec<RunInfo>> {
        let mut runs = self.store.runs()?;
        runs.retain(|run| run.body == BODY);
        Ok(runs)
    }

    /// The order of a run.
    ///
    /// # Errors
    ///
    /// [`StoreError`](gen_durable::StoreError).
    pub fn order(&self, id: &str) -> gen::Result<Order> {
        self.store.arguments(BODY, id)
    }

    /// How far an order is. `None` if it has done nothing.
    ///
    /// # Errors
    ///
    /// [`StoreError`](gen_durable::StoreError).
    pub fn progress(&self, id: &str) -> gen::Result<Option<Progress>> {
        self.store.state(BODY, id, PROGRESS)
    }

    /// Adds an order for the processes that run the store.
    ///
    /// # Errors
    ///
    /// An order of this key that is there already.
    pub fn start(&self, order: &Order) -> gen::Result {
        let is_new = self.store.add(BODY, &order.id, order)?;
        gen::ensure!(is_new, "the order {} is there already: `orders list` shows it", order.id);
        Ok(())
    }

    /// So many new orders, with the numbers that follow those in the store.
    ///
    /// # Errors
    ///
    /// [`StoreError`](gen_durable::StoreError).
    pub fn new_orders(&self, count: usize, approval_seconds: u64) -> gen::Result<Vec<Order>> {
        const ITEMS: [&str; 5] = ["tea", "milk", "honey", "rice", "salt"];
        let last = self.runs()?.iter().filter_map(|run| run.key.parse::<usize>().ok()).max();
        let numbers = (1..=count).map(|number| last.unwrap_or(0) + number);
        let order = |number: usize| {
            let items = (0..1 + number % 3).map(|at| ITEMS[(number + at) % ITEMS.len()]);
            Order::new(number.to_string(), items).approved_within(approval_seconds)
        };
        Ok(numbers.map(order).collect())
    }

    /// Approves an order.
    ///
    /// # Errors
    ///
    /// An order that is not there, has ended, or was approved before.
    pub fn approve(&self, id: &str, by: &str) -> gen::Result<GoesOn> {
        let run = self.unended(id, "approve")?;
        let records = self.store.records(BODY, id)?;
        gen::ensure!(
            !records.signals().iter().any(|name| name == APPROVED),
            "the order {id} was approved before"
        );
        self.store.send_signal(BODY, id, APPROVED, by)?;
        Ok(goes_on(&run))
    }

    /// Asks for the cancellation of an order.
    ///
    /// # Errors
    ///
    /// An order that is not there, or has ended.
    pub fn cancel(&self, id: &str, reason: &str) -> gen::Result<GoesOn> {
        let run = self.unended(id, "cancel")?;
        self.store.cancel(BODY, id, reason)?;
        Ok(goes_on(&run))
    }

    /// The orders that wait for an approval.
    ///
    /// # Errors
    ///
    /// [`StoreError`](gen_durable::StoreError).
    pub fn waiting_for_approval(&self) -> gen::Result<Vec<String>> {
        let signal = format!("the signal `{APPROVED}`");
        let mut runs = self.runs()?;
        runs.retain(|run| run.waits_for.iter().any(|wait| wait.what == signal));
        let mut ids: Vec<String> = runs.into_iter().map(|run| run.key).collect();
        // A signal that was sent, and has not arrived yet.
        let is_new =
            |id: &String| Ok(!self.store.records(BODY, id)?.signals().iter().any(|name| name == APPROVED));
        let kept: Vec<bool> = ids.iter().map(is_new).collect::<gen::Result<_>>()?;
        let mut kept = kept.into_iter();
        ids.retain(|_| kept.next().unwrap_or(false));
        Ok(ids)
    }

    fn unended(&self, id: &str, verb: &str) -> gen::Result<RunInfo> {
        let Some(run) = self.runs()?.into_iter().find(|run| run.key == id) else {
            gen::bail!("there is no order {id} in {}: `orders list` shows all", self.path.display())
        };
        let RunState::Ended(outcome) = &run.state else { return Ok(run) };
        gen::bail!("the order {id} has ended, so there is nothing to {verb}: {}", result_text(outcome))
    }

    /// Compares the books with the orders. Gives the complaints.
    ///
    /// # Errors
    ///
    /// [`StoreError`](gen_durable::StoreError), and those of the books.
    pub fn audit(&self) -> gen::Result<Vec<String>> {
        self.audit_after(|books| books.entries())
    }

    /// The ends are those before the books are read: an order that ends meanwhile is taken for an
    /// open one, of which each sum may be that of an ended one. So is an order that comes
    /// meanwhile.
    fn audit_after(&self, read: impl FnOnce(&Books) -> gen::Result<Vec<Entry>>) -> gen::Result<Vec<String>> {
        let ends: HashMap<String, End> =
            self.runs()?.into_iter().map(|run| (run.key, end_of(&run.state))).collect();
        let entries = read(&self.books()?)?;
        let mut orders = Vec::new();
        for run in self.runs()? {
            let end = ends.get(&run.key).copied().unwrap_or(End::Open);
            orders.push((self.order(&run.key)?, end));
        }
        Ok(audit(&entries, &orders))
    }
}

fn end_of(state: &RunState) -> End {
    match state {
        RunState::Ended(Outcome::Value(_)) => End::Shipped,
        RunState::Ended(Outcome::Failed(_)) => End::Undone,
        _ => End::Open,
    }
}

fn goes_on(run: &RunInfo) -> GoesOn {
    match run.state {
        RunState::InProgress => GoesOn::Now,
        _ => GoesOn::Later,
    }
}

/// The result of an order, for people.
pub(crate) fn result_text(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Value(json) => serde_json::from_str(json).unwrap_or_else(|_| json.clone()),
        Outcome::Failed(failed) => failed.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::request::Request;

    /// An audit while orders run would report mistakes that are none.
    #[test]
    fn an_order_that_comes_during_the_audit_is_an_open_one() {
        let folder = std::env::temp_dir().join(format!("orders-audit-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let options = SqliteOptions::new().survive_power_cut(false);
        let store = OrderStore::open_or_make(&folder.join("orders.db"), &options).unwrap();
        let complaints = store.audit_after(|books| {
            let order = Order::new("7", ["tea"]);
            store.start(&order)?;
            books.answer("7", &Request::Charge { cents: order.cents })?;
            books.answer("8", &Request::Charge { cents: 1 })?;
            books.entries()
        });
        drop(store);
        std::fs::remove_dir_all(&folder).unwrap();
        assert_eq!(complaints.unwrap(), ["order 8: the books have entries of it, and the store has none"]);
    }
}
