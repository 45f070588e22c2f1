//! Builds and runs each case that must compile. Most follow the advice of some message, so the
//! advice is known to be right.

use std::process::Command;

use ui_tests::{passing_cases, Compiler, Goal};

#[test]
fn what_is_right_compiles_without_a_warning_and_runs() {
    let cases = passing_cases();
    let compiled = Compiler { toolchain: None, goal: Goal::Build }.compile(&cases, "pass");
    let mut complaints = Vec::new();
    for case in &cases {
        let compiled = &compiled[&case.id()];
        if !compiled.printed.is_empty() {
            complaints.push(compiled.printed.clone());
        }
        if let Some(program) = &compiled.program {
            let output = Command::new(program).output().expect("a program runs");
            if !output.status.success() {
                complaints.push(format!("{}: {}", case.id(), String::from_utf8_lossy(&output.stderr)));
            }
        } else {
            complaints.push(format!("{} is not built", case.id()));
        }
    }
    assert!(complaints.is_empty(), "\n{}", complaints.join("\n"));
}
