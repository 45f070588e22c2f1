//! `plain`: the body of an order in one process, and in its memory.
//!
//! Without a journal the body is an ordinary coroutine, up to the approval: a signal needs
//! something to which it can be sent, so its yield fails with
//! [`NoJournal`](gen_durable::NoJournal), and the order is undone. A journal in memory has signals,
//! and is gone with the process.

use std::future::Future;

use gen::{yield_, JoinHandle, OneOf2};
use gen_durable::{MemoryJournal, Records};

use crate::order::{order, Order, APPROVED};
use crate::shop::Shop;

/// The answer of the person who is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// This person approves the order.
    Approved(String),
    /// The order is to be cancelled.
    Cancelled,
}

/// Runs an order over a journal in memory, and asks for an approval.
///
/// # Errors
///
/// Those of the order, and that of `ask`, after which the order is undone.
///
/// # Cancellation
///
/// The order is undone, unless it has shipped.
#[gen::coroutine]
pub fn with_memory(
    shop: Shop,
    args: Order,
    ask: impl Future<Output = gen::Result<Answer>>,
) -> gen::Result<String> {
    let records = Records::new();
    let mut run = gen::spawn(gen_durable::run(order(shop, args), MemoryJournal::new(&records)));
    match yield_!(until_ended(&mut run, &records, ask)) {
        Err(error) => {
            // If the ask has failed, or this coroutine was cancelled, the order is still there, and
            // nothing would undo it. If the order itself has failed, its handle has no second
            // result, and the error is that of the first one.
            drop(run.cancel("nobody waits for the order"));
            yield_!(gen::shield(run)).or(Err(error))
        }
        ended => ended,
    }
}

#[gen::coroutine]
fn until_ended(
    run: &mut JoinHandle<String>,
    records: &Records,
    ask: impl Future<Output = gen::Result<Answer>>,
) -> gen::Result<String> {
    match yield_!(gen::first_of((&mut *run, ask)))? {
        OneOf2::First(ended) => return Ok(ended),
        OneOf2::Second(Answer::Approved(by)) => records.send_signal(APPROVED, &by)?,
        OneOf2::Second(Answer::Cancelled) => drop(run.cancel("the customer")),
    }
    yield_!(run)
}

/// Runs an order without a journal.
///
/// # Errors
///
/// Those of the order.
#[gen::coroutine]
pub fn without_journal(shop: Shop, args: Order) -> gen::Result<String> {
    yield_!(order(shop, args))
}
