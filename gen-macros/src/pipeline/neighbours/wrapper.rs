//! Attributes below ours that require a function which they can call. The coroutine is put into
//! one.
//!
//! ```text
//! // from                      // into
//! #[gen::coroutine]
//! #[tokio::test]               #[tokio::test]
//! fn waits() -> R { body }     async fn waits() -> R {
//!                                  fn waits() -> impl Coroutine<Output = R> { .. }
//!                                  waits().await
//!                              }
//! ```
//!
//! All other attributes move to the outer function. Levels of lints that are set there apply to the
//! coroutine in it.

use proc_macro2::{Delimiter, Ident, TokenStream, TokenTree};
use quote::{ToTokens, quote_spanned};
use syn::{Attribute, FnArg, Pat, Path, Safety, Signature, Token, Visibility};

use super::ends_in;
use crate::pipeline::argument_names::{ArgumentNames, pattern_of};
use crate::pipeline::mistakes::Mistakes;
use crate::pipeline::options::AttributeKind;
use crate::pipeline::parse::{Body, Function, remove_qualifiers};
use crate::pipeline::paths::{Paths, ours};

/// The kind of function that an attribute requires.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Wanted {
    /// The attribute awaits what the function returns, or passes it to something that does.
    AsyncFn,
    /// The attribute calls the function, as the test harness does.
    PlainFn,
}

/// The function around the coroutine, and the arguments of the call in it.
pub(crate) struct OuterFunction {
    attributes: Vec<Attribute>,
    visibility: Visibility,
    wanted: Wanted,
    signature: Signature,
    arguments: Vec<Ident>,
}

impl OuterFunction {
    /// If an attribute requires an outer function: takes what belongs to it from `function`.
    pub(crate) fn take(
        kind: AttributeKind,
        function: &mut Function,
        mistakes: &mut Mistakes,
    ) -> Option<OuterFunction> {
        let wants = |other: &Attribute| wanted_by(other.path());
        let (position, wanted) =
            function.attributes.iter().enumerate().find_map(|(at, other)| Some((at, wants(other)?)))?;
        let is_plain = matches!(kind, AttributeKind::Main | AttributeKind::Engine);
        if is_plain && wanted == Wanted::PlainFn {
            return None;
        }
        if let Some((wrong, help)) = complaint(kind, wanted, function) {
            mistakes.report(&function.attributes.remove(position), wrong, help);
            return None;
        }
        let mut signature: Signature = syn::parse2(function.signature.to_token_stream()).ok()?;
        remove_qualifiers(&mut signature);
        let arguments = take_arguments(&mut signature, &mut function.signature);
        Some(OuterFunction {
            attributes: std::mem::take(&mut function.attributes),
            visibility: std::mem::replace(&mut function.visibility, Visibility::Inherited),
            wanted,
            signature,
            arguments,
        })
    }

