//! The server comes back with its files.

use restate::server::{find, Server};

fn count_nodes(server: &Server) -> usize {
    server.query("SELECT DISTINCT plain_node_id FROM partition_state").len()
}

#[test]
fn a_server_that_is_killed_comes_back_with_its_files() {
    let Some(program) = editors::tools::or_skip(find()) else { return };
    let mut server = Server::start(&program, env!("CARGO_BIN_EXE_guard"), "server", 1);
    for _ in 0..2 {
        assert_eq!(count_nodes(&server), 1);
        server.kill_node(0);
        server.start_node(0);
        server.wait_for_node(0);
    }
}
