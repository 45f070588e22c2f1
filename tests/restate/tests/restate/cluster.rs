//! Three nodes, one of which is killed.

use restate::bodies::Order;
use restate::recorded::Recorded;
use restate::wait::wait_until;

use crate::world;

#[test]
fn a_node_that_is_killed_loses_nothing_of_the_cluster() {
    let Some(mut world) = world("cluster", 3) else { return };
    let mut recorded = Recorded::new("Order");
    let order = |number: u32| Order { key: format!("o{number}"), items: vec![1, 2, 3], deadline: 3_600_000 };
    for number in 0..40 {
        world.begin("Order", &order(number).key, &order(number));
    }
    wait_until("some steps are recorded", || {
        recorded.look(&world);
        recorded.count() > 0
    });
    // The one with the most to do: it was there first.
    world.server.kill_node(0);
    for number in 40..60 {
        world.begin("Order", &order(number).key, &order(number));
    }
    for number in 0..60 {
        world.send_signal("Order", &order(number).key, "approved", &"the boss");
    }
    world.wait_for_status("Order", 60, "completed");
    recorded.finish(&world);
    for number in 0..60 {
        let end = world.result("Order", &order(number).key);
        assert_eq!(end, Ok("[1, 2, 3], approved by the boss".into()));
    }
    assert_eq!(world.mismatches(), Vec::<String>::new());
}
