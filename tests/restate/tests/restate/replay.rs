//! Cancellations, values and programs that have changed.

use std::thread::sleep;
use std::time::Duration;

use restate::wait::wait_until;

use crate::world;

#[test]
fn a_cancelled_run_cleans_up_though_its_process_is_killed_meanwhile() {
    let Some(mut world) = world("clean-up", 1) else { return };
    let key = |number: u32| format!("c{number}");
    let ids: Vec<_> = (0..10).map(|number| world.begin("CleanUp", &key(number), &key(number))).collect();
    for id in &ids {
        world.cancel(id);
    }
    for _ in 0..4 {
        sleep(Duration::from_millis(100));
        world.replace_busiest();
    }
    world.wait_for_status("CleanUp", 10, "completed");
    for number in 0..10 {
        let end = world.result("CleanUp", &key(number));
        assert_eq!(end, Ok("a cleaned up, b cleaned up".into()));
        let effects = world.workers.effects().counts(&key(number));
        let effects: Vec<_> = effects.keys().map(String::as_str).collect();
        assert_eq!(effects, ["close a", "close b", "undo a", "undo b"]);
    }
}

#[test]
fn times_random_numbers_identifiers_and_versions_are_the_same_in_each_run() {
    let Some(mut world) = world("values", 1) else { return };
    let runs = |world: &crate::World| world.workers.effects().of("v").len();
    world.begin("Values", "v", &"v");
    wait_until("it waits", || runs(&world) == 1);
    world.workers.kill_all();
    world.workers.start();
    world.send_signal("Values", "v", "go on", &());
    world.wait_for_status("Values", 1, "completed");
    let effects = world.workers.effects().of("v");
    assert!(effects.len() > 1, "it was replayed");
    assert!(effects.iter().all(|values| *values == effects[0]), "{effects:?}");
    assert_eq!(world.result("Values", "v"), Ok(effects[0].as_str().into()));
}

#[test]
fn a_program_that_has_changed_loses_no_run_and_the_right_one_goes_on() {
    let Some(mut world) = world("changes", 1) else { return };
    world.begin("Changes", "c", &"c");
    world.wait_for_status("Changes", 1, "suspended");
    world.workers.kill_all();
    world.workers.start_changed();
    world.send_signal("Changes", "c", "go on", &());
    wait_until("the change is noticed", || !world.mismatches().is_empty());
    let mismatch = world.mismatches().join("\n");
    assert!(mismatch.contains("`charge`") && mismatch.contains("`pay`"), "{mismatch}");
    assert_eq!(world.workers.effects().of("c"), ["charge"]);
    assert_ne!(world.runs("Changes")[0].status, "completed");

    world.workers.kill_all();
    world.workers.start();
    wait_until("it goes on", || {
        world.resume("Changes", "c");
        world.runs("Changes")[0].status == "completed"
    });
    assert_eq!(world.result("Changes", "c"), Ok("shipped".into()));
    assert_eq!(world.workers.effects().of("c"), ["charge", "ship"]);
}
