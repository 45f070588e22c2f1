//! Shows what becomes of reservations when customers go away.
//!
//! `api` prints the text of the README. `api serve` serves until Ctrl-C is pressed, for `curl`.
//! `api serve --dump` also serves the dumps and the metrics of the requests.

use std::time::Duration;

use api::logging;
use api::loopback::Loopback;
use r#gen::{self as g, yield_};

/// The customers that come, and go away.
const CUSTOMERS: usize = 20;

#[g::main(tokio)]
fn main() -> g::Result {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let patience = Duration::from_secs(1);
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["serve"] => return yield_!(serve(yield_!(Loopback::start(patience))?)),
        ["serve", "--dump"] => return yield_!(serve(yield_!(Loopback::start_with_dumps(patience))?)),
        _ => {}
    }
    let services = yield_!(Loopback::start(patience))?;

    let (_, price) = yield_!(services.get("/price/tea"))?;
    println!("the price of tea: {price}");
    let (_, prices) = yield_!(services.get("/prices/tea,milk,bread,salt,honey"))?;
    println!("the prices of five items: {prices}");
    yield_!(stopped(services, "/buy/tea", "a coroutine"))?;
    let services = yield_!(Loopback::start(Duration::from_secs(1)))?;
    yield_!(stopped(services, "/plain/buy/tea", "an async fn"))
}

/// Prints how many items are still reserved when customers have left and the shop has shut down.
#[g::coroutine]
fn stopped(services: Loopback, path: &str, handler: &str) -> g::Result {
    yield_!(services.customers_leave(CUSTOMERS, path))?;
    let stock = yield_!(services.stop())?;
    let lost = stock.reserved;
    println!("{CUSTOMERS} customers left, the handler is {handler}: {lost} items are still reserved");
    Ok(())
}

/// Approves every sale, writes the log, and serves until Ctrl-C.
#[g::coroutine]
fn serve(services: Loopback) -> g::Result {
    logging::install(|line| eprintln!("{line}"));
    services.warehouse.approve(1_000_000);
    println!("serving at {}, until Ctrl-C", services.url);
    if let Some(url) = &services.dumps {
        println!("dumps at {url}");
    }
    if let Some(url) = &services.metrics {
        println!("metrics at {url}");
    }
    yield_!(tokio::signal::ctrl_c())?;
    let stock = yield_!(services.stop())?;
    println!("{} items are sold, {} are reserved", stock.sold, stock.reserved);
    Ok(())
}
