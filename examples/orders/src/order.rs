//! The body of an order, which all mains share.
//!
//! | state of the order | next, if all is well | if it fails, or is cancelled |
//! |---|---|---|
//! | nothing was done | it is charged | undo |
//! | charged | all lines are picked, in parallel | undo |
//! | picked | it is approved, within the deadline | undo |
//! | approved | it is shipped: the point of no return | undo, if the shop refuses to ship |
//! | undo | the money is paid back, and each line is put back | tried again until it is done |

use std::future::Future;
use std::time::Duration;

use gen::yield_;
use gen_durable::{set_state, signal, sleep, step, with_timeout, SetState};
use serde::{Deserialize, Serialize};

use crate::request::Request;
use crate::shop::Shop;

/// The name of the body in a store.
pub const BODY: &str = "order";

/// The name of the signal that approves an order. Its value is the name of the person.
pub const APPROVED: &str = "approved";

/// The name of the state that shows how far an order is: a [`Progress`].
pub const PROGRESS: &str = "progress";

/// The number of stages of an order that ships.
pub const STAGES: u32 = 4;

/// How far an order is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Progress {
    /// The number of stages that are done.
    pub done: u32,
    /// The last one of them: "picked".
    pub stage: String,
}

/// The time of the walk to a shelf.
const WALK: Duration = Duration::from_millis(20);

/// An order, as the customer has sent it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Order {
    /// The key of its run.
    pub id: String,
    /// One line for each item.
    pub items: Vec<String>,
    /// The price.
    pub cents: i64,
    /// The time for the approval.
    pub approval_seconds: u64,
}

impl Order {
    /// An order of these items, each for ten euros, with three days for the approval.
    pub fn new(id: impl Into<String>, items: impl IntoIterator<Item = impl Into<String>>) -> Self {
        let items: Vec<String> = items.into_iter().map(Into::into).collect();
        let cents = i64::try_from(items.len()).unwrap_or(i64::MAX).saturating_mul(1000);
        Order { id: id.into(), items, cents, approval_seconds: 3 * 86_400 }
    }

    /// The same order with another time for the approval.
    #[must_use]
    pub fn approved_within(self, seconds: u64) -> Self {
        Order { approval_seconds: seconds, ..self }
    }
}

/// Charges, picks, waits for the approval, and ships. Whatever goes wrong, it is undone.
///
/// # Cancellation
///
/// It is undone, unless it has shipped.
#[gen::coroutine]
pub fn order(shop: Shop, order: Order) -> gen::Result<String> {
    match yield_!(fulfil(&shop, &order)) {
        Err(error) => {
            // A second cancellation waits until all is undone.
            yield_!(gen::shield(undo(&shop, &order)))?;
            Err(error)
        }
        shipped => shipped,
    }
}

#[gen::coroutine]
fn fulfil(shop: &Shop, order: &Order) -> gen::Result<String> {
    yield_!(request(shop, order, Request::Charge { cents: order.cents }))?;
    yield_!(progress(1, "charged"))?;
    // Parallel, and each child has steps of its own.
    let picks = (0..order.items.len()).map(|line| pick(shop, order, line));
    yield_!(picks.collect::<Vec<_>>())?;
    yield_!(progress(2, "picked"))?;
    let by = yield_!(approval(order))?;
    yield_!(progress(3, format!("approved by {by}")))?;
    // A cancellation in the middle, or a last attempt, would not know whether the parcel has left.
    let parcel = yield_!(gen::shield(until_done(shop, order, Request::Ship)))?;
    Ok(format!("{parcel}, approved by {by}"))
}

#[gen::coroutine]
fn pick(shop: &Shop, order: &Order, line: usize) -> gen::Result {
    let item = order.items[line].clone();
    yield_!(request(shop, order, Request::Find { line, item: item.clone() }))?;
    yield_!(sleep(WALK))?;
    yield_!(request(shop, order, Request::Pick { line, item }))?;
    Ok(())
}

/// Gives the name of the person who approves it.
#[gen::coroutine]
fn approval(order: &Order) -> gen::Result<String> {
    let time = Duration::from_secs(order.approval_seconds);
    match yield_!(with_timeout(time, signal::<String>(APPROVED))) {
        Err(error) if error.is::<gen::TimeoutError>() => {
            gen::bail!("there was no approval within {}", crate::list::span(time))
        }
        approved => approved,
    }
}

/// Pays the money back, and puts back each line that was picked.
///
/// A step that was cancelled may have done its work, so this asks for all of it. The bank and the
/// warehouse know what there is to undo.
#[gen::coroutine]
fn undo(shop: &Shop, order: &Order) -> gen::Result {
    yield_!(progress(0, "to be undone"))?;
    let lines = order.items.iter().enumerate();
    let put_back = lines.map(|(line, item)| {
        let item = item.clone();
        until_done(shop, order, Request::PutBack { line, item })
    });
    yield_!((until_done(shop, order, Request::Refund), put_back.collect::<Vec<_>>()))?;
    Ok(())
}

#[track_caller]
fn progress(done: u32, stage: impl Into<String>) -> SetState {
    set_state(PROGRESS, &Progress { done, stage: stage.into() })
}

/// A step that asks the shop, five times at most.
#[track_caller]
fn request(shop: &Shop, order: &Order, request: Request) -> impl Future<Output = gen::Result<String>> {
    let (shop, id, label) = (shop.clone(), order.id.clone(), request.to_string());
    step(label, move || shop.answer(id, request)).retry(waits().take(4))
}

/// A step that asks the shop until it does it, or refuses.
#[track_caller]
fn until_done(shop: &Shop, order: &Order, request: Request) -> impl Future<Output = gen::Result<String>> {
    let (shop, id, label) = (shop.clone(), order.id.clone(), request.to_string());
    step(label, move || shop.answer(id, request)).retry(waits())
}

fn waits() -> gen::Backoff {
    gen::backoff(Duration::from_millis(50)).at_most(Duration::from_secs(60)).jitter()
}
