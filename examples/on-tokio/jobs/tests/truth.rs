//! Transactions that are cancelled at random moments.

use std::path::Path;

use r#gen::{self as g, yield_};
use jobs::store::{Commit, Store};
use jobs::truth::measure;

#[g::test(tokio, flavor = "multi_thread", worker_threads = 2)]
fn with_a_shield_around_the_commit_no_answer_contradicts_the_file() -> g::Result {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("truth.db");
    for suffix in ["", "-wal", "-shm"] {
        let _ = std::fs::remove_file(format!("{}{suffix}", path.display()));
    }
    let store = yield_!(Store::open(&path))?;
    println!("without a shield: {}", yield_!(measure(&store, 400, Commit::Bare))?);
    let truth = yield_!(measure(&store, 400, Commit::Shielded))?;
    println!("with a shield: {truth}");
    assert!(truth.cancelled > 0 && truth.done > 0, "the moments are not random: {truth}");
    assert_eq!(truth.untrue, 0, "{truth}");
    yield_!(store.close())
}
