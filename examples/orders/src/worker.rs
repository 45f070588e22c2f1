//! `work`: runs the orders of a store in this process. Several processes may do so at once.

use std::time::Duration;

use gen::yield_;
use gen_durable::{resume_all, Bodies, RunState};

use crate::order::{order, Order, BODY};
use crate::shop::Shop;
use crate::store::OrderStore;

/// The time between two looks for orders that are new, or whose process has died.
const LOOK: Duration = Duration::from_millis(100);

/// Whether the work ever ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Until {
    /// It does not: more orders may come.
    Killed,
    /// When all orders of the store have ended.
    Done,
}

/// The bodies of the store.
pub fn bodies(shop: Shop) -> Bodies {
    Bodies::new().body(BODY, move |args| order(shop.clone(), args))
}

/// Starts these orders, and runs all orders of the store that no other process runs.
///
/// # Errors
///
/// [`StoreError`](gen_durable::StoreError). An order that fails is no error.
#[gen::coroutine]
pub fn work(store: OrderStore, shop: Shop, new: Vec<Order>, until: Until) -> gen::Result {
    let runs = resume_all(store.durable(), bodies(shop))?;
    for order in new {
        yield_!(runs.start(BODY, &order.id, &order))?;
    }
    loop {
        yield_!(gen::sleep(LOOK))?;
        runs.resume()?;
        let is_ended = |run: &gen_durable::RunInfo| matches!(run.state, RunState::Ended(_));
        if until == Until::Done && store.runs()?.iter().all(is_ended) {
            return Ok(());
        }
    }
}
