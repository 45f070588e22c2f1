//! Finds the path of the library, where the attribute does not give it.
//!
//! The library is `::r#gen`, unless `Cargo.toml` renames it, or another crate re-exports it. The
//! steps, of which the first that gives an answer counts:
//!
//! 1. The attribute is written as `#[gen::..]`: the library has its usual name.
//! 2. The [manifest] of the crate that is compiled has the package `gen-runtime` among its
//!    dependencies, under this or under another name.
//! 3. The attribute is written with a path, as in `#[framework::coroutine]`: the library is where
//!    the attribute is.
//!
//! An editor does not give the source text of an attribute. There only the second step is done.

pub(crate) mod manifest;

use proc_macro::Span;
use syn::Path;
use syn::parse::Parser;

pub(crate) use self::manifest::Dependency;

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
        let written = text.as_deref().map(path_before_name);
        if let Some(Some("gen" | "r#gen" | "::gen" | "::r#gen")) = written {
            return Library::Usual;
        }
        let parse = |path: &str| Path::parse_mod_style.parse_str(path).ok();
        match (manifest::dependency(), written) {
            (Some(Dependency::Usual), _) => Library::Usual,
            (Some(Dependency::Renamed(name)), _) => {
                parse(&format!("::{name}")).map_or(Library::Usual, Library::At)
            }
            (_, Some(Some(path))) => parse(path).map_or(Library::Usual, Library::At),
            (Some(Dependency::Absent), Some(None)) => Library::Missing,
            (_, _) => Library::Usual,
        }
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
