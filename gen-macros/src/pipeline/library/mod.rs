//! Finds the path of the library, where the attribute does not give it.
//!
//! The library is `::r#gen`, unless `Cargo.toml` renames it, or another crate re-exports it. The
//! steps, of which the first that gives an answer counts:
//!
//! 1. The attribute is written as `#[gen::..]`: the library has its usual name.
//! 2. The [manifest] of the crate that is compiled has the package `gen-runtime` in its
//!    `[dependencies]`, under this or under another name.
//! 3. The attribute is written with a path, as in `#[framework::coroutine]`: the library is where
//!    the attribute is.
//! 4. The manifest has the package in its `[dev-dependencies]` or `[build-dependencies]`. This
//!    comes after the path, since the library of the compiled crate does not have these.
//!
//! An editor does not give the source text of an attribute. There only the steps of the manifest
//! are done.

pub(crate) mod manifest;

use proc_macro::Span;
use syn::Path;
use syn::parse::Parser;

use self::manifest::{Dependencies, Dependency};

/// Where the library is.
pub(crate) enum Library {
    /// At `::r#gen`, as far as is known.
    Usual,
    /// At a path that is valid where the attribute stands.
    At(Path),
    /// Not at `::r#gen`, and nothing says where.
    Missing,
}

impl Library {
    pub(crate) fn find() -> Library {
        // In unit tests there is no attribute.
        if !proc_macro::is_available() {
            return Library::Usual;
        }
        let text = Span::call_site().source_text();
        let written = text.as_deref().map(|text| path_before_name(text).unwrap_or_default());
        if let Some("gen" | "r#gen" | "::gen" | "::r#gen") = written {
            return Library::Usual;
        }
        Library::choose(manifest::dependencies().as_ref(), written)
    }

    /// `written` is the path of the attribute, which may be empty; `None` if it is not known.
    pub(crate) fn choose(dependencies: Option<&Dependencies>, written: Option<&str>) -> Library {
        let of_all = dependencies.and_then(|dependencies| Library::of(&dependencies.of_all));
        let of_path = || written.filter(|path| !path.is_empty()).map(Library::at);
        let of_some = || dependencies.and_then(|dependencies| Library::of(&dependencies.of_some));
        if let Some(library) = of_all.or_else(of_path).or_else(of_some) {
            return library;
        }
        match dependencies {
            Some(dependencies) if written.is_some() && dependencies.are_absent() => Library::Missing,
            _ => Library::Usual,
        }
    }

    fn of(dependency: &Dependency) -> Option<Library> {
        match dependency {
            Dependency::Usual => Some(Library::Usual),
            Dependency::Renamed(name) => Some(Library::at(&format!("::{name}"))),
            Dependency::Absent | Dependency::Unknown => None,
        }
    }

    fn at(path: &str) -> Library {
        Path::parse_mod_style.parse_str(path).map_or(Library::Usual, Library::At)
    }
}

/// The path in front of the name of an attribute: `a::b` of `#[a::b::coroutine(boxed)]`. `None` if
/// the attribute is written without one, or by a macro.
pub(crate) fn path_before_name(attribute: &str) -> Option<&str> {
    let inner = attribute.trim_start_matches(['#', '[', ' ']);
    let path = inner.split(['(', '[', '{', ']', '=']).next()?;
    let (path, _name) = path.rsplit_once("::")?;
    let path = path.trim();
    let is_plain = |char: char| char.is_alphanumeric() || matches!(char, '_' | '#' | ':');
    (!path.is_empty() && path.chars().all(is_plain)).then_some(path)
}
