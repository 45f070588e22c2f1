//! What is emitted for an item with mistakes: enough of it that each mistake is one error.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote_spanned};
use syn::{Error, Item};

use crate::expand;
use crate::lower::Lowered;
use crate::mistakes::Mistakes;
use crate::options::Attribute;
use crate::paths::{Paths, ours};

/// The true signature with a body that type checks, whatever the user's has in it.
pub(crate) fn without_body(attribute: Attribute, lowered: &Lowered, paths: &Paths) -> TokenStream {
    match attribute {
        Attribute::Main => expand::main(lowered, |_| quote_spanned!(ours()=> loop {})),
        Attribute::Coroutine => expand::coroutine(lowered, paths, |block| {
            let arguments = &block.arguments;
            let value = paths.output();
            let body = match lowered.output.pinned_type() {
                Some(ty) => quote_spanned!(ours()=> async move { #arguments #value::<#ty>() }),
                None => quote_spanned!(ours()=> async move { #arguments loop {} }),
            };
            expand::wrap(lowered, paths, &body, &expand::meta(&lowered.site, paths))
        }),
    }
}

/// An item that is no function stays as it is.
pub(crate) fn not_a_function(
    attribute: Attribute,
    item: TokenStream,
    error: Error,
    mut mistakes: Mistakes,
) -> TokenStream {
    match syn::parse2::<Item>(item.clone()) {
        Ok(other) => report_kind(attribute, &other, &mut mistakes),
        // Broken or unfinished: the tokens go through, so that rustc and editors see what was typed.
        Err(_) => mistakes.report_error(error),
    }
    let mut tokens = item;
    tokens.extend(mistakes.into_errors());
    tokens
}

fn report_kind(attribute: Attribute, item: &Item, mistakes: &mut Mistakes) {
    let (keyword, kind, help) = match item {
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
        other => (other.to_token_stream(), "this", OTHERS),
    };
    mistakes.report(
        keyword,
        format!("`{}` makes a coroutine of a `fn`; {kind} is none", attribute.name()),
        help,
    );
}

const OTHERS: &str = "put it on a function";
const METHODS: &str = "put it on each of the methods that are coroutines";
