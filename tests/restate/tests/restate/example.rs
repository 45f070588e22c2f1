//! The third main of the example `orders`.

use std::sync::mpsc;
use std::thread;

use editors::tools::or_skip;
use orders::audit::{audit, End};
use orders::books::Books;
use orders::order::Order;
use orders::restate as example;
use orders::shop::{Shop, ShopOptions};
use restate::server::{find, Server};
use restate::wait::{wait_until, LIMIT};

use crate::{client, PROGRAMS};

#[test]
fn the_orders_of_the_example_are_shipped_or_undone_and_its_books_balance() {
    let Some(program) = or_skip(find()) else { return };
    let server = Server::start(&program, PROGRAMS.guard, "example", 1, false);
    let client = client(&server);
    let options = ShopOptions { pause: example::pause, ..ShopOptions::default() };
    let shop = Shop::new(Books::in_memory().unwrap(), options);
    let (its_shop, its_client) = (shop.clone(), client.clone());
    let (listens, listened) = mpsc::channel();
    // It serves until the process of the tests ends.
    thread::spawn(move || {
        let any_port = ([127, 0, 0, 1], 0).into();
        example::serve(its_shop, any_port, Some(its_client), |address| listens.send(address).unwrap())
    });
    listened.recv_timeout(LIMIT).unwrap();

    let [approved, cancelled] = ["7", "8"].map(|id| Order::new(id, ["tea", "milk"]));
    let late = Order::new("9", ["tea"]).approved_within(0);
    let orders = [(approved, End::Shipped), (cancelled, End::Undone), (late, End::Undone)];
    for (order, _) in &orders {
        example::start(&client, order).unwrap();
    }
    let again = example::start(&client, &orders[0].0).unwrap_err();
    assert_eq!(again.to_string(), "the order 7 is there already: `orders result` shows it");
    let state = |id: &str| example::state(&client, id).unwrap();
    for id in ["7", "8"] {
        wait_until("it waits for its approval", || state(id) == "2/4 picked");
    }
    example::approve(&client, "7", "Ada").unwrap();
    example::cancel(&client, "8").unwrap();
    for (id, begin, end) in [
        ("7", "shipped: parcel ", ", approved by Ada"),
        ("8", "undone: ", "cancelled"),
        ("9", "undone: there was no approval within ", ""),
    ] {
        wait_until(begin, || {
            let state = state(id);
            state.starts_with(begin) && state.contains(end)
        });
    }
    assert_eq!(audit(&shop.books().entries().unwrap(), &orders), Vec::<String>::new());
}
