//! Runs clippy over this crate: that it compiles shows only what rustc's own lints say.

use std::path::Path;
use std::process::Command;

/// A user who forbids every warning could not use the library.
#[test]
fn t11_the_expansion_raises_no_lint_and_t12_hides_none() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    let output = Command::new(env!("CARGO"))
        .args(["clippy", "--quiet", "--lib", "--", "--deny=warnings"])
        .current_dir(folder)
        // Of its own: the lock of the other is held by whoever runs this test.
        .env("CARGO_TARGET_DIR", folder.join("../../target/lints"))
        .output()
        .expect("cargo runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}
