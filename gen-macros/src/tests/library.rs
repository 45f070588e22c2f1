//! The path of the library, where the attribute does not give it.

use quote::ToTokens;

use crate::pipeline::library::manifest::{Dependency, dependencies_in};
use crate::pipeline::library::{Library, path_before_name};

#[test]
fn the_path_of_an_attribute_ends_before_its_name() {
    for (attribute, path) in [
        ("#[gen::coroutine]", Some("gen")),
        ("#[r#gen::coroutine(boxed)]", Some("r#gen")),
        ("#[::a::b::main(crate = c::d)]", Some("::a::b")),
        ("# [ g::co ]", Some("g")),
        ("g::engine(crate = x)", Some("g")),
        ("#[co]", None),
        ("#[co(crate = a::b)]", None),
        ("#[$crate::coroutine]", None),
        ("#[::coroutine]", None),
        ("make!(f)", None),
        ("", None),
    ] {
        assert_eq!(path_before_name(attribute), path, "{attribute}");
    }
}

#[test]
fn the_manifest_names_the_library() {
    let renamed = |name: &str| Dependency::Renamed(name.to_owned());
    for (manifest, dependency) in [
        ("[dependencies]\ngen-runtime = \"0.1\"", Dependency::Usual),
        ("[dependencies]\n\"gen-runtime\" = { version = \"1\" }", Dependency::Usual),
        ("[dependencies.gen-runtime]\npath = \"..\"", Dependency::Usual),
        ("[dependencies]\ngen = { package = \"gen-runtime\" }", Dependency::Usual),
        ("[dependencies]\nco = { version = \"1\", package = \"gen-runtime\" }", renamed("co")),
        ("[dependencies]\nmy-co={package='gen-runtime',path='..'}", renamed("my_co")),
        ("[dependencies]\nco.package = \"gen-runtime\"\nco.version = \"1\"", renamed("co")),
        ("[target.'cfg(unix)'.dependencies]\nco = { package = \"gen-runtime\" }", renamed("co")),
        ("[dependencies.co] # here\nversion = \"1\"\npackage = \"gen-runtime\" # ours", renamed("co")),
        ("[dependencies]\nco = { package = \"gen-runtime\" }\ngen-runtime = \"1\"", Dependency::Usual),
        ("[package]\nname = \"gen-runtime\"\n[dependencies]\nlog = \"0.4\"", Dependency::Absent),
        ("[dependencies]\n# co = { package = \"gen-runtime\" }", Dependency::Absent),
        ("[dependencies]\nco = { package = \"gen-runtime-2\" }", Dependency::Absent),
        ("[patch.crates-io]\nco = { package = \"gen-runtime\" }", Dependency::Absent),
        ("", Dependency::Absent),
        ("[workspace.dependencies]\ngen-runtime = \"1\"", Dependency::Absent),
        ("[dependencies]\nco.workspace = true", Dependency::Unknown),
        ("[dependencies]\nco = { workspace = true, features = [] }", Dependency::Unknown),
    ] {
        assert_eq!(dependencies_in(manifest).of_all, dependency, "{manifest}");
        let of_tests = manifest.replace("dependencies", "dev-dependencies");
        assert_eq!(dependencies_in(&of_tests).of_some, dependency, "{of_tests}");
    }
}

#[test]
fn the_library_of_a_crate_does_not_have_the_dependencies_of_its_tests() {
    let of_tests = "[dev-dependencies]\ngen-runtime = \"1\"";
    let of_build = "[build-dependencies.co]\npackage = \"gen-runtime\"";
    let of_all_and_tests =
        "[dependencies]\nco = { package = \"gen-runtime\" }\n[dev-dependencies]\ngen-runtime = \"1\"";
    for (manifest, written, library) in [
        (of_tests, Some("framework::g"), "framework :: g"),
        (of_tests, Some(""), "usual"),
        // An editor does not know the path.
        (of_tests, None, "usual"),
        (of_build, Some("framework"), "framework"),
        (of_build, Some(""), ":: co"),
        (of_all_and_tests, Some("framework"), ":: co"),
        (of_all_and_tests, Some(""), ":: co"),
        ("[dependencies]\ngen-runtime = \"1\"", Some("framework"), "usual"),
        ("[dependencies]\nco.workspace = true", Some("framework"), "framework"),
        ("[dependencies]\nco.workspace = true", Some(""), "usual"),
        ("[dev-dependencies]\nco.workspace = true", Some(""), "usual"),
        ("", Some(""), "missing"),
        ("", None, "usual"),
    ] {
        let found = match Library::choose(Some(&dependencies_in(manifest)), written) {
            Library::Usual => "usual".to_owned(),
            Library::Missing => "missing".to_owned(),
            Library::At(path) => path.to_token_stream().to_string(),
        };
        assert_eq!(found, library, "{manifest} with {written:?}");
    }
}
