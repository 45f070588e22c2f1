//! The attributes of `gen-macros` as a plain library, which can run outside of a compiler.
//!
//! A crate of procedural macros exports only its macros, so its modules are included by the path of
//! their folder. They refer to each other as `crate::pipeline::..`, which is why the folder is a
//! module of the same name here. The fuzzer is a program beside this library.

// A crate of procedural macros has this without a declaration.
extern crate proc_macro;

#[path = "../../gen-macros/src/pipeline/mod.rs"]
mod pipeline;

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
    /// `#[gen::test]`
    Test,
}

/// Returns the expansion of the attribute above an item.
#[must_use]
pub fn run(attribute: Attribute, options: TokenStream, item: TokenStream) -> TokenStream {
    let attribute = match attribute {
        Attribute::Coroutine => pipeline::options::AttributeKind::Coroutine,
        Attribute::Engine => pipeline::options::AttributeKind::Engine,
        Attribute::Main => pipeline::options::AttributeKind::Main,
        Attribute::Test => pipeline::options::AttributeKind::Test,
    };
    pipeline::run(attribute, options, item)
}

/// Returns the expansion of the macro around a body that an editor has replaced by a word.
#[must_use]
pub fn unfinished(tokens: TokenStream) -> TokenStream {
    pipeline::editor::unfinished::expand(tokens)
}
