//! The reading of imports, and what is said of them, on small crates that are made up for it.

use super::check::{file_circles, folder_circles, forbidden, misplaced};
use super::names::{self, Edges};
use super::page::lost_steps;
use super::table::{Circle, Layer};
use super::tree::{Files, Tree};

const LAYERS: &[Layer] = &[
    Layer { name: "high", files: "lib high/ mixed/mod", never: "", apart: false },
    Layer { name: "low", files: "low/ mixed/", never: "", apart: false },
];

fn files(files: &[(&str, &str)]) -> Files {
    files.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect()
}

fn edges(crate_files: &[(&str, &str)]) -> Edges {
    names::edges(&Tree::new(&files(crate_files)))
}

/// Each import as `from:line name to`.
fn imports(crate_files: &[(&str, &str)]) -> Vec<String> {
    let edges = edges(crate_files);
    let all = edges.iter().flat_map(|((from, to), imports)| {
        imports.iter().map(move |import| format!("{from}:{} {} {to}", import.line, import.name))
    });
    all.collect()
}

#[test]
fn a_chain_of_reexports_leads_to_the_file_that_defines_the_name() {
    let crate_files = [
        ("lib.rs", "mod a;\nmod b;\npub use a::Thing;"),
        ("a/mod.rs", "mod inner;\npub(crate) use self::inner::Thing;"),
        ("a/inner.rs", "pub struct Thing;"),
        ("b.rs", "\nuse crate::Thing;\nfn f(_: crate::a::Thing) {}"),
    ];
    assert_eq!(
        imports(&crate_files),
        ["b.rs:2 crate::Thing a/inner.rs", "b.rs:3 crate::a::Thing a/inner.rs"]
    );
}

#[test]
fn a_glob_brings_what_is_used_of_it() {
    let crate_files = [
        ("lib.rs", "mod a; mod b; mod c;"),
        ("a.rs", "pub fn used() {}\npub fn other() {}"),
        ("b.rs", "pub use crate::a::*;"),
        ("c.rs", "use crate::b::*;\nfn f() {\n    used()\n}"),
    ];
    assert_eq!(imports(&crate_files), ["c.rs:3 used a.rs"]);
}

#[test]
fn a_renamed_name_is_followed() {
    let crate_files = [
        ("lib.rs", "mod a; mod b; mod c;"),
        ("a.rs", "pub struct Old;"),
        ("b.rs", "pub(crate) use crate::a::Old as New;"),
        ("c.rs", "use crate::b::{self as other};\nfn f(_: other::New) {}"),
    ];
    assert_eq!(imports(&crate_files), ["b.rs:1 crate::a::Old a.rs", "c.rs:2 other::New a.rs"]);
}

#[test]
fn a_trait_that_is_imported_without_a_name_is_an_import_and_no_name() {
    let crate_files = [
        ("lib.rs", "mod a;\nmod b;"),
        ("a.rs", "pub trait A {}"),
        ("b.rs", "use crate::a::A as _;\nfn f() {\n    let _ = 0;\n}"),
    ];
    assert_eq!(imports(&crate_files), ["b.rs:1 crate::a::A a.rs"]);
}

#[test]
fn a_tree_of_uses_has_a_line_for_each_name() {
    let crate_files = [
        ("lib.rs", "mod a;\nmod b;"),
        ("a/mod.rs", "pub mod inner;\npub struct Outer;"),
        ("a/inner.rs", "pub fn f() {}"),
        ("b.rs", "use crate::{\n    a::{\n        inner::f,\n        Outer,\n    },\n};"),
    ];
    assert_eq!(
        imports(&crate_files),
        ["b.rs:3 crate::a::inner::f a/inner.rs", "b.rs:4 crate::a::Outer a/mod.rs"]
    );
}

