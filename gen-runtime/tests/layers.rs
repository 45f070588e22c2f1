//! The layers of `src`: which folder may import from which.
//!
//! `layers/table.rs` is the table. `ARCHITECTURE.md` shows it, and
//! `UPDATE_ARCHITECTURE=1 cargo test -p gen-runtime --test layers` brings that page up to date.
//!
//! An import is each path that leads to another file: in a `use`, in code, and in the body of a
//! macro. It counts for the file that defines the name. Code that is compiled for tests only does
//! not count, nor does a name in a comment, nor a `pub use` by which the first file of a folder
//! lists the contents of that folder.

mod layers {
    pub(crate) mod check;
    mod circles;
    mod made_up;
    pub(crate) mod names;
    pub(crate) mod page;
    pub(crate) mod table;
    mod tokens;
    pub(crate) mod tree;
}

use std::path::Path;
use std::{env, fs};

use layers::table::{CIRCLES, LAYERS};
use layers::tree::{Files, Tree};
use layers::{check, names, page, tree};

const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../ARCHITECTURE.md");

fn files() -> Files {
    tree::read(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/src")))
}

fn edges() -> names::Edges {
    names::edges(&Tree::new(&files()))
}

#[track_caller]
fn assert_none(complaints: &[String]) {
    assert!(complaints.is_empty(), "\n{}\n", complaints.join("\n"));
}

#[test]
fn each_file_is_in_one_layer() {
    assert_none(&check::misplaced(LAYERS, &files(), &Tree::new(&files())));
}

#[test]
fn no_file_imports_from_a_layer_above_its_own() {
    assert_none(&check::forbidden(LAYERS, &edges()));
}

#[test]
fn no_folders_import_from_each_other_in_a_circle() {
    assert_none(&check::folder_circles(&edges()));
}

#[test]
fn circles_of_files_are_those_that_have_a_reason() {
    assert_none(&check::file_circles(CIRCLES, &edges()));
}

#[test]
fn the_page_says_what_the_table_says() {
    let page = fs::read_to_string(PAGE).expect("there is a page");
    let current = page::current(&page, LAYERS, CIRCLES);
    if env::var_os("UPDATE_ARCHITECTURE").is_some() {
        fs::write(PAGE, current).expect("the page can be written");
        return;
    }
    assert!(page == current, "`UPDATE_ARCHITECTURE=1` brings ARCHITECTURE.md up to date:\n{current}");
}

#[test]
fn the_walks_of_the_page_name_files_and_functions_that_are_there() {
    let page = fs::read_to_string(PAGE).expect("there is a page");
    assert_none(&page::lost_steps(&page, &files()));
    let walks: Vec<_> = page::walks(&page).iter().map(|walk| walk.heading).collect();
    assert_eq!(
        walks,
        [
            "One yield",
            "One throw",
            "One cancel",
            "One failing callback",
            "One timer",
            "One timeout",
            "One list"
        ]
    );
}
