//! The service under clients that come, wait, and go away, over real sockets.
//!
//! Its servers run until the runtime of a test ends, so each test may leave tasks.

use std::time::Duration;

use api::loopback::Loopback;
use api::request;
use api::warehouse::{Heard, Replica, Stock, Warehouse};
use r#gen::{self as g, yield_};
use tokio::net::TcpListener;

/// A patience that no test waits for.
const LONG: Duration = Duration::from_secs(60);

#[g::test(tokio, leaks = "allowed")]
fn a_price_comes_from_the_replica_that_answers() -> g::Result {
    let services = yield_!(Loopback::start(LONG))?;
    services.replicas[0].set_awake(false);
    assert_eq!(yield_!(services.get("/price/tea"))?, (200, "4".to_owned()));
    // The request to the other replica is not left behind.
    yield_!(services.warehouse.until(|stock| stock.asked == 0))?;
    Ok(())
}

#[g::test(tokio, leaks = "allowed")]
fn a_replica_that_is_down_is_not_noticed() -> g::Result {
    for down in 0..2 {
        let services = yield_!(Loopback::start(LONG))?;
        yield_!(services.take_down(down))?;
        assert_eq!(yield_!(services.get("/price/honey"))?, (200, "9".to_owned()));
    }
    Ok(())
}

#[g::test(tokio, leaks = "allowed")]
fn a_customer_does_not_wait_longer_than_the_patience() -> g::Result {
    let services = yield_!(Loopback::start(Duration::from_millis(20)))?;
    services.replicas.iter().for_each(|replica| replica.set_awake(false));
    let (status, text) = yield_!(services.get("/price/tea"))?;
    assert_eq!((status, &*text), (504, "timeout after 20ms"));
    yield_!(services.warehouse.until(|stock| stock.asked == 0))?;
    Ok(())
}

/// The warehouse would get a request for each item of a list.
#[g::test(tokio, leaks = "allowed")]
fn many_prices_are_one_question() -> g::Result {
    let services = yield_!(Loopback::start(LONG))?;
    let answer = yield_!(services.get("/prices/tea,milk,tea,bread,salt,honey"))?;
    assert_eq!(answer, (200, "4 1 4 3 2 9".to_owned()));
    // On a busy machine a replica may be slow, and then the other one gets the same question.
    let heard = services.warehouse.heard();
    assert!(heard.iter().all(|heard| heard.path == "/prices/tea,milk,bread,salt,honey"), "{heard:?}");
    assert!((1..=2).contains(&heard.len()), "{heard:?}");
    Ok(())
}

/// A customer would wait for a replica that is slow or down.
#[g::test(tokio, leaks = "allowed")]
fn many_prices_come_from_the_replica_that_answers() -> g::Result {
    let services = yield_!(Loopback::start(LONG))?;
    services.replicas[0].set_awake(false);
    assert_eq!(yield_!(services.get("/prices/tea,milk"))?, (200, "4 1".to_owned()));
    yield_!(services.warehouse.until(|stock| stock.asked == 0))?;

    let services = yield_!(Loopback::start(LONG))?;
    yield_!(services.take_down(0))?;
    assert_eq!(yield_!(services.get("/prices/tea,milk"))?, (200, "4 1".to_owned()));
    Ok(())
}

/// Sends a request with an id, and with so many milliseconds left.
#[g::coroutine]
fn ask(url: String, id: &str, time_left: &str) -> g::Result<reqwest::Response> {
    let request = reqwest::Client::new().get(url).header(request::ID, id);
    yield_!(request.header(request::TIME_LEFT, time_left).send())
}

/// The warehouse would work for customers that wait no longer.
#[g::test(tokio, leaks = "allowed")]
fn the_id_and_the_deadline_of_a_request_are_sent_on() -> g::Result {
    for path in ["/price/tea", "/prices/tea,milk"] {
        let services = yield_!(Loopback::start(LONG))?;
        let answer = yield_!(ask(format!("{}{path}", services.url), "seven", "30000"))?;
        assert_eq!((answer.status().as_u16(), &answer.headers()[request::ID]), (200, &"seven".parse()?));
        let heard = services.warehouse.heard();
        assert!(!heard.is_empty());
        for Heard { request, time_left, .. } in &heard {
            assert_eq!(request.as_deref(), Some("seven"), "{heard:?}");
            assert!(time_left.is_some_and(|left| 0 < left && left <= 30_000), "{heard:?}");
        }
    }
    Ok(())
}