#[test]
fn super_goes_up_from_files_and_from_modules_within_them() {
    let crate_files = [
        ("lib.rs", "mod a;\nmod b;"),
        ("b.rs", "pub fn f() {}"),
        ("a/mod.rs", "mod c;\nfn g() {}"),
        ("a/c.rs", "use super::super::b;\nmod within {\n    fn h() { super::b::f(); super::super::g() }\n}"),
    ];
    assert_eq!(imports(&crate_files), ["a/c.rs:3 super::super::g a/mod.rs", "a/c.rs:3 super::b::f b.rs"]);
}

#[test]
fn a_module_that_is_imported_counts_where_it_is_used() {
    let crate_files = [
        ("lib.rs", "mod core;\nmod a;"),
        ("core/mod.rs", "mod part;\npub use self::part::Core;\npub fn core() {}"),
        ("core/part.rs", "pub struct Core;"),
        ("a.rs", "use super::core;\nfn f() -> core::Core {\n    core::Core\n}"),
    ];
    assert_eq!(imports(&crate_files), ["a.rs:2 core::Core core/part.rs"]);
}

#[test]
fn a_function_is_found_beside_a_module_of_its_name() {
    let crate_files = [
        ("lib.rs", "mod task;\nmod a;\npub use crate::a::task;"),
        ("a/mod.rs", "mod task;\npub use self::task::task;"),
        ("a/task.rs", "pub fn task() {}"),
        ("task.rs", "pub fn spawn() {}\nfn f() { crate::task() }"),
    ];
    assert_eq!(imports(&crate_files), ["task.rs:2 crate::task a/task.rs"]);
    let crate_files = [
        crate_files[0],
        crate_files[1],
        crate_files[2],
        ("task.rs", "use crate::task::spawn;\nfn spawn() {}"),
    ];
    assert_eq!(imports(&crate_files), [""; 0], "`crate::task::spawn` is in the file itself");
}

#[test]
fn a_module_that_shares_its_name_with_a_function_counts_where_it_is_used() {
    let crate_files = [
        ("lib.rs", "mod many;\nmod a;\npub use crate::many::many;"),
        ("many/mod.rs", "mod part;\npub use self::part::part;\npub fn many() {}"),
        ("many/part.rs", "pub fn part() {}"),
        ("a.rs", "use crate::many;\nfn f() {\n    many::part()\n}"),
    ];
    assert_eq!(imports(&crate_files), ["a.rs:3 many::part many/part.rs"]);
}

#[test]
fn a_private_module_is_not_seen_from_outside() {
    let crate_files = [
        ("lib.rs", "mod a;\nmod b;"),
        ("a/mod.rs", "mod task;\npub use self::task::task;"),
        ("a/task.rs", "pub fn task() {}"),
        ("b.rs", "use crate::a::task;\nfn f() {\n    task()\n}"),
    ];
    assert_eq!(imports(&crate_files), ["b.rs:1 crate::a::task a/task.rs"]);
}

#[test]
fn the_body_of_a_macro_imports_and_so_does_what_is_given_to_one() {
    let crate_files = [
        ("lib.rs", "mod a;\nmod b;\nmod c;"),
        ("a.rs", "macro_rules! make {\n    ($name:ident) => {\n        use $crate::b::{Thing as _};\n        $crate::b::f($name::b)\n    };\n}\npub(crate) use make;"),
        ("b.rs", "pub trait Thing {}\npub fn f() {}"),
        ("c.rs", "use crate::a::make;\nmake! { crate::b::Thing }"),
    ];
    let expected = [
        "a.rs:3 crate::b::Thing b.rs",
        "a.rs:4 crate::b::f b.rs",
        "c.rs:1 crate::a::make a.rs",
        "c.rs:2 crate::b::Thing b.rs",
    ];
    assert_eq!(imports(&crate_files), expected);
}

#[test]
fn an_exported_macro_belongs_to_its_file_and_not_to_the_root() {
    let crate_files = [
        ("lib.rs", "mod a;\nmod b;"),
        ("a.rs", "#[macro_export]\nmacro_rules! make { () => {} }"),
        ("b.rs", "crate::make!();"),
    ];
    assert_eq!(imports(&crate_files), ["b.rs:1 crate::make a.rs"]);
}

