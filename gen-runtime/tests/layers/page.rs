//! The page `ARCHITECTURE.md`. Its tables are made of the constants and of its walks, each step of
//! which names a file and a function.

use std::collections::BTreeSet;

use proc_macro2::{TokenStream, TokenTree};

use super::check::room;
use super::table::{Circle, Layer};
use super::tree::Files;

/// The page with its tables brought up to date.
pub(crate) fn current(page: &str, layers: &[Layer], circles: &[Circle]) -> String {
    let page = replace(page, "layers", &layer_table(layers));
    let page = replace(&page, "circles", &circle_table(circles));
    replace(&page, "walks", &walk_table(&page))
}

/// The text with another part between the comments that mark it.
fn replace(page: &str, part: &str, text: &str) -> String {
    let (begin, end) = (format!("<!-- {part} -->\n"), format!("<!-- end of {part} -->"));
    let (before, rest) = page.split_once(&begin).expect("the page has the part");
    let (_, after) = rest.split_once(&end).expect("the part has an end");
    format!("{before}{begin}{text}{end}{after}")
}

fn layer_table(layers: &[Layer]) -> String {
    let row = |(above, layer): (usize, &Layer)| {
        let number = layers.len() - 1 - above;
        format!("| {number} {} | {} | {} |\n", layer.name, code(layer.files), layer.never)
    };
    let rows: String = layers.iter().enumerate().map(row).collect();
    format!("| layer | folders and files | what it must never know |\n|---|---|---|\n{rows}")
}

fn circle_table(circles: &[Circle]) -> String {
    let rows: String =
        circles.iter().map(|circle| format!("| {} | {} |\n", code(circle.files), circle.reason)).collect();
    format!("| files | why they import each other |\n|---|---|\n{rows}")
}

fn code(files: &str) -> String {
    files.split_whitespace().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(" ")
}

/// The steps of the page that name what is not there: lines such as "1. `a/b.rs`, `function`: ..".
pub(crate) fn lost_steps(page: &str, files: &Files) -> Vec<String> {
    page.lines().filter(|line| is_step(line)).filter_map(|line| lost(line, files)).collect()
}

/// A heading with steps below it.
pub(crate) struct Walk<'a> {
    pub(crate) heading: &'a str,
    /// The file of each step.
    files: Vec<&'a str>,
}

pub(crate) fn walks(page: &str) -> Vec<Walk<'_>> {
    let sections = page.split("\n## ").skip(1).filter_map(|section| section.split_once('\n'));
    let files =
        |text| str::lines(text).filter(|line| is_step(line)).filter_map(|line| line.split('`').nth(1));
    let walks = sections.map(|(heading, text)| Walk { heading, files: files(text).collect() });
    walks.filter(|walk| !walk.files.is_empty()).collect()
}

fn walk_table(page: &str) -> String {
    let row = |walk: &Walk<'_>| {
        let crossings = walk.files.windows(2).filter(|pair| room(pair[0]) != room(pair[1])).count();
        format!("| {} | {} | {crossings} |\n", walk.heading, walk.files.len())
    };
    let rows: String = walks(page).iter().map(row).collect();
    format!("| walk | steps | crossings from one folder to another |\n|---|---|---|\n{rows}")
}

fn is_step(line: &str) -> bool {
    line.split_once(". ").is_some_and(|(number, _)| number.parse::<u32>().is_ok())
}

fn lost(step: &str, files: &Files) -> Option<String> {
    let mut words = step.split('`').skip(1).step_by(2);
    let (Some(file), Some(function)) = (words.next(), words.next()) else {
        return Some(format!("names no file and function: {step}"));
    };
    let Some(text) = files.get(file) else {
        return Some(format!("there is no {file}: {step}"));
    };
    let name = function.rsplit("::").next().expect("a split has a part");
    let is_there = functions(text.parse().expect("it compiles")).contains(name);
    (!is_there).then(|| format!("{file} defines no function `{name}`: {step}"))
}

/// The names of all functions, methods and macros.
fn functions(tokens: TokenStream) -> BTreeSet<String> {
    let tokens: Vec<_> = tokens.into_iter().collect();
    let mut names = BTreeSet::new();
    for (at, token) in tokens.iter().enumerate() {
        match token {
            TokenTree::Group(group) => names.extend(functions(group.stream())),
            TokenTree::Ident(ident) if ident == "fn" => names.extend(word(tokens.get(at + 1))),
            TokenTree::Ident(ident) if ident == "macro_rules" => names.extend(word(tokens.get(at + 2))),
            _ => {}
        }
    }
    names
}

fn word(token: Option<&TokenTree>) -> Option<String> {
    token.filter(|token| matches!(token, TokenTree::Ident(_))).map(TokenTree::to_string)
}