/// The warehouse would not know that a customer has a limit which the shop sets by itself.
#[g::test(tokio, leaks = "allowed")]
fn the_shorter_of_the_deadline_and_the_patience_is_sent_on() -> g::Result {
    let longest = LONG.as_millis().try_into()?;
    for path in ["/price/tea", "/prices/tea,milk"] {
        let services = yield_!(Loopback::start(LONG))?;
        yield_!(ask(format!("{}{path}", services.url), "seven", "4000000000"))?;
        let heard = services.warehouse.heard();
        assert!(!heard.is_empty());
        assert!(heard.iter().all(|heard| heard.time_left.is_some_and(|left| left <= longest)), "{heard:?}");
    }
    Ok(())
}

#[g::test(tokio, leaks = "allowed")]
fn a_request_ends_at_its_deadline() -> g::Result {
    let services = yield_!(Loopback::start(LONG))?;
    services.replicas.iter().for_each(|replica| replica.set_awake(false));
    for path in ["/price/tea", "/prices/tea,milk"] {
        let answer = yield_!(ask(format!("{}{path}", services.url), "seven", "20"))?;
        assert_eq!(answer.status().as_u16(), 504);
        yield_!(services.warehouse.until(|stock| stock.asked == 0))?;
    }
    let answer = yield_!(ask(format!("{}/price/tea", services.url), "seven", "soon"))?;
    assert_eq!(answer.status().as_u16(), 400);
    Ok(())
}

/// An item would be reserved for ever, if what gives it back were sent with the deadline.
#[g::test(tokio, leaks = "allowed")]
fn an_order_is_given_back_at_its_deadline() -> g::Result {
    let services = yield_!(Loopback::start(LONG))?;
    let warehouse = services.warehouse.clone();
    let request = reqwest::Client::new().post(format!("{}/buy/tea", services.url));
    let answer = yield_!(request.header(request::ID, "seven").header(request::TIME_LEFT, "30").send())?;
    assert_eq!(answer.status().as_u16(), 504);
    assert_eq!(yield_!(services.stop())?, Stock::default());
    let released = warehouse.heard().pop().unwrap();
    let expected =
        Heard { path: "/release/tea/1".to_owned(), request: Some("seven".to_owned()), time_left: None };
    assert_eq!(released, expected);
    Ok(())
}

/// Asks until a probe has that status.
#[g::coroutine]
fn until_probe(services: &Loopback, path: &str, status: u16) -> g::Result {
    let probe = async {
        while services.get(path).await?.0 != status {}
        Ok::<_, g::Error>(())
    };
    yield_!(g::with_timeout(Duration::from_secs(10), probe))
}

/// A cluster would send customers to a shop that has no warehouse, or would start it again, which
/// does not help.
#[g::test(tokio, leaks = "allowed")]
fn a_shop_without_a_warehouse_is_healthy_and_not_ready() -> g::Result {
    let services = yield_!(Loopback::start(Duration::from_millis(20)))?;
    for (is_awake, status) in [(true, 200), (false, 503), (true, 200)] {
        services.replicas.iter().for_each(|replica| replica.set_awake(is_awake));
        yield_!(until_probe(&services, "/ready", status))?;
        assert_eq!(yield_!(services.get("/health"))?, (200, "healthy".to_owned()));
    }
    Ok(())
}

/// A cluster would not start a shop again whose background has ended.
#[g::test(tokio, leaks = "allowed")]
fn a_part_that_dies_too_often_makes_the_shop_unhealthy() -> g::Result {
    let services = yield_!(Loopback::start(LONG))?;
    yield_!(until_probe(&services, "/ready", 200))?;
    services.background.add(|s| {
        let fails = async || Err::<(), _>("it is broken");
        s.child("broken", fails).schedule(std::iter::repeat(Duration::ZERO));
    })?;
    yield_!(until_probe(&services, "/health", 503))?;
    assert_eq!(yield_!(services.get("/ready"))?, (503, "not ready".to_owned()));
    // Its customers are served until the cluster has started another one.
    assert_eq!(yield_!(services.get("/price/tea"))?, (200, "4".to_owned()));
    Ok(())
}