#[test]
fn a_name_that_a_macro_makes_belongs_to_the_file_of_the_call() {
    let crate_files =
        [("lib.rs", "mod a;\nmod b;"), ("a.rs", "make!(Thing);"), ("b.rs", "use crate::a::Thing;")];
    assert_eq!(imports(&crate_files), ["b.rs:1 crate::a::Thing a.rs"]);
}

#[test]
fn tests_models_docs_and_other_crates_do_not_count() {
    let crate_files = [
        ("lib.rs", "mod a;\nmod b;\n#[cfg(all(test, loom))]\nmod models;\n#[cfg(test)]\nmod tests { use crate::a::A; }"),
        ("models.rs", "use crate::a::A;"),
        ("a.rs", "pub struct A;\npub use std::mem::swap;"),
        (
            "b.rs",
            "//! [`crate::a::A`]\n#[cfg(loom)]\nuse crate::a::A;\nuse crate::a::swap;\nuse ::a::A as B;\n\
             struct C;\nimpl C {\n    #[cfg(test)]\n    fn f() -> crate::a::A { crate::a::A }\n}",
        ),
    ];
    assert_eq!(imports(&crate_files), [""; 0]);
}

#[test]
fn what_is_written_but_is_no_path_does_not_count() {
    let crate_files = [
        ("lib.rs", "mod a;\npub use self::a::{name, Name};\nfn f<'name, T>(x: T) { x.name(); <T>::name(); 0..name; }"),
        ("a.rs", "pub const name: u32 = 0;\npub struct Name;"),
    ];
    assert_eq!(imports(&crate_files), ["lib.rs:3 name a.rs"]);
}

#[test]
fn an_upward_import_is_reported_with_its_file_line_name_and_target() {
    let crate_files = [
        ("lib.rs", "mod high;\nmod low;"),
        ("high/mod.rs", "pub struct High;\nuse crate::low::Low;"),
        ("low/mod.rs", "pub struct Low;\n\nuse crate::high::High;"),
    ];
    let expected =
        "low/mod.rs:3 imports `crate::high::High`, which high/mod.rs defines, from the layer `low` up to `high`";
    assert_eq!(forbidden(LAYERS, &edges(&crate_files)), [expected]);
}

#[test]
fn folders_of_a_layer_import_from_each_other_unless_they_are_to_be_apart() {
    let crate_files = [
        ("lib.rs", "mod a;\nmod b;"),
        ("a/mod.rs", "mod inner;\nuse crate::b::B;"),
        ("a/inner.rs", "use super::inner;"),
        ("b.rs", "pub struct B;"),
    ];
    let edges = edges(&crate_files);
    let layer = |apart| [Layer { name: "all", files: "lib a/ b", never: "", apart }];
    assert_eq!(forbidden(&layer(false), &edges), [""; 0]);
    let expected = "a/mod.rs:2 imports `crate::b::B`, which b.rs defines, \
                    though the folders of the layer `all` are to be apart";
    assert_eq!(forbidden(&layer(true), &edges), [expected]);
}

#[test]
fn a_file_is_where_it_is_named_and_else_where_its_folder_is() {
    let crate_files = [
        ("lib.rs", "mod high;\nmod low;\nmod mixed;\nmod lost;"),
        ("high/mod.rs", ""),
        ("low/mod.rs", ""),
        ("mixed/mod.rs", "mod part;\n#[cfg(test)]\nmod models;"),
        ("mixed/part.rs", "use super::f;"),
        ("mixed/models.rs", ""),
        ("mixed/unused.rs", ""),
        ("lost.rs", ""),
    ];
    let crate_files = files(&crate_files);
    let tree = Tree::new(&crate_files);
    let expected = ["lost.rs is in no layer", "mixed/unused.rs is declared by no module"];
    assert_eq!(misplaced(LAYERS, &crate_files, &tree), expected);
    let upward = forbidden(LAYERS, &names::edges(&tree));
    assert_eq!(upward.len(), 1);
    assert!(upward[0].starts_with("mixed/part.rs:1 imports `super::f`"), "{upward:?}");
    let twice =
        [Layer { name: "all", files: "lib high/ low/ mixed/ lost lost gone/", never: "", apart: false }];
    let expected = [
        "lost.rs is in 2 layers",
        "mixed/unused.rs is declared by no module",
        "gone/ is in the table, but not in src",
    ];
    assert_eq!(misplaced(&twice, &crate_files, &tree), expected);
}

