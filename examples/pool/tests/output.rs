//! The program prints the text in the header of `main.rs`.

use std::process::Command;

#[test]
fn a_cancelled_transfer_rolls_back_with_gen_and_leaks_with_tokio() {
    let output = Command::new(env!("CARGO_BIN_EXE_pool")).output().expect("it starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let said = include_str!("../src/main.rs")
        .lines()
        .skip_while(|line| *line != "//! ```text")
        .skip(1)
        .take_while(|line| *line != "//! ```")
        .map(|line| line.strip_prefix("//! ").unwrap_or_default().to_owned() + "\n");
    assert_eq!(String::from_utf8_lossy(&output.stdout), said.collect::<String>());
}
