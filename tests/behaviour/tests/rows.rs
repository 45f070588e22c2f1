//! The rows of the suite, as the docs describe them.

use behaviour::Needs;

/// The page `gen::executors`.
const PAGE: &str = include_str!("../../../gen-runtime/src/executors.md");

/// Otherwise a user would rely on a property that no test shows for the executor in question.
#[test]
fn the_docs_list_each_property_that_a_test_needs_and_no_other() {
    let table = PAGE.split("# What does not hold everywhere").nth(1).expect("the page has the section");
    let rows: Vec<_> = table
        .lines()
        .skip_while(|line| !line.starts_with('|'))
        .take_while(|line| line.starts_with('|'))
        .skip(2) // the head
        .collect();
    let needed: Vec<_> = Needs::ALL.into_iter().filter_map(Needs::in_the_docs).collect();
    for text in &needed {
        let listed = rows.iter().filter(|row| row.starts_with(&format!("| {text}"))).count();
        assert_eq!(listed, 1, "{text}");
    }
    assert_eq!(rows.len(), needed.len(), "{rows:#?}");
}
