//! Each line of the log names the request for which it was written.
//!
//! A process has one logger, so this is a program of its own.

use std::sync::Mutex;
use std::time::Duration;

use api::loopback::Loopback;
use api::{logging, request};
use r#gen::{self as g, yield_};

static LINES: Mutex<Vec<String>> = Mutex::new(Vec::new());

/// An operator would not find out what has become of a request, in particular after its client has
/// gone.
#[g::test(tokio, flavor = "multi_thread", worker_threads = 2, leaks = "allowed")]
fn the_lines_of_a_request_have_its_id() -> g::Result {
    logging::install(|line| LINES.lock().unwrap().push(line.to_owned()));
    let services = yield_!(Loopback::start(Duration::from_secs(60)))?;
    let client = reqwest::Client::new();
    let url = services.url.clone();

    yield_!(client.get(format!("{url}/price/gold")).header(request::ID, "asks").send())?;
    // An id of the shop, which the customer can tell to the operator.
    let answer = yield_!(client.get(format!("{url}/price/tea")).send())?;
    let new = answer.headers()[request::ID].to_str()?.to_owned();
    let buying = client.post(format!("{url}/buy/tea")).header(request::ID, "leaves").send();
    let customer = g::spawn(buying);
    yield_!(services.warehouse.until(|stock| stock.waiting == 1))?;
    yield_!(customer.cancel("the customer left"))?;
    yield_!(services.stop())?;

    let lines = LINES.lock().unwrap().clone();
    let has = |from: &str| lines.iter().any(|line| line.starts_with(from));
    assert!(has("INFO asks GET /price/gold: 404 after "), "{lines:#?}");
    assert!(has(&format!("INFO {new} GET /price/tea: 200 after ")), "{lines:#?}");
    assert!(has("WARN leaves order 1 of tea has failed: "), "{lines:#?}");
    Ok(())
}
