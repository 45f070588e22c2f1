//! The orders of a shop, and its books.

use std::thread::sleep;
use std::time::Duration;

use restate::bodies::Order;
use restate::recorded::Recorded;
use restate::world::World;

use crate::world;

const ORDERS: u64 = 60;
const PROCESS_KILLS: u64 = 20;
const NODE_KILLS: u64 = 6;

const HOUR: u64 = 3_600_000;

/// The course of an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    Approved,
    TooLate,
    Cancelled,
}

fn fate(number: u64) -> Fate {
    [Fate::Approved, Fate::TooLate, Fate::Cancelled][number as usize % 3]
}

fn order(number: u64) -> Order {
    let items = (1..=u32::try_from(number % 5).unwrap() + 1).collect();
    let deadline = if fate(number) == Fate::TooLate { 100 } else { HOUR };
    Order { key: format!("o{number}"), items, deadline }
}

/// Compares the end and the effects of an order. A step may have run twice, so the outside ignores
/// the second time.
fn check_books(world: &World, number: u64) {
    let order = order(number);
    let (end, effects) = (world.result("Order", &order.key), world.workers.effects().counts(&order.key));
    let count = |effect: String| effects.keys().filter(|key| **key == effect).count();
    let has = |effect: &str| count(effect.to_owned());
    let is_shipped = match fate(number) {
        Fate::Approved => {
            assert_eq!(end, Ok(format!("{:?}, approved by the boss", order.items).into()), "{order:?}");
            true
        }
        Fate::TooLate => {
            assert_eq!(end, Ok("too late".into()), "{order:?}");
            false
        }
        Fate::Cancelled => {
            assert_eq!(end, Ok("cancelled".into()), "{order:?}");
            false
        }
    };
    assert_eq!(has("ship"), usize::from(is_shipped), "{order:?}: {effects:?}");
    assert_eq!(has("pay back"), usize::from(!is_shipped), "{order:?}: {effects:?}");
    assert!(has("charge") == 1 || fate(number) == Fate::Cancelled, "{order:?}: {effects:?}");
    for item in &order.items {
        let (picked, back) = (count(format!("pick {item}")), count(format!("put back {item}")));
        assert_eq!(back, usize::from(!is_shipped), "{order:?}: {effects:?}");
        assert!(picked == 1 || fate(number) == Fate::Cancelled, "{order:?}: {effects:?}");
    }
}

#[test]
fn the_books_balance_after_kills_of_processes_and_of_the_server() {
    let Some(mut world) = world("orders", 1) else { return };
    let mut random = fastrand::Rng::with_seed(60);
    let mut recorded = Recorded::new("Order");
    let kills = PROCESS_KILLS + NODE_KILLS;
    let (mut begun, mut hit) = (0, 0);
    for kill in 0..kills {
        recorded.look(&world);
        let until = ORDERS * (kill + 1) / kills;
        let orders = (begun..until).map(|number| (number, order(number)));
        let begin = |(number, order): (u64, Order)| (number, world.begin("Order", &order.key, &order));
        let orders: Vec<_> = orders.map(begin).collect();
        sleep(Duration::from_millis(random.u64(0..40)));
        for (number, id) in &orders {
            match fate(*number) {
                Fate::Approved => world.send_signal("Order", &order(*number).key, "approved", &"the boss"),
                Fate::Cancelled => world.cancel(id),
                Fate::TooLate => {}
            }
        }
        begun = until;
        sleep(Duration::from_millis(random.u64(0..20)));
        // The kills of nodes are spread evenly.
        if (kill + 1) * NODE_KILLS / kills > kill * NODE_KILLS / kills {
            hit += usize::from(world.restart_node(0) > 0);
        } else {
            hit += usize::from(world.replace_busiest() > 0);
        }
    }
    world.wait_for_status("Order", ORDERS as usize, "completed");
    recorded.finish(&world);
    for number in 0..ORDERS {
        check_books(&world, number);
    }
    assert_eq!(world.mismatches(), Vec::<String>::new());
    assert!(hit > kills as usize / 3, "many kills must come within an order: {hit} of {kills}");
}
