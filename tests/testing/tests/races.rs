//! The promises of `first_ok` and `hedge`, with faults at any of their yields. The comment above a
//! test says what users would lose if it failed.

// The replies that are lost need them.
#![cfg(any(debug_assertions, feature = "testing"))]

use std::cell::{Cell, RefCell};
use std::future::Future;
use std::rc::Rc;
use std::time::Duration;

use gen::testing::{explore, Fault};
use gen::yield_;
use rstest::rstest;

const SECOND: Duration = Duration::from_secs(1);

/// The tries of a race.
const TRIES: u32 = 3;

/// The orders of a race. Each try makes one.
#[derive(Debug, Default)]
struct Orders {
    begun: Cell<u32>,
    running: Cell<u32>,
    /// The tries that were not dropped before their end.
    ended: Cell<u32>,
    /// The numbers of the tries that have a value.
    confirmed: RefCell<Vec<u32>>,
    /// The number of tries that had begun when the first of them was cancelled.
    begun_at_cancellation: Cell<Option<u32>>,
}

/// Counts a try until it is dropped.
struct Running(Rc<Orders>);

impl Running {
    fn begin(orders: &Rc<Orders>) -> Running {
        orders.begun.set(orders.begun.get() + 1);
        orders.running.set(orders.running.get() + 1);
        Running(orders.clone())
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.0.running.set(self.0.running.get() - 1);
    }
}

/// The first try is slow, the second one is refused, and the third one is quick.
#[gen::coroutine]
fn order(orders: Rc<Orders>) -> gen::Result<u32> {
    let running = Running::begin(&orders);
    let number = orders.begun.get();
    let answer = yield_!(gen::sleep(if number == 1 { 9 * SECOND } else { SECOND }));
    if let Err(error) = answer {
        if error.is::<gen::Cancelled>() && orders.begun_at_cancellation.get().is_none() {
            orders.begun_at_cancellation.set(Some(orders.begun.get()));
        }
        // Withdraws the order. The error does not say that it was cancelled.
        let withdrawn = yield_!(gen::sleep(SECOND));
        orders.ended.set(orders.ended.get() + 1);
        withdrawn?;
        gen::bail!("the order was withdrawn");
    }
    // A try that is cancelled now succeeds all the same.
    let confirmed = yield_!(gen::shield(gen::sleep(SECOND)));
    orders.ended.set(orders.ended.get() + 1);
    confirmed?;
    gen::ensure!(number != 2, "sold out");
    drop(running);
    orders.confirmed.borrow_mut().push(number);
    Ok(number)
}

#[derive(Clone, Copy)]
enum Race {
    List,
    Tuple,
    Hedge,
}

#[derive(Clone, Copy, PartialEq)]
enum Losers {
    Dropped,
    Cancelled,
}

#[gen::coroutine]
fn race(orders: Rc<Orders>, race: Race, losers: Losers) -> gen::Result<u32> {
    let order = || order(orders.clone());
    let is_cancelling = losers == Losers::Cancelled;
    match race {
        Race::List => {
            let race = gen::first_ok([order(), order(), order()]);
            Ok(yield_!(if is_cancelling { race.cancel() } else { race })?.1)
        }
        Race::Tuple => {
            let race = gen::first_ok((order(), order(), order()));
            Ok(yield_!(if is_cancelling { race.cancel() } else { race })?.into_inner())
        }
        Race::Hedge => {
            let race = gen::hedge(2 * SECOND, TRIES as usize, order);
            yield_!(if is_cancelling { race.cancel() } else { race })
        }
    }
}

fn world(kind: Race, losers: Losers) -> (Rc<Orders>, impl Future<Output = gen::Result<u32>>) {
    let orders = Rc::<Orders>::default();
    (orders.clone(), race(orders, kind, losers))
}

/// Otherwise a loser would go on in vain, or a server would get more requests than were allowed.
#[rstest]
fn no_try_is_left_and_there_are_no_more_than_allowed(
    #[values(Race::List, Race::Tuple, Race::Hedge)] race: Race,
    #[values(Losers::Dropped, Losers::Cancelled)] losers: Losers,
) {
    explore(|| world(race, losers))
        .pairs()
        .invariant(|orders, _| {
            gen::ensure!(orders.running.get() == 0, "a try is running: {orders:?}");
            gen::ensure!(orders.begun.get() <= TRIES, "too many tries: {orders:?}");
            let begun_then = orders.begun_at_cancellation.get().unwrap_or(orders.begun.get());
            gen::ensure!(orders.begun.get() == begun_then, "tried after the cancellation: {orders:?}");
            Ok(())
        })
        .check();
}

