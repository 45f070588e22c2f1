//! Expand: the tokens for an item with mistakes. They hold as much of the item as possible, so that
//! each mistake is one error.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote_spanned};
use syn::{Error, Expr, Item, Stmt};

use crate::pipeline::expand;
use crate::pipeline::lower::Lowered;
use crate::pipeline::mistakes::Mistakes;
use crate::pipeline::options::AttributeKind;
use crate::pipeline::paths::{Paths, ours};

/// The true signature, with a body that type checks whatever the user's body contains.
///
/// It uses the arguments and the paths in `yields`, as the user's body would, so that rustc does
/// not warn about unused ones.
pub(crate) fn without_body(
    kind: AttributeKind,
    lowered: &Lowered,
    paths: &Paths,
    yields: &[TokenStream],
) -> TokenStream {
    let quiet = quote_spanned!(ours()=> #[allow(unused)]);
    let function = match kind {
        AttributeKind::Main | AttributeKind::Test => {
            expand::main(lowered, paths, &|_| quote_spanned!(ours()=> #(use #yields as _;)* loop {}))
        }
        AttributeKind::Engine => expand::engine(lowered, paths, &|block| {
            let arguments = &block.arguments;
            quote_spanned!(ours()=> #(use #yields as _;)* #arguments loop {})
        }),
        AttributeKind::Coroutine => expand::coroutine(lowered, paths, &|block| {
            let arguments = &block.arguments;
            let body = match &lowered.output.pinned {
                Some(ty) => {
                    let output = expand::unreached_output(ty, &lowered.output, paths);
                    quote_spanned!(ours()=> async move { #arguments #output })
                }
                None => quote_spanned!(ours()=> async move { #arguments loop {} }),
            };
            let body = expand::map_output(body, expand::catch_return(lowered, paths), paths);
            let (call, name) = (paths.no_call(), &lowered.site.function);
            let (function, machine) = (expand::site_function(&lowered.site, paths), paths.machine());
            let machine = quote_spanned!(ours()=> #machine(#call, #body, #name));
            let machine = expand::wrap(lowered, paths, machine);
            quote_spanned!(ours()=> #(use #yields as _;)* #function #machine)
        }),
    };
    quote_spanned!(ours()=> #quiet #function)
}

/// Reports that the item is not a function, and emits it unchanged.
pub(crate) fn not_a_function(
    kind: AttributeKind,
    item: TokenStream,
    error: Error,
    mut mistakes: Mistakes,
) -> TokenStream {
    match syn::parse2::<Stmt>(item.clone()) {
        Ok(Stmt::Item(other)) => report_item(kind, &other, &mut mistakes),
        Ok(other) => report(kind, &other, "a statement", OTHERS, &mut mistakes),
        // An expression can only be replaced by one expression: the error.
        Err(_) if is_expression(&item) => {
            report(kind, &item, "an expression", OTHERS, &mut mistakes);
            return mistakes.into_errors();
        }
        // The item is broken or unfinished. It is emitted as it was typed, for rustc and for
        // editors.
        Err(_) => mistakes.report_error(error),
    }
    let mut tokens = item;
    mistakes.into_errors().to_tokens(&mut tokens);
    tokens
}

fn is_expression(item: &TokenStream) -> bool {
    syn::parse2::<Expr>(item.clone()).is_ok()
}

fn report_item(kind: AttributeKind, item: &Item, mistakes: &mut Mistakes) {
    let (keyword, found, help) = match item {
        Item::Struct(item) => (item.struct_token.to_token_stream(), "a `struct`", OTHERS),
        Item::Enum(item) => (item.enum_token.to_token_stream(), "an `enum`", OTHERS),
        Item::Union(item) => (item.union_token.to_token_stream(), "a `union`", OTHERS),
        Item::Impl(item) => (item.impl_token.to_token_stream(), "an `impl` block", METHODS),
        Item::Trait(item) => (item.trait_token.to_token_stream(), "a `trait`", METHODS),
        Item::Mod(item) => (item.mod_token.to_token_stream(), "a `mod`", OTHERS),
        Item::Const(item) => (item.const_token.to_token_stream(), "a `const`", OTHERS),
        Item::Static(item) => (item.static_token.to_token_stream(), "a `static`", OTHERS),
        Item::Type(item) => (item.type_token.to_token_stream(), "a `type`", OTHERS),
        Item::Use(item) => (item.use_token.to_token_stream(), "a `use`", OTHERS),
        Item::Macro(item) => (item.mac.path.to_token_stream(), "a macro", OTHERS),
        other => (other.to_token_stream(), "another item", OTHERS),
    };
    report(kind, &keyword, found, help, mistakes);
}

fn report(kind: AttributeKind, tokens: &dyn ToTokens, found: &str, help: &str, mistakes: &mut Mistakes) {
    let made = if kind == AttributeKind::Engine { "an engine" } else { "a coroutine" };
    let wrong = format!("`{}` turns a `fn` into {made}, and this is {found}", kind.name());
    mistakes.report(tokens, &wrong, help);
}

const OTHERS: &str = "put it on a function";
const METHODS: &str = "put it on each method that is to be a coroutine";
