//! The programs of the README compile as a new user has them: in a package of edition 2024, without
//! a warning.

use std::fs;
use std::path::Path;

use ui_tests::{Case, Compiler, Goal};

#[test]
fn the_programs_of_the_readme_compile_on_edition_2024() {
    let readme = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../README.md")).expect("a README");
    let blocks = readme.split("```rust").skip(1);
    let programs = blocks.filter_map(|block| block.split_once('\n')?.1.split("```").next());
    let cases: Vec<Case> = programs.enumerate().map(|(number, program)| case(number, program)).collect();
    assert!(cases.len() >= 3 && cases[0].source.contains("#[g::main]"), "{cases:?}");
    let compiled = Compiler { toolchain: None, goal: Goal::Check }.compile(&cases, "readme");
    for case in &cases {
        assert_eq!(compiled[&case.id()].printed, "", "{}", case.source);
    }
}

fn case(number: usize, program: &str) -> Case {
    let name = format!("program-{number}");
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(&name).with_extension("rs");
    let source = format!("//@ edition: 2024\n{program}");
    fs::write(&path, &source).expect("a program can be written");
    Case { family: "readme".to_owned(), name, path, source, expected: Vec::new() }
}
