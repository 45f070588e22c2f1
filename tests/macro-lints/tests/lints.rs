//! Runs clippy on this crate. That the crate compiles shows only that rustc's own lints are silent.

use std::path::Path;
use std::process::Command;

/// If this failed, a user who forbids every warning could not use the library.
#[test]
fn t11_the_expansion_raises_no_lint_and_t12_hides_none() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    let output = Command::new(env!("CARGO"))
        .args(["clippy", "--quiet", "--lib", "--", "--deny=warnings"])
        .current_dir(folder)
        // A target folder of its own: the process that runs this test holds the lock of the other
        // one.
        .env("CARGO_TARGET_DIR", folder.join("../../target/lints"))
        .output()
        .expect("cargo runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}
