//! The pages that are in the repository.

use super::marked;

const README: &str = include_str!("../../../README.md");
const RESULTS: &str = include_str!("../../../RESULTS.md");

/// A reader of `README.md` would believe a figure that was never measured.
#[test]
fn the_readme_repeats_lines_of_the_results() {
    let part = marked(README).expect("a marked part");
    for line in part.lines() {
        assert!(RESULTS.lines().any(|known| known == line), "it is not in RESULTS.md: {line}");
    }
}

/// A reader of `README.md` would not know of a row that gen loses.
#[test]
fn the_readme_has_all_losses() {
    let part = marked(README).expect("a marked part");
    let (rows, _) = RESULTS.split_once("## How the cost grows").expect("plots after the tables");
    let mut losses = 0;
    for line in rows.lines() {
        let ratio = line.split('|').nth(5).and_then(|column| column.trim().parse::<f64>().ok());
        if ratio.is_some_and(|ratio| ratio > 1.0) {
            losses += 1;
            assert!(part.lines().any(|known| known == line), "it is not in README.md: {line}");
        }
    }
    assert!(losses > 0, "the tables have another form");
}
