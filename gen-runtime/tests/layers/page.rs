//! The page `ARCHITECTURE.md`. Its tables are made of the constants and of its walks, each step of
//! which names a file and a function.

use std::collections::BTreeSet;

use syn::{ImplItem, Item, TraitItem, Type};

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

/// The steps of the page that name a file or function that is not there: lines such as
/// "1. `a/b.rs`, `Type::method`: ..".
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
    let defined = functions(&syn::parse_file(text).expect("it compiles").items);
    (!defined.contains(function)).then(|| format!("{file} defines no `{function}`: {step}"))
}

/// The names of all functions and macros, and of all methods with their type: `Type::method`.
fn functions(items: &[Item]) -> BTreeSet<String> {
    items.iter().flat_map(names_in).collect()
}

fn names_in(item: &Item) -> Vec<String> {
    match item {
        Item::Fn(function) => vec![function.sig.ident.to_string()],
        Item::Macro(definition) => definition.ident.iter().map(ToString::to_string).collect(),
        Item::Mod(module) => module.content.iter().flat_map(|(_, items)| functions(items)).collect(),
        Item::Impl(block) => block.items.iter().filter_map(|item| method(&block.self_ty, item)).collect(),
        Item::Trait(definition) => {
            let methods = definition.items.iter().filter_map(|item| match item {
                TraitItem::Fn(method) => Some(format!("{}::{}", definition.ident, method.sig.ident)),
                _ => None,
            });
            methods.collect()
        }
        _ => Vec::new(),
    }
}

fn method(of: &Type, item: &ImplItem) -> Option<String> {
    let (Type::Path(of), ImplItem::Fn(method)) = (of, item) else { return None };
    Some(format!("{}::{}", of.path.segments.last()?.ident, method.sig.ident))
}
