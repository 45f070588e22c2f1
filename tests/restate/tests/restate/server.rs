//! The server comes back with its files.

use crate::world;

#[test]
fn a_server_that_is_killed_comes_back_with_its_runs() {
    let Some(mut world) = world("server", 1) else { return };
    world.begin("Wait", "w", &"w");
    for _ in 0..2 {
        world.restart_node(0);
        let runs = world.runs("Wait");
        assert_eq!(runs.iter().map(|run| &*run.key).collect::<Vec<_>>(), ["w"]);
    }
}