#[test]
fn a_circle_of_folders_is_reported_whichever_files_it_goes_through() {
    let crate_files = [
        ("lib.rs", "mod a;\nmod b;"),
        ("a/mod.rs", "pub mod one;\npub mod two;"),
        ("a/one.rs", "use crate::b::B;"),
        ("a/two.rs", "pub fn f() {}"),
        ("b.rs", "pub struct B;\nfn g() { crate::a::two::f() }"),
    ];
    let edges = edges(&crate_files);
    assert_eq!(file_circles(&[], &edges), [""; 0]);
    let [circle] = &folder_circles(&edges)[..] else { panic!("there is one circle") };
    assert!(circle.starts_with("a circle of a, b.rs:"), "{circle}");
    assert!(circle.contains("a/one.rs:1 imports `crate::b::B`, which b.rs defines"), "{circle}");
}

#[test]
fn a_circle_of_files_has_to_be_named_and_to_be_there() {
    let crate_files = [
        ("lib.rs", "mod a;"),
        ("a/mod.rs", "mod one;\nmod two;"),
        ("a/one.rs", "use super::two::Two;\npub struct One;"),
        ("a/two.rs", "use super::one::One;\npub struct Two;"),
    ];
    let edges = edges(&crate_files);
    assert_eq!(folder_circles(&edges), [""; 0]);
    let [circle] = &file_circles(&[], &edges)[..] else { panic!("there is one circle") };
    assert!(circle.starts_with("a circle of a/one.rs, a/two.rs:"), "{circle}");
    let named = Circle { files: "a/{one,two}", reason: "" };
    let gone = Circle { files: "a/{mod,one}", reason: "" };
    assert_eq!(file_circles(&[named, gone], &edges), ["there is no circle of a/mod.rs, a/one.rs"]);
}

#[test]
fn a_face_may_list_what_is_in_its_folder_and_what_it_uses_of_that_counts() {
    let listed = [
        ("lib.rs", "mod a;"),
        ("a/mod.rs", "mod one;\npub use self::one::One;\npub struct Outer;"),
        ("a/one.rs", "use super::Outer;\npub struct One;"),
    ];
    assert_eq!(file_circles(&[], &edges(&listed)), [""; 0]);
    let used =
        [listed[0], ("a/mod.rs", "mod one;\npub use self::one::One;\npub struct Outer(One);"), listed[2]];
    assert_eq!(file_circles(&[], &edges(&used)).len(), 1);
}

#[test]
fn a_step_names_a_file_and_a_function_of_it() {
    let crate_files =
        files(&[("a.rs", "struct A;\nimpl A {\n    fn f() {}\n}\nmacro_rules! m { () => {} }")]);
    let page = "1. `a.rs`, `A::f`: begins\n2. `a.rs`, `m`: goes on\n3. `a.rs`, `g`: is lost\n\
                4. `b.rs`, `f`: is lost\n5. `a.rs`: is lost\n\
                6. `a.rs`, `f`: says not whose\n7. `a.rs`, `B::f`: is another's\n";
    let expected = [
        "a.rs defines no `g`: 3. `a.rs`, `g`: is lost",
        "there is no b.rs: 4. `b.rs`, `f`: is lost",
        "names no file and function: 5. `a.rs`: is lost",
        "a.rs defines no `f`: 6. `a.rs`, `f`: says not whose",
        "a.rs defines no `B::f`: 7. `a.rs`, `B::f`: is another's",
    ];
    assert_eq!(lost_steps(page, &crate_files), expected);
}