/// The supervisor would keep the program running, or its children would be left behind.
#[g::test(tokio, leaks = "allowed")]
fn the_background_ends_with_the_shop() -> g::Result {
    let services = yield_!(Loopback::start_with_dumps(LONG))?;
    let health = services.background.health();
    yield_!(until_probe(&services, "/ready", 200))?;
    let names: Vec<_> = health.children().into_iter().map(|child| child.name).collect();
    assert_eq!(names, ["warehouse", "metrics"]);
    yield_!(services.stop())?;
    assert!(!health.is_healthy() && health.children().is_empty());
    Ok(())
}

#[g::test(tokio, leaks = "allowed")]
fn an_unknown_item_is_not_a_failure_of_the_warehouse() -> g::Result {
    let services = yield_!(Loopback::start(LONG))?;
    assert_eq!(yield_!(services.get("/price/gold"))?, (404, "there is no gold".to_owned()));
    let (status, _) = yield_!(services.get("/prices/tea,gold"))?;
    assert_eq!(status, 404);
    assert_eq!(yield_!(services.customer("/buy/gold"))?, 404);
    Ok(())
}

#[g::test(tokio, flavor = "multi_thread", worker_threads = 2, leaks = "allowed")]
fn twenty_customers_that_leave_lose_nothing() -> g::Result {
    let services = yield_!(Loopback::start(LONG))?;
    yield_!(services.customers_leave(20, "/buy/tea"))?;
    // Without the end of the service: each order cleans up as soon as its client has gone.
    let stock = yield_!(services.warehouse.until(|stock| stock.reserved == 0))?;
    assert_eq!(stock.sold, 0);
    Ok(())
}

#[g::test(tokio, flavor = "multi_thread", worker_threads = 2, leaks = "allowed")]
fn twenty_customers_that_leave_an_async_fn_lose_everything() -> g::Result {
    let services = yield_!(Loopback::start(LONG))?;
    yield_!(services.customers_leave(20, "/plain/buy/tea"))?;
    let stock = yield_!(services.stop())?;
    assert_eq!((stock.reserved, stock.sold), (20, 0));
    Ok(())
}

#[g::test(tokio, flavor = "multi_thread", worker_threads = 2, leaks = "allowed")]
fn customers_that_stay_are_served_while_others_leave() -> g::Result {
    let services = yield_!(Loopback::start(LONG))?;
    for _ in 0..5 {
        yield_!(services.customers_leave(20, "/buy/tea"))?;
        let stay: Vec<_> = (0..20).map(|_| services.customer("/buy/tea")).collect();
        services.warehouse.approve(stay.len());
        assert!(yield_!(stay)?.iter().all(|status| *status == 200));
    }
    let stock = yield_!(services.stop())?;
    assert_eq!((stock.reserved, stock.sold), (0, 100));
    Ok(())
}

/// A customer that leaves after so many turns, whatever its order is doing then.
#[g::coroutine]
fn leaves_after(services: &Loopback, turns: usize) -> g::Result {
    let customer = services.customer("/buy/tea");
    for _ in 0..turns {
        yield_!(g::moment())?;
    }
    yield_!(customer.cancel("the customer left"))
}

#[g::test(tokio, flavor = "multi_thread", worker_threads = 2, leaks = "allowed")]
fn customers_that_leave_at_any_moment_lose_nothing() -> g::Result {
    let services = yield_!(Loopback::start(LONG))?;
    services.warehouse.approve(100);
    yield_!(g::limit(20, (0..400).map(|turns| leaves_after(&services, turns))))?;
    let stock = yield_!(services.stop())?;
    assert_eq!(stock.reserved, 0);
    assert!(stock.sold <= 100, "{stock:?}");
    Ok(())
}

