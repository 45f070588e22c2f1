//! A deadlock of a program that runs by `run_sync`, whose message alone leads to the lines.
//!
//! It is certain only in a process that has one thread, so this test has no harness.

use std::fs;

use testing::depot;

fn main() {
    if fs::read_dir("/proc/self/task").map_or(true, |threads| threads.count() > 1) {
        println!("other threads run, or may run: nothing is certain beside them");
        return;
    }
    let error = gen::run_sync(depot::close()).expect_err("the tasks wait for each other");
    println!("{error}");
    let deadlock = error.downcast_ref::<gen::Deadlock>().expect("it is a deadlock");
    let circles = deadlock.dump().circles();
    let [circle] = circles.as_slice() else { panic!("{} circles", circles.len()) };
    assert_eq!(circle.len(), 2);
    let text = error.to_string();
    for part in [
        "tasks 1, 2 wait for each other in a circle\n",
        "at tests/testing/src/depot.rs:25:5 in close\n  waits for promise 1 of ()\n",
        "at tests/testing/src/depot.rs:40:9 in sort_until_closed\n  waits for task 2: testing::depot::close_gate\n",
        "at tests/testing/src/depot.rs:31:5 in close_gate\n  waits for 2 children of a list:\n",
        "    [0] waits for task 1: testing::depot::sort_until_closed\n",
        "    [1] waits for promise 1 of ()",
    ] {
        assert!(text.contains(part), "{part:?} is missing");
    }
    println!("test a_deadlock_behind_a_list_is_an_error_that_names_the_circle ... ok");
}
