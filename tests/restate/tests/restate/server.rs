//! The server comes back with its files, and must have the key.

use editors::tools::or_skip;
use restate::server::{find, Server};
use restate::wait::wait_until;
use restate::world::World;

use crate::{world, PROGRAMS};

#[test]
fn a_server_that_is_killed_comes_back_with_its_runs() {
    let Some(mut world) = world("server", 1) else { return };
    world.begin("Wait", "w", &"w");
    for _ in 0..2 {
        world.restart_node(0);
        // It may answer before it has read its log.
        wait_until("the run is there", || world.runs("Wait").iter().any(|run| run.key == "w"));
    }
}

#[test]
fn a_server_without_the_key_learns_of_no_workflow() {
    let Some(world) = World::start_with_key(PROGRAMS, "with-key") else { return };
    let Some(program) = or_skip(find()) else { return };
    let stranger = Server::start(&program, PROGRAMS.guard, "without-key", 1, false);
    let endpoint = format!(r#"{{"uri":"http://127.0.0.1:{}/"}}"#, world.workers.port());
    let answer = stranger.admin("POST", "/deployments", &endpoint).unwrap();
    assert!(!answer.is_ok() && answer.body.contains("401"), "{answer:?}");
    world.begin("Wait", "w", &"w");
    world.wait_for_status("Wait", 1, "suspended");
}