    /// The outer function, with the coroutine function and a call of it as its body.
    pub(crate) fn around(&self, coroutine: TokenStream, paths: &Paths) -> TokenStream {
        let OuterFunction { attributes, visibility, wanted, signature, arguments } = self;
        let (name, run) = (&signature.ident, paths.main());
        let call = quote_spanned!(ours()=> #name(#(#arguments),*));
        let (asyncness, call) = match wanted {
            Wanted::AsyncFn => (Some(Token![async](ours())), quote_spanned!(ours()=> #call.await)),
            Wanted::PlainFn => (None, quote_spanned!(ours()=> #run(#call))),
        };
        quote_spanned!(ours()=> #(#attributes)* #visibility #asyncness #signature { #coroutine #call })
    }
}

fn wanted_by(path: &Path) -> Option<Wanted> {
    let plain = path.segments.len() == 1;
    let first = path.segments.first()?.ident.to_string();
    if ends_in(path, &["test"]) && plain {
        Some(Wanted::PlainFn)
    } else if ends_in(path, &["test", "main"]) {
        let is_foreign = !matches!(first.as_str(), "gen" | "r#gen" | "core" | "std");
        is_foreign.then_some(Wanted::AsyncFn)
    } else {
        ends_in(path, &["debug_handler", "debug_middleware", "cached", "io_cached"])
            .then_some(Wanted::AsyncFn)
    }
}

/// The mistake and the code to write instead, if the coroutine cannot be put into a function.
fn complaint(
    kind: AttributeKind,
    wanted: Wanted,
    function: &Function,
) -> Option<(&'static str, &'static str)> {
    const NO_FUTURE: &str =
        "this attribute requires an `async fn`, and the function does not return a future";
    match kind {
        AttributeKind::Coroutine => {}
        AttributeKind::Test if wanted == Wanted::PlainFn => {
            return Some(("`#[gen::test]` already makes a test of the function", "remove `#[test]`"));
        }
        AttributeKind::Test => {
            return Some((NO_FUTURE, "remove it; for a test on tokio write `#[gen::test(tokio)]`"));
        }
        AttributeKind::Main => {
            return Some((NO_FUTURE, "remove it; for a `main` on tokio write `#[gen::main(tokio)]`"));
        }
        AttributeKind::Engine => {
            return Some((
                NO_FUTURE,
                "write `#[gen::coroutine]` above it instead, which puts an `async fn` around the coroutine",
            ));
        }
    }
    let has_receiver = function.signature.inputs.iter().any(|input| matches!(input, FnArg::Receiver(_)));
    // `default` does not parse in a block either.
    if has_receiver || function.defaultness.is_some() {
        return Some((
            "this attribute requires an `async fn`, which cannot be put around a method",
            "remove it, or put it on a separate `async fn` that awaits the method",
        ));
    }
    if uses_self(function) {
        return Some((
            "this attribute requires an `async fn`, in which `Self` would not be known",
            "remove it, or put it on a separate `async fn` that awaits the function",
        ));
    }
    if let Safety::Unsafe(_) = function.signature.safety {
        return Some((
            "this attribute calls the function, and cannot know what an `unsafe fn` requires",
            "remove `unsafe`, or put the attribute on a separate function that awaits the coroutine",
        ));
    }
    let has_body = matches!(function.body, Body::Block(_) | Body::Replaced(_));
    (!has_body).then_some((
        "this attribute requires a function with a body",
        "remove it here, and put it on the implementation, which has the body",
    ))
}

/// Whether the signature or the body names the `Self` of an `impl` around the function. A function
/// in another function cannot name it.
fn uses_self(function: &Function) -> bool {
    names_self(function.signature.to_token_stream()) || names_self(function.body.tokens())
}

/// Whether `Self` is among the tokens. Items in a body have a `Self` of their own.
fn names_self(tokens: TokenStream) -> bool {
    const ITEMS: &[&str] = &["impl", "trait", "struct", "enum", "union"];
    let mut in_item = false;
    for tree in tokens {
        match &tree {
            TokenTree::Ident(word) if word == "Self" && !in_item => return true,
            TokenTree::Ident(word) => in_item |= ITEMS.iter().any(|item| word == item),
            TokenTree::Group(group) => {
                if !in_item && names_self(group.stream()) {
                    return true;
                }
                in_item &= group.delimiter() != Delimiter::Brace;
            }
            TokenTree::Punct(punct) => in_item &= punct.as_char() != ';',
            TokenTree::Literal(_) => {}
        }
    }
    false
}

/// Gives each argument of the outer function a name, and moves the attributes of arguments there.
/// Lint levels stay, since they apply to the binding in the coroutine.
fn take_arguments(outer: &mut Signature, inner: &mut Signature) -> Vec<Ident> {
    const OF_BINDINGS: &[&str] = &["allow", "expect", "warn", "deny", "forbid"];
    let (mut names, mut readable) = (Vec::new(), ArgumentNames::default());
    for (position, (outer, inner)) in outer.inputs.iter_mut().zip(&mut inner.inputs).enumerate() {
        let (FnArg::Typed(outer), FnArg::Typed(inner)) = (outer, inner) else { continue };
        outer.attrs.retain(|other| !ends_in(other.path(), OF_BINDINGS));
        inner.attrs.retain(|other| ends_in(other.path(), OF_BINDINGS));
        let name = match &*outer.pat {
            Pat::Ident(pattern) => pattern.ident.clone(),
            pattern => readable.of_pattern(pattern, position),
        };
        names.push(name.clone());
        *outer.pat = pattern_of(name);
    }
    names
}
