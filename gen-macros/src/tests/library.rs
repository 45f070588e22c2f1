//! The path of the library, where the attribute does not give it.

use crate::pipeline::library::manifest::dependency_in;
use crate::pipeline::library::{Dependency, path_before_name};

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
        ("[dev-dependencies]\ngen-runtime.workspace = true", Dependency::Usual),
        ("[dependencies]\n\"gen-runtime\" = { version = \"1\" }", Dependency::Usual),
        ("[dependencies.gen-runtime]\npath = \"..\"", Dependency::Usual),
        ("[dependencies]\ngen = { package = \"gen-runtime\" }", Dependency::Usual),
        ("[dependencies]\nco = { version = \"1\", package = \"gen-runtime\" }", renamed("co")),
        ("[dependencies]\nmy-co={package='gen-runtime',path='..'}", renamed("my_co")),
        ("[dependencies]\nco.package = \"gen-runtime\"\nco.version = \"1\"", renamed("co")),
        ("[target.'cfg(unix)'.dependencies]\nco = { package = \"gen-runtime\" }", renamed("co")),
        ("[dependencies.co] # here\nversion = \"1\"\npackage = \"gen-runtime\" # ours", renamed("co")),
        (
            "[dependencies]\nco = { package = \"gen-runtime\" }\n[dev-dependencies]\ngen-runtime = \"1\"",
            Dependency::Usual,
        ),
        ("[package]\nname = \"gen-runtime\"\n[dependencies]\nlog = \"0.4\"", Dependency::Absent),
        ("[dependencies]\n# co = { package = \"gen-runtime\" }", Dependency::Absent),
        ("[dependencies]\nco = { package = \"gen-runtime-2\" }", Dependency::Absent),
        ("[patch.crates-io]\nco = { package = \"gen-runtime\" }", Dependency::Absent),
        ("", Dependency::Absent),
        ("[workspace.dependencies]\ngen-runtime = \"1\"", Dependency::Absent),
        ("[dependencies]\nco.workspace = true", Dependency::Unknown),
        ("[dependencies]\nco = { workspace = true, features = [] }", Dependency::Unknown),
    ] {
        assert_eq!(dependency_in(manifest), dependency, "{manifest}");
    }
}
