//! Attributes below ours that want a function which they can call themselves: the coroutine stands in one.
//!
//! ```text
//! // from                                  // into
//! #[gen::coroutine]
//! #[tokio::test]                           #[tokio::test]
//! fn waits() -> R { body }                 async fn waits() -> R {
//!                                              fn waits() -> impl Coroutine<Output = R> { .. }
//!                                              waits().await
//!                                          }
//! ```
//!
//! All other attributes are the outer function's: levels of lints apply to what is in it.

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, quote_spanned};
use syn::{Attribute, FnArg, Pat, PatIdent, Path, Signature, Token, Visibility};

use super::ends_in;
use crate::argument_names::ArgumentNames;
use crate::mistakes::Mistakes;
use crate::options::AttributeKind;
use crate::parse::{Body, Function};
use crate::paths::{Paths, ours};

/// What an attribute wants to stand on.
#[derive(Clone, Copy)]
enum Wanted {
    /// It awaits what the function returns, or has it awaited.
    AsyncFn,
    /// It calls the function, as the test harness does.
    PlainFn,
}

/// The function around the coroutine, and what the coroutine is called with.
pub(crate) struct OuterFunction {
    attributes: Vec<Attribute>,
    visibility: Visibility,
    wanted: Wanted,
    signature: Signature,
    arguments: Vec<Ident>,
}

impl OuterFunction {
    /// Takes from the function what belongs to the outer one, if there is to be one.
    pub(crate) fn take(
        attribute: AttributeKind,
        function: &mut Function,
        mistakes: &mut Mistakes,
    ) -> Option<OuterFunction> {
        let wants = |other: &Attribute| wanted_by(other.path());
        let (position, wanted) =
            function.attributes.iter().enumerate().find_map(|(at, other)| Some((at, wants(other)?)))?;
        if attribute != AttributeKind::Coroutine && matches!(wanted, Wanted::PlainFn) {
            return None;
        }
        if let Some((wrong, help)) = complaint(attribute, function) {
            mistakes.report(&function.attributes.remove(position), wrong, help);
            return None;
        }
        let mut signature: Signature = syn::parse2(function.signature.to_token_stream()).ok()?;
        signature.asyncness = None;
        let arguments = take_arguments(&mut signature, &mut function.signature);
        Some(OuterFunction {
            attributes: std::mem::take(&mut function.attributes),
            visibility: std::mem::replace(&mut function.visibility, Visibility::Inherited),
            wanted,
            signature,
            arguments,
        })
    }

    /// That function around the coroutine.
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

/// Why there cannot be a function around this one, and what to write instead.
fn complaint(attribute: AttributeKind, function: &Function) -> Option<(&'static str, &'static str)> {
    if attribute != AttributeKind::Coroutine {
        return Some((
            "this attribute wants an `async fn`, and the function is no longer one that can be awaited",
            "write `#[gen::coroutine]` above it, which makes an `async fn` around the coroutine",
        ));
    }
    if function.signature.inputs.iter().any(|input| matches!(input, FnArg::Receiver(_))) {
        return Some((
            "this attribute wants an `async fn`, and there can be none around a method that is a coroutine",
            "remove it, or put it on an `async fn` that awaits the method",
        ));
    }
    let has_body = matches!(function.body, Body::Block(_) | Body::Replaced(_));
    (!has_body).then_some((
        "this attribute wants a function with a body",
        "remove it here, and put it where the body is",
    ))
}

/// Gives each argument of the outer function a name, and leaves attributes of arguments there, but for those about the binding.
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
        *outer.pat = Pat::Ident(PatIdent {
            attrs: Vec::new(),
            by_ref: None,
            mutability: None,
            ident: name,
            subpat: None,
        });
    }
    names
}
