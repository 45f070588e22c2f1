//! Builds the documentation of this crate, which is what users of a coroutine read.

use std::path::Path;
use std::process::Command;

/// The text of a function's page.
fn page(name: &str) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    let target = folder.join("../../target/docs");
    let output = Command::new(env!("CARGO"))
        .args(["doc", "--quiet", "--no-deps", "--lib"])
        .current_dir(folder)
        .env("CARGO_TARGET_DIR", &target)
        .output()
        .expect("cargo runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let html = std::fs::read_to_string(target.join(format!("doc/macro_lints/fn.{name}.html")));
    let (mut text, mut in_tag) = (String::new(), false);
    for char in html.expect("a page is written").chars() {
        match char {
            '<' => in_tag = true,
            '>' if in_tag => in_tag = false,
            char if !in_tag => text.push(char),
            _ => {}
        }
    }
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A reader of the documentation cannot understand an argument without a name.
#[test]
fn arguments_are_documented_by_the_names_that_the_user_gave_them() {
    let page = page("patterns");
    let signature =
        "patterns( _unused: u32, _arg1: u32, a: (u32, u32), b: [u32; 3], c: u32, d: u32, ) -&gt; impl Coroutine";
    assert!(page.contains(signature), "{page}");
}
