//! The program prints the text of the README.

use std::process::Command;

#[test]
fn the_demo_prints_the_text_of_the_readme() {
    let output = Command::new(env!("CARGO_BIN_EXE_api")).output().expect("it starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let readme = include_str!("../README.md");
    let (_, after) = readme.split_once("$ cargo run -p api\n").expect("the command is shown");
    let (shown, _) = after.split_once("```").expect("the output ends");
    assert_eq!(String::from_utf8_lossy(&output.stdout), shown);
}
