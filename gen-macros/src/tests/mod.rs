//! Unit tests: the attributes are called as functions, on tokens.

mod arguments;
mod layers;
mod library;
mod mutations;
mod neighbours;
mod options;
mod repair;
mod scan;
mod snapshots;
mod walk;

use proc_macro2::TokenStream;

use crate::pipeline;
use crate::pipeline::options::AttributeKind;

/// The tokens that `#[gen::coroutine(options)]` emits for an item.
fn coroutine(options: TokenStream, item: TokenStream) -> TokenStream {
    pipeline::run(AttributeKind::Coroutine, options, item)
}

/// The messages of the `compile_error!`s among the tokens.
fn errors(tokens: &TokenStream) -> Vec<String> {
    let file: syn::File = syn::parse2(tokens.clone()).expect("the output parses");
    let macros = file.items.into_iter().filter_map(|item| match item {
        syn::Item::Macro(item) => Some(item.mac),
        _ => None,
    });
    macros
        .filter(|invocation| {
            invocation.path.segments.last().is_some_and(|segment| segment.ident == "compile_error")
        })
        .map(|invocation| invocation.parse_body::<syn::LitStr>().expect("a message").value())
        .collect()
}
