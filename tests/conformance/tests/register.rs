//! Each row of `register.toml` has its test, and the table in the crate's docs has its differences.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

use indexmap::IndexMap;
use serde::Deserialize;
use syn::visit::{self, Visit};

/// The rows of each section, by name.
type Register = IndexMap<String, IndexMap<String, Row>>;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    says: String,
    compile_fail: Option<String>,
    without: Option<String>,
    there: Option<String>,
    here: Option<String>,
    why: Option<String>,
}

/// A difference, in the columns of the table.
type Difference<'a> = [&'a str; 3];

impl Row {
    fn difference(&self) -> Result<Option<Difference<'_>>, &'static str> {
        match [&self.there, &self.here, &self.why].map(Option::as_deref) {
            [Some(there), Some(here), Some(why)] => Ok(Some([there, here, why])),
            [None, None, None] => Ok(None),
            _ => Err("`there`, `here` and `why` belong together"),
        }
    }
}

/// The function of a test, and its modules.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Test {
    modules: Vec<String>,
    function: String,
}

impl Test {
    fn is_of(&self, section: &str, row: &str) -> bool {
        match section {
            "rules" => self.function.starts_with(&format!("{row}_")),
            // The names of the library's items are also the names of some of Tornado's tests.
            "names" => self.function == row && self.is_about_names(),
            _ => self.function == row && !self.is_about_names(),
        }
    }

    fn is_about_names(&self) -> bool {
        self.modules.first().is_some_and(|module| module == "names")
    }
}

fn here() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn register() -> Register {
    toml::from_str(&read(&here().join("register.toml")))
        .unwrap_or_else(|error| panic!("register.toml: {error}"))
}

fn rows(register: &Register) -> impl Iterator<Item = (&str, &str, &Row)> {
    register.iter().flat_map(|(section, rows)| {
        rows.iter().map(move |(name, row)| (section.as_str(), name.as_str(), row))
    })
}

/// All tests of the binary `conformance`.
fn tests() -> BTreeSet<Test> {
    let mut found = Found::default();
    found.in_folder(&here().join("tests/conformance"));
    found.tests
}

/// Walks through files and modules.
#[derive(Default)]
struct Found {
    modules: Vec<String>,
    tests: BTreeSet<Test>,
}

impl Found {
    fn in_folder(&mut self, folder: &Path) {
        for entry in fs::read_dir(folder).expect("the folder is there") {
            let path: PathBuf = entry.expect("it can be read").path();
            let stem = path.file_stem().expect("it has a name").to_string_lossy().into_owned();
            let is_root = stem == "main" || stem == "mod";
            self.modules.extend((!is_root).then_some(stem));
            if path.is_dir() {
                self.in_folder(&path);
            } else {
                self.visit_file(&syn::parse_file(&read(&path)).expect("it compiles"));
            }
            self.modules.truncate(self.modules.len() - usize::from(!is_root));
        }
    }
}

impl<'ast> Visit<'ast> for Found {
    fn visit_item_mod(&mut self, module: &'ast syn::ItemMod) {
        self.modules.push(module.ident.to_string());
        visit::visit_item_mod(self, module);
        self.modules.pop();
    }

    fn visit_item_fn(&mut self, function: &'ast syn::ItemFn) {
        if function.attrs.iter().any(|attribute| attribute.path().is_ident("test")) {
            let function = function.sig.ident.to_string();
            self.tests.insert(Test { modules: self.modules.clone(), function });
        }
    }
}

/// Panics if the list is not empty, with a message that contains the list.
fn assert_none(missing: Vec<String>, what: &str) {
    assert!(missing.is_empty(), "{what}:\n{}", missing.join("\n"));
}

#[test]
fn each_row_has_a_test_or_does_not_compile() {
    let (register, tests) = (register(), tests());
    let missing = rows(&register).filter_map(|(section, name, row)| {
        let is_tested = tests.iter().any(|test| test.is_of(section, name));
        let has_other = row.compile_fail.is_some() || row.without.is_some();
        (!is_tested && !has_other).then(|| format!("[{section}] {name}: {}", row.says))
    });
    assert_none(missing.collect(), "rows without a test of their name");
}

#[test]
fn each_compile_fail_case_exists() {
    let register = register();
    let missing = rows(&register).filter_map(|(_, name, row)| {
        let case = row.compile_fail.as_ref()?;
        let file = here().join("../../ui-tests/fail").join(case).with_extension("rs");
        (!file.exists()).then(|| format!("{name}: {case}"))
    });
    assert_none(missing.collect(), "no such file in ui-tests/fail");
}

#[test]
fn each_rule_is_in_the_register() {
    const RULES: usize = 61;
    let register = register();
    let rule = |name: &str| name.strip_prefix("rule_")?.split('_').next()?.parse::<usize>().ok();
    let known: BTreeSet<_> = register["rules"].keys().filter_map(|name| rule(name)).collect();
    assert!(known.iter().copied().eq(1..=RULES), "{known:?}");
    let unknown = tests().into_iter().map(|test| test.function).filter(|test| {
        let number = test.starts_with("rule_").then(|| rule(test));
        number.is_some_and(|number| number.is_none_or(|number| !known.contains(&number)))
    });
    assert_none(unknown.collect(), "tests of rules that are not in the register");
}

/// The table of the page `gen::differences` of the docs.
fn differences(register: &Register) -> String {
    let mut table = String::from("| in tornado.gen | in gen | why |\n|---|---|---|\n");
    for (_, name, row) in rows(register) {
        match row.difference() {
            // Writing to a `String` cannot fail.
            Ok(Some([there, here, why])) => drop(writeln!(table, "| {there} | {here} | {why} |")),
            Ok(None) => {}
            Err(mistake) => panic!("{name}: {mistake}"),
        }
    }
    table
}

#[test]
fn the_table_in_the_docs_is_that_of_the_register() {
    let path = here().join("../../gen-runtime/src/differences.md");
    let actual = differences(&register());
    if std::env::var_os("UPDATE_SNAPSHOTS").is_some() {
        fs::write(&path, &actual).expect("it can be written");
    }
    let expected = fs::read_to_string(&path).unwrap_or_default();
    let is_new = |line: &&str| !expected.lines().any(|other| other == *line);
    let new: Vec<_> = actual.lines().filter(is_new).map(String::from).collect();
    assert_none(
        new,
        "not in the table; `UPDATE_SNAPSHOTS=1 cargo test -p conformance --test register` writes it",
    );
    assert!(actual == expected, "the table has more than the register, or another order: write it again");
}