#[g::test(tokio, leaks = "allowed")]
fn a_shutdown_answers_the_customers_that_wait() -> g::Result {
    let services = yield_!(Loopback::start(LONG))?;
    let wait: Vec<_> = (0..20).map(|_| services.customer("/buy/tea")).collect();
    yield_!(services.warehouse.until(|stock| stock.waiting == 20))?;
    let stock = yield_!(services.stop())?;
    assert_eq!((stock.reserved, stock.sold), (0, 0));
    assert_eq!(yield_!(wait)?, [503; 20]);
    Ok(())
}

#[g::test(tokio, leaks = "allowed")]
fn a_shutdown_waits_for_orders_whose_customers_have_gone() -> g::Result {
    let services = yield_!(Loopback::start(LONG))?;
    yield_!(services.customers_leave(20, "/buy/tea"))?;
    assert_eq!(yield_!(services.stop())?.reserved, 0);
    Ok(())
}

/// An item would be reserved for ever: requests need not arrive in the order in which they were
/// sent.
#[g::test(tokio, leaks = "allowed")]
fn a_reservation_that_comes_after_the_end_of_its_order_changes_nothing() -> g::Result {
    let warehouse = Warehouse::new();
    let listener = yield_!(TcpListener::bind("127.0.0.1:0"))?;
    let url = format!("http://{}", listener.local_addr()?);
    drop(g::spawn(g::ok(Replica::new(&warehouse).serve(listener))));
    let client = reqwest::Client::new();
    for verb in ["release", "reserve", "sell"] {
        let response = yield_!(client.post(format!("{url}/{verb}/tea/1")).send())?;
        assert_eq!(response.status().as_u16(), 200);
    }
    assert_eq!(warehouse.stock(), Stock::default());
    Ok(())
}

/// The text after the first `from`, up to the end of its line.
fn line_after<'a>(text: &'a str, from: &str) -> &'a str {
    text.split_once(from).unwrap_or_else(|| panic!("no {from:?} in\n{text}")).1.lines().next().unwrap_or("")
}

/// An operator would not see at which line a request hangs.
#[g::test(tokio, flavor = "multi_thread", worker_threads = 2, leaks = "allowed")]
fn a_dump_shows_the_line_at_which_a_request_waits() -> g::Result {
    let services = yield_!(Loopback::start_with_dumps(LONG))?;
    services.replicas.iter().for_each(|replica| replica.set_awake(false));
    let asking = services.get("/price/tea");
    let dumping = async {
        services.warehouse.until(|stock| stock.asked == 2).await?;
        let dumped = services.dump().await?;
        services.replicas.iter().for_each(|replica| replica.set_awake(true));
        Ok::<_, g::Error>(dumped)
    };
    let (answer, (status, text)) = yield_!((asking, dumping))?;
    assert_eq!((answer, status), ((200, "4".to_owned()), 200));

    let orders = include_str!("../src/orders.rs");
    let asks = orders.lines().position(|line| line.contains("yield_!(self.client.price(")).unwrap() + 1;
    assert!(text.starts_with("tracked tasks: 1\n\ntask 0: api::diagnostics::handle"), "{text}");
    assert!(text.contains(" in price\n"), "{text}");
    let child = line_after(&text, "[0] at ");
    assert!(child.contains(&format!("orders.rs:{asks}:")) && child.ends_with(" in ask"), "{child}\n{text}");

    // A request that has been answered is gone.
    while yield_!(services.dump())?.1 != "tracked tasks: 0" {}
    yield_!(services.stop())?;
    Ok(())
}

/// An order whose client goes away is cleaned up as without the dumps.
#[g::test(tokio, flavor = "multi_thread", worker_threads = 2, leaks = "allowed")]
fn customers_that_leave_lose_nothing_while_dumps_are_served() -> g::Result {
    let services = yield_!(Loopback::start_with_dumps(LONG))?;
    yield_!(services.customers_leave(20, "/buy/tea"))?;
    let stock = yield_!(services.stop())?;
    assert_eq!((stock.reserved, stock.sold), (0, 0));
    Ok(())
}

