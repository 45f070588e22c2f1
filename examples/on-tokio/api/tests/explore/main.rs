//! Puts each fault at each yield of the coroutines behind the handlers.
//!
//! The coroutines are compiled into this test with another `client.rs`: here the warehouse is in
//! the same process.

#![allow(dead_code, reason = "the program uses all of it")]

#[path = "../../src/background.rs"]
mod background;
mod client;
#[path = "../../src/metrics.rs"]
mod metrics;
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
fn buy(shop: Arc<Shop>, time: Duration) -> g::Result<String> {
    yield_!(g::with_timeout(time, g::cancel_on_drop(shop.buy("tea".to_owned()))))
}

/// An order, with the promises of the shop. An order may clean up after its handler has ended.
fn an_order(time: Duration) -> Explore<'static, Arc<Shop>, String> {
    let order = move || {
        let shop = shop();
        (shop.clone(), buy(shop, time))
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
    an_order(MINUTE).faults(faults).check();
}

/// As above, at a deadline that passes while the order waits for something.
#[test]
fn whatever_fails_an_order_whose_time_is_over_is_given_back() {
    for milliseconds in 0..6 {
        let faults = Fault::ALL.iter().copied().filter(|fault| *fault != Fault::Drop);
        an_order(Duration::from_millis(milliseconds)).faults(faults).check();
    }
}

/// A customer that goes away would take a reservation with it. Only a drop of the order itself does
/// this, which is a task of its own.
#[test]
fn a_handler_that_is_dropped_leaves_nothing_behind() {
    let report = an_order(MINUTE).faults([Fault::Drop]).report();
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

/// A customer would see the price of another item, a request would be left behind, or the warehouse
/// would be asked for each item by itself.
#[test]
fn whatever_fails_each_price_is_that_of_its_item() {
    let world = || {
        let shop = shop();
        (shop.clone(), prices(shop))
    };
    explore(world)
        .invariant(|shop, prices| {
            let stock = shop.client.stock.lock().unwrap();
            g::ensure!(stock.waiting == 0, "a request waits, with {stock:?}");
            let is_whole = |list: &Vec<String>| list.join(",") == "tea,milk,bread,salt";
            g::ensure!(stock.lists.len() <= 2 && stock.lists.iter().all(is_whole), "{stock:?}");
            let expected = ["tea", "milk", "bread", "salt"].map(|item| format!("the price of {item}"));
            g::ensure!(prices.as_ref().is_err() || *prices.as_ref().unwrap() == expected, "{prices:?}");
            Ok(())
        })
        .check();
}

/// Whether the shop is ready after some time. It looks for the warehouse each minute.
#[g::coroutine]
fn is_ready_later(shop: Arc<Shop>) -> g::Result<bool> {
    let (handle, running) = background::start(&shop, None);
    yield_!(g::sleep(4 * MINUTE + MINUTE / 2))?;
    let is_ready = handle.health().is_ready();
    yield_!(running.cancel("the test ends"))?;
    Ok(is_ready)
}

/// A cluster would send no more customers to a shop in whose background something has failed once.
#[test]
fn whatever_fails_in_the_background_the_shop_is_ready_again() {
    let faults = [Fault::Error, Fault::Timeout, Fault::Panic, Fault::LostReply];
    explore(|| ((), is_ready_later(shop())))
        .faults(faults)
        .invariant(|(), is_ready| {
            g::ensure!(is_ready.is_err() || *is_ready.as_ref().unwrap(), "it is not ready");
            Ok(())
        })
        .check();
}
