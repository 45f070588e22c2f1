//! A depot of parcels that closes in the evening: its gate takes no more parcels, and its sorter
//! sorts what is left and writes the journal of the day.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use gen::yield_;

/// The handle of the gate, which is spawned after the sorter.
type Gate = Rc<RefCell<Option<gen::JoinHandle<()>>>>;

/// The bug: the gate closes after the end of the sorter, and the sorter ends after the gate.
///
/// # Errors
///
/// If the journal is not written.
#[gen::coroutine]
pub fn close() -> gen::Result {
    let gate = Gate::default();
    let (journal, written) = gen::promise();
    let sorter = gen::spawn_local(sort_until_closed(gate.clone(), journal));
    let task = gen::spawn_local(close_gate(sorter, written.clone()));
    *gate.borrow_mut() = Some(task);
    yield_!(written)
}

#[gen::coroutine]
fn close_gate(sorter: gen::JoinHandle<()>, written: gen::SharedFuture<()>) -> gen::Result {
    yield_!(last_parcel())?;
    yield_!(vec![gen::boxed(sorter), gen::boxed(written)])?;
    Ok(())
}

#[gen::coroutine]
fn sort_until_closed(gate: Gate, journal: gen::Promise<()>) -> gen::Result {
    yield_!(sort())?;
    let gate = gate.borrow_mut().take();
    if let Some(gate) = gate {
        yield_!(gate)?;
    }
    let _ = journal.set(());
    Ok(())
}

/// The same without the bug: the gate says when it has taken the last parcel.
///
/// # Errors
///
/// If the journal is not written.
#[gen::coroutine]
pub fn close_in_turn() -> gen::Result {
    let (is_last, last) = gen::promise();
    let (journal, written) = gen::promise();
    let sorter = gen::spawn_local(sort_until_last(last, journal));
    let gate = gen::spawn_local(close_gate_in_turn(is_last, sorter, written));
    yield_!(gate)
}

#[gen::coroutine]
fn close_gate_in_turn(
    is_last: gen::Promise<()>,
    sorter: gen::JoinHandle<()>,
    written: gen::SharedFuture<()>,
) -> gen::Result {
    yield_!(last_parcel())?;
    let _ = is_last.set(());
    yield_!(vec![gen::boxed(sorter), gen::boxed(written)])?;
    Ok(())
}

#[gen::coroutine]
fn sort_until_last(last: gen::SharedFuture<()>, journal: gen::Promise<()>) -> gen::Result {
    yield_!(sort())?;
    yield_!(last)?;
    let _ = journal.set(());
    Ok(())
}

/// Waits for the last parcel of the day.
#[gen::coroutine]
fn last_parcel() -> gen::Result {
    yield_!(gen::sleep(Duration::from_millis(10)))
}

/// Sorts the parcels that are there.
#[gen::coroutine]
fn sort() -> gen::Result {
    yield_!(gen::sleep(Duration::from_millis(20)))
}