/// A dump names the code of the service, and is not for its customers.
#[g::test(tokio, leaks = "allowed")]
fn customers_cannot_ask_for_a_dump() -> g::Result {
    let services = yield_!(Loopback::start(LONG))?;
    assert_eq!(services.dumps, None);
    let services = yield_!(Loopback::start_with_dumps(LONG))?;
    assert_eq!(yield_!(services.get("/dump"))?.0, 404);
    let url = services.dumps.as_ref().unwrap();
    assert!(url.starts_with("http://127.0.0.1:"), "{url}");
    let answer = yield_!(reqwest::get(url))?;
    assert_eq!(answer.headers()["content-type"], "text/plain; charset=utf-8");
    Ok(())
}

/// The value of the sample of a metric at that line of `file`.
fn sample(text: &str, metric: &str, file: &str, line: usize) -> f64 {
    let (file, line) = (format!("{file}\""), format!("line=\"{line}\""));
    let sample = text.lines().find(|sample| {
        sample.starts_with(&format!("{metric}{{")) && sample.contains(&file) && sample.contains(&line)
    });
    let sample = sample.unwrap_or_else(|| panic!("no {metric} at {file} {line} in\n{text}"));
    sample.rsplit(' ').next().unwrap().parse().expect("a sample ends with its value")
}

/// The number of the line with `text`, in a source file.
fn line_of(source: &str, text: &str) -> usize {
    source.lines().position(|line| line.contains(text)).unwrap_or_else(|| panic!("no {text:?}")) + 1
}

/// An operator would see that requests are slow, and not which of their lines is.
#[g::test(tokio, flavor = "multi_thread", worker_threads = 2, leaks = "allowed")]
fn the_metrics_show_the_line_at_which_requests_wait() -> g::Result {
    let services = yield_!(Loopback::start_with_dumps(LONG))?;
    assert_eq!(yield_!(services.get("/price/tea"))?, (200, "4".to_owned()));
    let race = line_of(include_str!("../src/orders.rs"), "g::first_of(asked)");
    let sends = line_of(include_str!("../src/client.rs"), "yield_!(request.send())?");
    let (status, text) = yield_!(services.read_metrics())?;
    assert_eq!(status, 200);
    assert!(text.contains("# TYPE gen_yields_total counter"), "{text}");
    assert!(text.contains("# TYPE gen_yield_wait_seconds histogram"), "{text}");
    for (file, line) in [("orders.rs", race), ("client.rs", sends)] {
        let begun = sample(&text, "gen_yields_total", file, line);
        assert!(begun >= 1.0, "{text}");
        assert!(sample(&text, "gen_yield_wait_seconds_sum", file, line) > 0.0, "{text}");
    }

    // The tests of this process have one recorder, so the number may grow by more than one.
    let price = line_of(include_str!("../src/orders.rs"), "self.client.price(");
    let before = sample(&text, "gen_yield_errors_total", "orders.rs", price);
    assert_eq!(yield_!(services.get("/price/gold"))?.0, 404);
    let (_, text) = yield_!(services.read_metrics())?;
    assert!(sample(&text, "gen_yield_errors_total", "orders.rs", price) > before, "{text}");
    yield_!(services.stop())?;
    Ok(())
}

/// A customer could read the names of the functions of the service.
#[g::test(tokio, leaks = "allowed")]
fn customers_cannot_read_the_metrics() -> g::Result {
    let services = yield_!(Loopback::start_with_dumps(LONG))?;
    assert_eq!(yield_!(services.get("/metrics"))?.0, 404);
    let answer = yield_!(reqwest::get(services.metrics.as_ref().unwrap()))?;
    assert_eq!(answer.headers()["content-type"], "text/plain; version=0.0.4");
    Ok(())
}

/// A customer could read the addresses of the replicas.
#[g::test(tokio, leaks = "allowed")]
fn a_failure_of_the_warehouse_has_no_addresses() -> g::Result {
    let services = yield_!(Loopback::start(LONG))?;
    yield_!([services.take_down(0), services.take_down(1)])?;
    // The warehouse cannot be reached, and the end of the order cannot be said to it.
    let order = reqwest::Client::new().post(format!("{}/buy/tea", services.url));
    let answer = yield_!(order.send())?;
    assert_eq!((answer.status().as_u16(), &*yield_!(answer.text())?), (502, "the warehouse has failed"));
    Ok(())
}
