//! The tables of the front page name each function, attribute, macro and module of the library.

use std::fs;
use std::path::Path;

const SOURCE: &str = include_str!("../src/lib.rs");

/// Modules in which a user looks for no item: pages of text, and what the macros need.
const NO_ITEMS: [&str; 4] = ["__private", "differences", "executors", "guide"];

/// The rows of the tables.
fn tables() -> String {
    let page = SOURCE.lines().map_while(|line| line.strip_prefix("//! ").or(line.strip_prefix("//!")));
    let tables = page.skip_while(|line| *line != "# What to use");
    tables.filter(|line| line.starts_with("| ")).collect::<Vec<_>>().join("\n")
}

/// The source without comments.
fn code() -> String {
    SOURCE.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n")
}

/// The functions, attributes and modules that are re-exported. The name of a type has a capital.
fn exported() -> Vec<String> {
    let code = code();
    // Those in a module are indented.
    let statements = code.split("\npub use ").skip(1).filter_map(|rest| rest.split(';').next());
    let names = statements.flat_map(|statement| {
        let list = statement.split_once('{').map_or(statement, |(_, list)| list.trim_end_matches('}'));
        list.split(',').map(|name| name.rsplit("::").next().unwrap_or(name).trim())
    });
    let is_lower = |name: &&str| name.starts_with(char::is_lowercase) && *name != "self";
    names.filter(is_lower).map(str::to_owned).collect()
}

fn modules() -> Vec<String> {
    let code = code();
    let modules = code.lines().filter_map(|line| line.strip_prefix("pub mod "));
    modules.filter_map(|rest| rest.split([';', ' ']).next()).map(str::to_owned).collect()
}

/// The macros that a user may call, in the files of a folder.
fn macros(folder: &Path) -> Vec<String> {
    let mut names = Vec::new();
    for entry in fs::read_dir(folder).expect("the sources are there") {
        let path = entry.expect("the folder can be read").path();
        if path.is_dir() {
            names.extend(macros(&path));
            continue;
        }
        let text = fs::read_to_string(path).expect("the sources are text");
        let macros = text.split("#[macro_export]\n").skip(1);
        let macros = macros.filter_map(|rest| rest.split_once("macro_rules! ")?.1.split(' ').next());
        names.extend(macros.filter(|name| !name.starts_with("__")).map(str::to_owned));
    }
    names
}

/// Otherwise a user would write what is there already, because no table leads to it.
#[test]
fn the_tables_of_the_front_page_name_each_function_macro_and_module() {
    let (tables, exported, modules) = (tables(), exported(), modules());
    let macros = macros(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"));
    for known in ["batch_local", "coroutine", "retry"] {
        assert!(exported.iter().any(|name| name == known), "{known} is not found in {exported:?}");
    }
    assert!(modules.iter().any(|name| name == "sync") && macros.iter().any(|name| name == "ensure"));

    // A link, or a name behind the name of the crate where a feature may be missing.
    let forms = |name: &str| {
        let links = ["`]", "!`]", "::", "("].map(|end| format!("[`{name}{end}"));
        links.into_iter().chain([format!("`gen::{name}")])
    };
    let is_named = |name: &String| forms(name).any(|form| tables.contains(&form));
    let all = exported.iter().chain(&modules).chain(&macros);
    let missing: Vec<_> = all.filter(|name| !NO_ITEMS.contains(&name.as_str()) && !is_named(name)).collect();
    assert!(missing.is_empty(), "{missing:?}");
}