/// Otherwise the order of a loser would be neither confirmed nor withdrawn.
#[rstest]
fn losers_that_are_cancelled_come_to_their_end(#[values(Race::List, Race::Tuple, Race::Hedge)] race: Race) {
    explore(|| world(race, Losers::Cancelled))
        // The others drop the race itself.
        .faults([Fault::Cancel, Fault::LostReply])
        .pairs()
        .invariant(|orders, _| {
            gen::ensure!(orders.ended == orders.begun, "a try was dropped: {orders:?}");
            Ok(())
        })
        .check();
}

/// Otherwise the caller would take a cancellation for a failure and try again, or would not know of
/// an order that was confirmed.
#[rstest]
fn a_cancelled_race_has_the_value_of_a_try_or_ends_as_cancelled(
    #[values(Race::List, Race::Tuple, Race::Hedge)] race: Race,
    #[values(Losers::Dropped, Losers::Cancelled)] losers: Losers,
) {
    explore(|| world(race, losers))
        .faults([Fault::Cancel])
        .pairs()
        .invariant(|orders, result| {
            let confirmed = orders.confirmed.borrow();
            match result {
                Ok(number) => gen::ensure!(confirmed.contains(number), "{number}: {orders:?}"),
                Err(error) => {
                    gen::ensure!(error.is_cancelled(), "the cancellation was lost: {error}");
                    gen::ensure!(confirmed.is_empty(), "an order was lost: {orders:?}");
                }
            }
            Ok(())
        })
        .check();
}

/// Otherwise the orders that were confirmed after the first one would not be known.
#[test]
fn a_race_that_settles_has_the_result_of_each_try() {
    #[gen::coroutine]
    fn settled(orders: Rc<Orders>) -> gen::Result<Vec<Option<u32>>> {
        let tries = (0..TRIES).map(|_| order(orders.clone()));
        let ((_, first), losers) = yield_!(gen::first_ok(tries).cancel().settle())?;
        Ok(losers.into_iter().map(|(_, result)| result.ok()).chain([Some(first)]).collect())
    }
    let world = || {
        let orders = Rc::<Orders>::default();
        (orders.clone(), settled(orders))
    };
    let invariant = |orders: &Rc<Orders>, result: &gen::Result<Vec<Option<u32>>>| {
        let Ok(results) = result else { return Ok(()) };
        let mut values: Vec<u32> = results.iter().copied().flatten().collect();
        let mut confirmed = orders.confirmed.borrow().clone();
        values.sort_unstable();
        confirmed.sort_unstable();
        gen::ensure!(values == confirmed, "{values:?} are known: {orders:?}");
        gen::ensure!(results.len() == orders.begun.get() as usize, "{results:?}: {orders:?}");
        Ok(())
    };
    explore(world).pairs().invariant(invariant).check();
}

/// A try that panics where a yield fails.
#[gen::coroutine]
fn fragile(orders: Rc<Orders>) -> gen::Result<u32> {
    let _running = Running::begin(&orders);
    let number = orders.begun.get();
    let answer = yield_!(gen::sleep(number * SECOND));
    orders.ended.set(orders.ended.get() + 1);
    answer.expect("the answer must come");
    orders.confirmed.borrow_mut().push(number);
    Ok(number)
}

/// Otherwise a try that panics would take those with it that succeed, or would be left running.
#[rstest]
fn a_panic_of_a_try_is_not_one_of_the_race(#[values(true, false)] hedges: bool) {
    #[gen::coroutine]
    fn body(orders: Rc<Orders>, hedges: bool) -> gen::Result<u32> {
        let order = || fragile(orders.clone());
        match hedges {
            true => yield_!(gen::hedge(SECOND / 2, TRIES as usize, order)),
            false => Ok(yield_!(gen::first_ok([order(), order(), order()]))?.1),
        }
    }
    let world = || {
        let orders = Rc::<Orders>::default();
        (orders.clone(), body(orders, hedges))
    };
    explore(world)
        .faults([Fault::Error, Fault::LostReply])
        .invariant(|orders, result| {
            gen::ensure!(orders.running.get() == 0, "a try is running: {orders:?}");
            let panicked = orders.ended.get() as usize - orders.confirmed.borrow().len();
            gen::ensure!(panicked == 0 || result.is_ok(), "the others were lost: {orders:?}");
            Ok(())
        })
        .check();
    explore(world)
        .faults([Fault::Cancel])
        .invariant(|orders, result| {
            gen::ensure!(orders.running.get() == 0, "a try is running: {orders:?}");
            let is_cancelled = result.as_ref().is_err_and(gen::Error::is_cancelled);
            gen::ensure!(result.is_ok() || is_cancelled, "the cancellation was lost: {result:?}");
            Ok(())
        })
        .check();
}
