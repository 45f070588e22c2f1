//! The third main of the example `orders`.

use std::thread;

use editors::tools::or_skip;
use orders::audit::{audit, End};
use orders::books::Books;
use orders::order::Order;
use orders::restate as example;
use orders::shop::{Shop, ShopOptions};
use restate::server::{find, free_ports, Server};
use restate::wait::wait_until;

use crate::{client, PROGRAMS};

#[test]
fn the_orders_of_the_example_are_shipped_or_undone_and_its_books_balance() {
    let Some(program) = or_skip(find()) else { return };
    let server = Server::start(&program, PROGRAMS.guard, "example", 1, false);
    let client = client(&server);
    let options = ShopOptions { pause: example::pause, ..ShopOptions::default() };
    let shop = Shop::new(Books::in_memory().unwrap(), options);
    let [port] = free_ports();
    let (its_shop, its_client) = (shop.clone(), client.clone());
    // It serves until the process of the tests ends.
    thread::spawn(move || example::serve(its_shop, ([127, 0, 0, 1], port).into(), Some(its_client)));

    let [approved, cancelled] = ["7", "8"].map(|id| Order::new(id, ["tea", "milk"]));
    let late = Order::new("9", ["tea"]).approved_within(0);
    let orders = [(approved, End::Shipped), (cancelled, End::Undone), (late, End::Undone)];
    for (order, _) in &orders {
        wait_until("the order is started", || example::start(&client, order).is_ok());
    }
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
