//! The README's tables are made from the cases.
//! `UPDATE_README=1 cargo test -p ui-tests --test readme` rewrites them.

use std::{env, fs};

use ui_tests::table;

#[test]
fn the_readme_says_what_the_cases_say() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/README.md");
    let readme = fs::read_to_string(path).expect("there is a README");
    let mut current = readme.clone();
    for (part, text) in
        [("summary", table::summary()), ("tables", table::tables()), ("excuses", table::excuses())]
    {
        current = replace(&current, part, &text);
    }
    if env::var_os("UPDATE_README").is_some() {
        fs::write(path, current).expect("the README can be written");
        return;
    }
    assert_eq!(readme, current, "UPDATE_README=1 rewrites it");
}

/// The README with another text between the two comments that mark the part.
fn replace(readme: &str, part: &str, text: &str) -> String {
    let (begin, end) = (format!("<!-- {part} -->\n"), format!("<!-- end of {part} -->"));
    let (before, rest) = readme.split_once(&begin).expect("the README has the part");
    let (_, after) = rest.split_once(&end).expect("the part has an end");
    format!("{before}{begin}{text}{end}{after}")
}
