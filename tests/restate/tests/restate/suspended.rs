//! A coroutine that waits costs the process nothing.

use restate::wait::wait_until;

use crate::world;

const RUNS: u32 = 200;

#[test]
fn waiting_coroutines_need_no_process_and_get_the_signals_that_were_sent_meanwhile() {
    let Some(mut world) = world("suspended", 1) else { return };
    let key = |number: u32| format!("w{number}");
    for number in 0..RUNS {
        world.begin("Wait", &key(number), &key(number));
    }
    world.wait_for_status("Wait", RUNS as usize, "suspended");
    wait_until("no coroutine is in memory", || world.workers.in_memory() == [0, 0]);

    world.workers.kill_all();
    for number in 0..RUNS {
        world.send_signal("Wait", &key(number), "two", &(2 * number));
        world.send_signal("Wait", &key(number), "one", &number);
    }
    world.workers.start();
    world.wait_for_status("Wait", RUNS as usize, "completed");
    for number in 0..RUNS {
        assert_eq!(world.result("Wait", &key(number)), Ok(format!("{number}, {}", 2 * number).into()));
        assert_eq!(world.workers.effects().of(&key(number)), ["begin"]);
    }
    wait_until("no coroutine is left in memory", || world.workers.in_memory() == [0]);
}
