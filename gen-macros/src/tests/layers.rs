//! The modules import each other in one direction only, which the table on the first page shows.

use std::fs;
use std::path::{Path, PathBuf};

use proc_macro2::{TokenStream, TokenTree};

/// The modules of the table, the lowest first.
fn table(first_page: &str) -> Vec<&str> {
    first_page
        .lines()
        .filter_map(|line| line.strip_prefix("//! | `")?.split_once('`'))
        .map(|(module, _)| module)
        .collect()
}

/// Every source file of the folder.
fn sources(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            sources(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
}

/// The modules that are named after `crate::pipeline::`, in a `use` or elsewhere.
fn imported(tokens: TokenStream, found: &mut Vec<String>) {
    let trees: Vec<TokenTree> = tokens.into_iter().collect();
    for (position, tree) in trees.iter().enumerate() {
        match tree {
            TokenTree::Group(group) => imported(group.stream(), found),
            TokenTree::Ident(word) if word == "pipeline" => match trees.get(position + 3) {
                Some(TokenTree::Ident(module)) => found.push(module.to_string()),
                Some(TokenTree::Group(list)) => found.extend(first_words(list.stream())),
                _ => {}
            },
            _ => {}
        }
    }
}

/// The first word of each element of a list.
fn first_words(list: TokenStream) -> Vec<String> {
    let list: Vec<TokenTree> = list.into_iter().collect();
    let elements = list.split(|tree| matches!(tree, TokenTree::Punct(comma) if comma.as_char() == ','));
    elements.filter_map(|element| element.first()).map(ToString::to_string).collect()
}

#[test]
fn no_module_imports_from_a_row_below_its_own() {
    let first_page = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/lib.rs");
    let folder = first_page.with_file_name("pipeline");
    let first_page = fs::read_to_string(first_page).expect("the first page");
    let table = table(&first_page);
    let row = |module: &str| {
        table.iter().position(|other| *other == module).unwrap_or_else(|| panic!("`{module}` has no row"))
    };
    let (mut files, mut imports) = (Vec::new(), 0);
    sources(&folder, &mut files);
    for file in files {
        let name = file.strip_prefix(&folder).expect("a file in the folder");
        let module = name.iter().next().expect("a name").to_str().expect("UTF-8").trim_end_matches(".rs");
        let source = fs::read_to_string(&file).expect("a source file");
        let mut found = Vec::new();
        imported(source.parse().expect("tokens"), &mut found);
        imports += found.len();
        for other in found.iter().filter(|other| *other != module) {
            assert!(row(other) < row(module), "{} imports from `{other}`, which is below it", name.display());
        }
    }
    assert!(imports > 50, "only {imports} imports were found");
}
