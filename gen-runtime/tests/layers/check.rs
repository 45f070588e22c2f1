//! The rules, each of which finds the imports that break it. A complaint is a sentence.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

use super::circles::circles;
use super::names::{Edges, Import};
use super::table::{Circle, Layer};
use super::tree::{folder_of, Files, Tree};

/// The files of `lib a/ b/{mod,c}`, and the folders, which end with a slash.
pub(crate) fn entries(files: &str) -> Vec<String> {
    let entry = |name: String| if name.ends_with('/') { name } else { format!("{name}.rs") };
    let entries = |word: &str| match word.split_once('{') {
        Some((folder, names)) => {
            let names = names.trim_end_matches('}').split(',');
            names.map(|name| entry(format!("{folder}{name}"))).collect()
        }
        None => vec![entry(word.to_owned())],
    };
    files.split_whitespace().flat_map(entries).collect()
}

/// The files that are not in exactly one layer, and the entries of layers that stand for no file.
pub(crate) fn misplaced(layers: &[Layer], files: &Files, tree: &Tree) -> Vec<String> {
    let is_test_only =
        |file: &str| tree.test_only.iter().any(|test| file == test || file.starts_with(&folder_of(test)));
    let known = tree.files();
    let mut complaints = Vec::new();
    for file in files.keys().filter(|file| !is_test_only(file)) {
        if !known.contains(file.as_str()) {
            complaints.push(format!("{file} is declared by no module"));
        }
        complaints.extend(layer_of(layers, file).err());
    }
    for entry in layers.iter().flat_map(|layer| entries(layer.files)) {
        if !files.keys().any(|file| *file == entry || entry.ends_with('/') && file.starts_with(&entry)) {
            complaints.push(format!("{entry} is in the table, but not in src"));
        }
    }
    complaints
}

/// The layer of a file, counted from the top. A file that is named by itself is where it is named,
/// and not where its folder is.
fn layer_of(layers: &[Layer], file: &str) -> Result<usize, String> {
    let with = |is_meant: &dyn Fn(&String) -> bool| -> Vec<usize> {
        let count = |layer: &Layer| entries(layer.files).into_iter().filter(|entry| is_meant(entry)).count();
        layers.iter().enumerate().flat_map(|(at, layer)| std::iter::repeat_n(at, count(layer))).collect()
    };
    let mut found = with(&|entry| entry == file);
    if found.is_empty() {
        found = with(&|entry| entry.ends_with('/') && file.starts_with(entry));
    }
    match found[..] {
        [layer] => Ok(layer),
        [] => Err(format!("{file} is in no layer")),
        _ => Err(format!("{file} is in {} layers", found.len())),
    }
}

/// The imports from a layer above that of the importing file, and those between folders of a layer
/// that are to be apart.
pub(crate) fn forbidden(layers: &[Layer], edges: &Edges) -> Vec<String> {
    let mut complaints = Vec::new();
    for ((from, to), imports) in edges {
        let (Ok(own), Ok(other)) = (layer_of(layers, from), layer_of(layers, to)) else { continue };
        let name = layers[own].name;
        let why = match other.cmp(&own) {
            Ordering::Less => format!("from the layer `{name}` up to `{}`", layers[other].name),
            Ordering::Equal if layers[own].apart && room(from) != room(to) => {
                format!("though the folders of the layer `{name}` are to be apart")
            }
            _ => continue,
        };
        complaints.extend(imports.iter().map(|import| format!("{}, {why}", sentence(from, to, import))));
    }
    complaints
}

fn sentence(from: &str, to: &str, import: &Import) -> String {
    format!("{from}:{} imports `{}`, which {to} defines", import.line, import.name)
}

/// The circles of the folders of `src`. A file of `src` itself counts as a folder.
pub(crate) fn folder_circles(edges: &Edges) -> Vec<String> {
    let mut examples: BTreeMap<(String, String), Vec<String>> = BTreeMap::new();
    for ((from, to), imports) in edges.iter().filter(|((from, to), _)| room(from) != room(to)) {
        let sentences = imports.iter().map(|import| sentence(from, to, import));
        examples.entry((room(from).to_owned(), room(to).to_owned())).or_default().extend(sentences);
    }
    let circles = circles(&examples.keys().cloned().collect());
    circles.iter().map(|circle| describe(circle, &examples)).collect()
}

/// The circles of files within a folder that the table does not name, and those that it names but
/// that are no more.
pub(crate) fn file_circles(named: &[Circle], edges: &Edges) -> Vec<String> {
    let within: BTreeMap<_, _> = edges
        .iter()
        .filter(|((from, to), _)| room(from) == room(to))
        .map(|((from, to), imports)| {
            let sentences = imports.iter().map(|import| sentence(from, to, import)).collect();
            ((from.clone(), to.clone()), sentences)
        })
        .collect();
    let circles: BTreeSet<_> = circles(&within.keys().cloned().collect()).into_iter().collect();
    let named: BTreeSet<BTreeSet<_>> =
        named.iter().map(|circle| entries(circle.files).into_iter().collect()).collect();
    let new = circles.difference(&named).map(|circle| describe(circle, &within));
    let gone = named.difference(&circles).map(|circle| format!("there is no circle of {}", list(circle)));
    new.chain(gone).collect()
}

/// The folder of `src` that a file is in.
pub(crate) fn room(file: &str) -> &str {
    file.split_once('/').map_or(file, |(folder, _)| folder)
}

/// A circle with an example of each import in it, those first that have the fewest beside them.
fn describe(circle: &BTreeSet<String>, examples: &BTreeMap<(String, String), Vec<String>>) -> String {
    let is_inside = |(from, to): &(String, String)| circle.contains(from) && circle.contains(to);
    let mut inside: Vec<_> = examples.iter().filter(|(edge, _)| is_inside(edge)).collect();
    inside.sort_by_key(|(_, sentences)| sentences.len());
    let lines = inside.iter().map(|(_, sentences)| match &sentences[..] {
        [only] => format!("\n    {only}"),
        all => format!("\n    {} (one of {})", all[0], all.len()),
    });
    format!("a circle of {}:{}", list(circle), lines.collect::<String>())
}

fn list(names: &BTreeSet<String>) -> String {
    names.iter().map(String::as_str).collect::<Vec<_>>().join(", ")
}
