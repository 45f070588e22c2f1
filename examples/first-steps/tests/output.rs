//! Each program prints what its header says.

use std::process::Command;

/// The contents of the `text` block in the header.
fn promised(source: &str) -> String {
    let lines = source
        .lines()
        .map_while(|line| line.strip_prefix("//!"))
        .map(|line| line.strip_prefix(' ').unwrap_or(line));
    let block = lines.skip_while(|line| *line != "```text").skip(1).take_while(|line| *line != "```");
    block.map(|line| format!("{line}\n")).collect()
}

fn check(program: &str, source: &str) {
    let output = Command::new(program).output().expect("the program starts");
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    assert_eq!(String::from_utf8_lossy(&output.stdout), promised(source));
    assert!(output.status.success());
}

macro_rules! programs {
    ($($name:ident)*) => {
        $(#[test]
        fn $name() {
            check(env!(concat!("CARGO_BIN_EXE_", stringify!($name))), include_str!(concat!("../src/bin/", stringify!($name), ".rs")));
        })*
    };
}

programs!(hello parallel timeout recursion);
