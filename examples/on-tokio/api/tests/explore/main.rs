//! Puts each fault at each yield of the coroutines behind the handlers.
//!
//! The coroutines are compiled into this test with another `client.rs`: here the warehouse is in
//! the same process.

#![allow(dead_code, reason = "the program uses all of it")]

mod client;
#[path = "../../src/orders.rs"]
mod orders;

use std::sync::Arc;
use std::time::Duration;

use r#gen::testing::{Explore, Fault, explore};
use r#gen::{self as g, yield_};

use orders::Shop;

/// A request takes a millisecond or two.
const MINUTE: Duration = Duration::from_secs(60);

fn shop() -> Arc<Shop> {
    Arc::new(Shop::new(["one".to_owned(), "two".to_owned()], MINUTE))
}

/// The handler, without axum.
#[g::coroutine]
fn buy(shop: Arc<Shop>) -> g::Result<String> {
    yield_!(g::cancel_on_drop(shop.buy("tea".to_owned())))
}

/// An order, with the promises of the shop. An order may clean up after its handler has ended.
fn an_order() -> Explore<'static, Arc<Shop>, String> {
    let order = || {
        let shop = shop();
        (shop.clone(), buy(shop))
    };
    explore(order).linger(MINUTE).invariant(|shop, answer| {
        let stock = shop.client.stock.lock().unwrap();
        g::ensure!(stock.reserved.is_empty() && stock.waiting == 0, "the order has ended, with {stock:?}");
        g::ensure!(answer.is_err() || stock.sold == 1, "the answer is that the item is sold, with {stock:?}");
        g::ensure!(shop.orders.is_empty(), "the shutdown would wait for the order");
        Ok(())
    })
}

/// An item would be reserved for ever, or a customer would have an item that is not sold.
#[test]
fn whatever_fails_no_item_stays_reserved() {
    let faults = Fault::ALL.iter().copied().filter(|fault| *fault != Fault::Drop);
    an_order().faults(faults).check();
}

/// A customer that goes away would take a reservation with it. Only a drop of the order itself does
/// this, which is a task of its own.
#[test]
fn a_handler_that_is_dropped_leaves_nothing_behind() {
    let report = an_order().faults([Fault::Drop]).report();
    assert!(!report.findings().is_empty(), "{report}");
    for finding in report.findings() {
        let (step, _) = finding.faults()[0];
        assert_eq!(finding.steps()[step].task(), 1, "{report}");
    }
}

#[g::coroutine]
fn prices(shop: Arc<Shop>) -> g::Result<Vec<String>> {
    yield_!(shop.prices("tea,milk,bread,salt"))
}

/// A customer would see the price of another item, or a request would be left behind.
#[test]
fn whatever_fails_each_price_is_that_of_its_item() {
    let world = || {
        let shop = shop();
        (shop.clone(), prices(shop))
    };
    explore(world)
        .invariant(|shop, prices| {
            let waiting = shop.client.stock.lock().unwrap().waiting;
            g::ensure!(waiting == 0, "{waiting} requests wait");
            let expected = ["tea", "milk", "bread", "salt"].map(|item| format!("the price of {item}"));
            g::ensure!(prices.as_ref().is_err() || *prices.as_ref().unwrap() == expected, "{prices:?}");
            Ok(())
        })
        .check();
}
