//! The attributes of `gen-macros` as a plain library, which can run outside of a compiler.
//!
//! A crate of procedural macros exports only its macros, so its modules are included by their
//! paths. They refer to each other from the root of their crate. Therefore they are at the root of
//! this crate, and the fuzzer is a program beside it.

// A crate of procedural macros has this without a declaration.
extern crate proc_macro;

#[path = "../../gen-macros/src/argument_names.rs"]
mod argument_names;
#[path = "../../gen-macros/src/check/mod.rs"]
mod check;
#[path = "../../gen-macros/src/editor/mod.rs"]
mod editor;
#[path = "../../gen-macros/src/expand.rs"]
mod expand;
#[path = "../../gen-macros/src/fallback.rs"]
mod fallback;
#[path = "../../gen-macros/src/lower/mod.rs"]
mod lower;
#[path = "../../gen-macros/src/mistakes.rs"]
mod mistakes;
#[path = "../../gen-macros/src/neighbours/mod.rs"]
mod neighbours;
#[path = "../../gen-macros/src/options.rs"]
mod options;
#[path = "../../gen-macros/src/parse.rs"]
mod parse;
#[path = "../../gen-macros/src/paths.rs"]
mod paths;
#[path = "../../gen-macros/src/pipeline.rs"]
mod pipeline;
#[path = "../../gen-macros/src/scan.rs"]
mod scan;
#[path = "../../gen-macros/src/tokens.rs"]
mod tokens;
#[path = "../../gen-macros/src/types.rs"]
mod types;

pub mod sources;

use proc_macro2::TokenStream;

/// The attribute above an item.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Attribute {
    /// `#[gen::coroutine]`
    Coroutine,
    /// `#[gen::engine]`
    Engine,
    /// `#[gen::main]`
    Main,
}

/// Returns the expansion of the attribute above an item.
#[must_use]
pub fn run(attribute: Attribute, options: TokenStream, item: TokenStream) -> TokenStream {
    let attribute = match attribute {
        Attribute::Coroutine => options::AttributeKind::Coroutine,
        Attribute::Engine => options::AttributeKind::Engine,
        Attribute::Main => options::AttributeKind::Main,
    };
    pipeline::run(attribute, options, item)
}

/// Returns the expansion of the macro around a body that an editor has replaced by a word.
#[must_use]
pub fn unfinished(tokens: TokenStream) -> TokenStream {
    editor::unfinished::expand(tokens)
}
