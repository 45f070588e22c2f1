//! The pages of the guide: each is found by its question, and the table of the page "Porting"
//! contains only code of "Side by side", which is compiled.

use std::fs;
use std::path::Path;

const LIST: &str = include_str!("../src/guide/mod.rs");
const PAGE: &str = include_str!("../src/guide/porting.md");
const EXAMPLES: &str = include_str!("../src/guide/side_by_side.md");

/// The lines of code of the examples, including those that the docs hide.
fn examples() -> Vec<&'static str> {
    let blocks = EXAMPLES.split("```").skip(1).step_by(2);
    blocks.flat_map(str::lines).map(|line| line.trim().trim_start_matches("# ").trim_start()).collect()
}

/// The pieces of code in a cell.
fn code(cell: &str) -> impl Iterator<Item = &str> {
    cell.split('`').skip(1).step_by(2)
}

/// Without this test, a line of the table could advise code that does not compile.
#[test]
fn each_line_of_the_table_is_a_line_of_an_example() {
    let examples = examples();
    // Skips the head of the table and the line below it.
    let rows: Vec<Vec<_>> = PAGE
        .lines()
        .filter(|line| line.starts_with('|'))
        .skip(2)
        .map(|row| row.split('|').collect())
        .collect();
    assert!(rows.len() > 10, "{rows:?}");
    for row in rows {
        let [_, before, now, why, _] = row[..] else { panic!("three cells: {row:?}") };
        assert!(!why.trim().is_empty(), "{row:?}");
        for cell in [before, now] {
            let pieces: Vec<_> = code(cell).filter(|piece| piece.len() > "async".len() + 1).collect();
            assert!(!pieces.is_empty(), "{row:?}");
            for piece in pieces {
                let known = examples.iter().any(|line| line.contains(piece));
                assert!(known || ["select!", "stream!"].contains(&piece), "`{piece}` is in no example");
            }
        }
    }
}

/// Without this test, a page could be compiled and never found.
#[test]
fn each_page_begins_with_its_question_which_the_list_of_pages_has() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/guide");
    let files = fs::read_dir(folder).expect("there is a guide").map(|entry| entry.unwrap().path());
    let pages: Vec<_> = files.filter(|path| path.extension().is_some_and(|end| end == "md")).collect();
    assert!(pages.len() > 5, "{pages:?}");
    for page in pages {
        let name = page.file_stem().unwrap().to_str().unwrap();
        let text = fs::read_to_string(&page).unwrap();
        let question = text.lines().next().unwrap_or_default();
        assert!(question.ends_with('?'), "{name}: {question}");
        let row = LIST.lines().find(|line| line.contains(&format!("]({name})")));
        let row = row.unwrap_or_else(|| panic!("{name} is not in the list"));
        // The functions beside the table of "Porting" share its row.
        assert!(row.contains(question) || name == "side_by_side", "{row}");
    }
}
